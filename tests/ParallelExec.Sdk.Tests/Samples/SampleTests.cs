using System.Text.Json;
using System.Text.RegularExpressions;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Samples;

/// <summary>Each sample does what its README says: the command there is run, and the plan and the output are those shown.</summary>
public sealed partial class SampleTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> All =>
        [.. Directory.EnumerateDirectories(Path.Combine(SdkSource.RepositoryRoot, "samples")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_sample_runs_as_its_README_says(string name)
    {
        await SdkSource.PrepareAsync();
        string sample = Path.Combine(SdkSource.RepositoryRoot, "samples", name);
        string readme = File.ReadAllText(Path.Combine(sample, "README.md")).ReplaceLineEndings("\n");
        // What an earlier test left would be up to date.
        string state = Path.Combine(sample, "obj", "parallelexec");
        if (Directory.Exists(state))
            Directory.Delete(state, recursive: true);
        string[] command = CommandBlock().Match(readme).Groups[1].Value.Split(' ');

        var dotnet = new DotNet(folder) { WorkingDirectory = SdkSource.RepositoryRoot, Timeout = Patience.ForAFixture };
        BuildRun run = (await dotnet.RunAsync([.. command, "-nologo"])).EnsureSucceeded();

        Assert.Equal(PlanInReadme(readme), PlanIn(Path.Combine(state, "plan.json")));
        string[] shown = [.. OutputBlock().Match(readme).Groups[1].Value.Split('\n').Select(line => Normalized(line, sample))];
        string[] printed = [.. run.Lines.Select(line => Normalized(line, sample))];
        Assert.All(shown, line => Assert.Contains(line, printed));
        Assert.Equal(Changes(shown), Changes(printed));
    }

    [Fact]
    public async Task Each_sample_is_named_in_the_list_of_samples_and_in_the_README()
    {
        string list = await File.ReadAllTextAsync(Path.Combine(SdkSource.RepositoryRoot, "samples", "README.md"));
        string readme = await File.ReadAllTextAsync(Path.Combine(SdkSource.RepositoryRoot, "README.md"));
        Assert.All(All.Select(row => row.Data), name =>
        {
            Assert.Contains(name, list, StringComparison.Ordinal);
            Assert.Contains($"samples/{name}", readme, StringComparison.Ordinal);
        });
    }

    /// <summary>The subtasks of each wave, as the table of the README has them.</summary>
    private static string[] PlanInReadme(string readme) =>
        [.. PlanRow().Matches(readme).Select(row => string.Join(' ', Id().Matches(row.Groups[1].Value).Select(id => id.Groups[1].Value).Order(StringComparer.Ordinal)))];

    private static string[] PlanIn(string file)
    {
        using JsonDocument plan = JsonDocument.Parse(File.ReadAllText(file));
        return [.. plan.RootElement.GetProperty("waves").EnumerateArray()
            .Select(wave => string.Join(' ', wave.EnumerateArray().Select(id => id.GetString()!).Order(StringComparer.Ordinal)))];
    }

    // The lines that tell a change, whatever their order: the README says that it may differ within a wave. A heartbeat tells none, and
    // comes only where the machine is slow.
    private static string[] Changes(string[] lines) => [.. lines
        .Where(line => line.StartsWith("[#/", StringComparison.Ordinal) && !line.Contains("] waiting for ", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)];

    /// <summary>Without what differs from run to run: times, the order, the number of cores, where the repository is.</summary>
    private static string Normalized(string line, string sample)
    {
        line = line.Trim().Replace(sample + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        line = Project().Replace(line, "");
        line = Count().Replace(line, "[#/$1]");
        line = Port().Replace(line, ", port *");
        line = Served().Replace(line, "served for *");
        line = AtMost().Replace(line, "at most N");
        return TimeInBrackets().Replace(line, "$1*$2");
    }

    [GeneratedRegex(@"```\ndotnet (.+)\n```")]
    private static partial Regex CommandBlock();

    [GeneratedRegex(@"```text\n([^`]+)\n```")]
    private static partial Regex OutputBlock();

    [GeneratedRegex(@"^\| \d+ \| (`[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex PlanRow();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Id();

    [GeneratedRegex(@"^\[\d+/(\d+)\]")]
    private static partial Regex Count();

    [GeneratedRegex(@", port \d+$")]
    private static partial Regex Port();

    [GeneratedRegex(@"served for \d[\dhms.]*s$")]
    private static partial Regex Served();

    [GeneratedRegex(@"at most \d+")]
    private static partial Regex AtMost();

    [GeneratedRegex(@"( \(| in )\d[\dhms.]*s((?:, attempt \d+)?\)| \()")]
    private static partial Regex TimeInBrackets();

    [GeneratedRegex(@" \[[^\]]+proj\]$")]
    private static partial Regex Project();
}
