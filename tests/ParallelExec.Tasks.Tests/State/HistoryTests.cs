using ParallelExec.Model;
using ParallelExec.State;
using ParallelExec.Tests.Files;

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
            history.Write(Options, ["a"]);
        }
        Assert.Equal(expected, History.Read(Options).Estimates["A"].TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"schemaVersion\": 1, \"durationsMs\": {\"a\": \"soon\"}}")]
    [InlineData("{\"schemaVersion\": 1, \"durationsMs\": {\"a\": []}}")]
    [InlineData("{\"schemaVersion\": 1, \"durationsMs\": {\"a\": null}}")]
    [InlineData("{\"schemaVersion\": 1, \"durationsMs\": null}")]
    [InlineData("{\"schemaVersion\": 1, \"durationsMs\": {\"a\": [9223372036854775807]}}")]
    [InlineData("{\"schemaVersion\": 1, \"durationsMs\": {\"a\": [1e400, -1, 1.5, null, \"9\", 99999999999999999999]}}")]
    [InlineData("{\"schemaVersion\": 1, \"durationsMs\": {\"\\ud800\": [1]}}")]
    [InlineData("{\"schemaVersion\": 9223372036854775807, \"durationsMs\": {\"a\": [1]}}")]
    [InlineData("{\"schemaVersion\": \"1\", \"durationsMs\": {\"a\": [1]}}")]
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
        history.Write(Options, ["a"]);
        Assert.Equal(Newer, folder.Read("history.json"));
    }

    [Fact]
    public void Of_what_is_not_declared_any_more_the_thousand_that_were_declared_last_are_kept()
    {
        string[] ids = [.. Enumerable.Range(0, 1_500).Select(n => $"old{n}")];
        History history = History.Read(Options);
        foreach (string id in ids)
            history.Add(id, TimeSpan.FromSeconds(1));
        history.Write(Options, ids);
        // Some of them were declared once more, in between.
        History.Read(Options).Write(Options, ids.Take(100));
        history = History.Read(Options);
        history.Add("new", TimeSpan.FromSeconds(1));
        history.Write(Options, ["new", "never ran"]);
        Assert.Equal(ids.Take(100).Concat(ids.Skip(600)).Append("new").Order(StringComparer.Ordinal), History.Read(Options).Estimates.Keys.Order(StringComparer.Ordinal));
    }

    [UnixFact]
    public void A_pipe_or_a_folder_is_no_history_and_a_file_takes_the_place_of_the_pipe()
    {
        Directory.CreateDirectory(folder.Combine("history.json"));
        Assert.Empty(History.Read(Options).Estimates);
        Directory.Delete(folder.Combine("history.json"));
        Pipe.Make(folder.Combine("history.json"));
        History history = History.Read(Options);
        history.Add("a", TimeSpan.FromDays(10_000));
        history.Write(Options, ["a"]);
        Assert.Equal(100, History.Read(Options).Estimates["a"].TotalDays);
    }
}
