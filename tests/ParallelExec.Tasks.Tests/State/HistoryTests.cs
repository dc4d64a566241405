using ParallelExec.Model;
using ParallelExec.State;

namespace ParallelExec.Tests.State;

public sealed class HistoryTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    private RunOptions Options => Given.Options with { Directory = folder.Path };

    [Theory]
    [InlineData("5", 5)]
    [InlineData("5 7", 6)]
    [InlineData("5 900 6", 6)]
    [InlineData("900 900 900 900 900 900 1 2 3 4 5 6 7 8 9", 5)]
    public void The_estimate_is_the_median_of_the_last_nine(string seconds, double expected)
    {
        foreach (string each in seconds.Split(' '))
        {
            History history = History.Read(Options);
            history.Add("a", TimeSpan.FromSeconds(int.Parse(each, System.Globalization.CultureInfo.InvariantCulture)));
            history.Write(Options);
        }
        Assert.Equal(expected, History.Read(Options).Estimates["A"].TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"schemaVersion\": 1, \"durationsMs\": {\"a\": \"soon\"}}")]
    [InlineData("{\"schemaVersion\": 1, \"durationsMs\": {\"a\": []}}")]
    public void What_can_not_be_read_is_no_history(string text)
    {
        folder.Write("history.json", text);
        Assert.Empty(History.Read(Options).Estimates);
    }

    [Fact]
    public void A_newer_version_s_is_neither_read_nor_written_over()
    {
        const string Newer = "{\"schemaVersion\": 2, \"durationsMs\": {\"a\": [1]}}";
        folder.Write("history.json", Newer);
        History history = History.Read(Options);
        Assert.Empty(history.Estimates);
        history.Add("a", TimeSpan.FromSeconds(1));
        history.Write(Options);
        Assert.Equal(Newer, folder.Read("history.json"));
    }
}
