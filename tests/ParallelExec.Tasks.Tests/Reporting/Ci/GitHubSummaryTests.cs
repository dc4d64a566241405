using System.Text;
using ParallelExec.Reporting.Ci;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Reporting.Ci;

public sealed class GitHubSummaryTests : IDisposable
{
    private const int Most = 1024 * 1024;

    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Summary => folder.Combine("summary.md");

    [Fact]
    public void What_others_wrote_stays()
    {
        folder.Write("summary.md", "before\n");
        GitHubSummary.Append(Summary, "# ours\n");
        Assert.Equal("before\n\n# ours\n", folder.Read("summary.md"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(500_000)]
    [InlineData(Most - 400)]
    public void It_is_cut_at_a_lines_end_where_GitHub_would_refuse_it(int before)
    {
        folder.Write("summary.md", new string('x', before));
        GitHubSummary.Append(Summary, string.Concat(Enumerable.Repeat("| ä | b |\n", 200_000)));
        string text = folder.Read("summary.md");
        Assert.InRange(Encoding.UTF8.GetByteCount(text), before + 1, Most);
        Assert.EndsWith("| ä | b |\n\n(The rest does not fit here: summary.md among the files of the run has all of it.)\n", text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Where_there_is_no_room_nothing_is_added()
    {
        folder.Write("summary.md", new string('x', Most));
        GitHubSummary.Append(Summary, "# ours\n");
        Assert.Equal(Most, new FileInfo(Summary).Length);
    }

    [Fact]
    public void A_folder_in_its_place_is_told() => Assert.Throws<IOException>(() => GitHubSummary.Append(folder.Path, "# ours"));
}
