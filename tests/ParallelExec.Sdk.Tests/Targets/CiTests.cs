using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>What an engine reads on the console, byte by byte: MSBuild's logger stands in between.</summary>
public sealed class CiTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public async Task GitHub_reads_a_group_an_annotation_and_secrets_to_mask_and_nothing_that_a_command_forges()
    {
        BuildRun run = await FailingAsync("GITHUB_ACTIONS");

        string[] lines = [.. run.Output.Split('\n').Select(line => line.TrimStart())];
        Assert.Contains("::add-mask::s3cret%25", lines);
        Assert.Contains("::group::output of docs", lines);
        Assert.Contains("::endgroup::", lines);
        Assert.Contains(": :error::forged", lines);
        Assert.Single(lines, line => line.StartsWith($"::error file={folder.Combine("build.proj")},line=", StringComparison.Ordinal));
        // The runner keeps the first line for itself; in all others the secret is hidden.
        Assert.DoesNotContain("s3cret", string.Concat(lines.Where(line => !line.StartsWith("::add-mask::", StringComparison.Ordinal))),
            StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task GitLabs_sections_stand_at_the_start_of_a_line_and_nothing_comes_between_them_and_their_return()
    {
        BuildRun run = await FailingAsync("GITLAB_CI");

        // What reads the console here takes a return for a line's end. The engine's logger would have put spaces behind it.
        Assert.Matches(@"(?m)^\e\[0Ksection_start:\d+:parallelexec_[0-9a-f]{8}_0\[collapsed=true\]\n\e\[0Koutput of docs$", run.Output);
        Assert.Matches(@"(?m)^\e\[0Ksection_end:\d+:parallelexec_[0-9a-f]{8}_0\n\e\[0K$", run.Output);
    }

    private async Task<BuildRun> FailingAsync(string engine)
    {
        var secrets = new Dictionary<string, string?> { ["Secrets"] = "TOKEN" };
        TargetsProject project = TargetsProject.Create(
            folder, p => p.ParallelTask("docs", "echo ::error::forged; echo $TOKEN; exit 1", metadata: secrets));
        return await project.RunAsync(new DotNet(folder) { Environment = { [engine] = "true", ["TOKEN"] = "s3cret%" } });
    }
}
