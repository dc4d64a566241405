using System.Text.RegularExpressions;
using ParallelExec.Model;
using ParallelExec.Tests.Execution;

namespace ParallelExec.Tests.Reporting.Ci;

/// <summary>What an engine is told of a run, and what it is not.</summary>
public sealed class CiReportTests : IDisposable
{
    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task GitHub_gets_the_summary_of_the_job_with_secrets_hidden()
    {
        run.Options = run.Options with { Ci = CiEngine.GitHubActions };
        run.Environment["GITHUB_STEP_SUMMARY"] = run.Folder.Combine("summary.md");
        run.Environment["TOKEN"] = "s3cret";
        await run.Async(run.Child("a", "exit", "0") with { Secrets = ["TOKEN"], Title = "with s3cret" });

        Assert.Contains("| 1 | a: with *** | Succeeded |", run.Folder.Read("summary.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_summary_that_can_not_be_written_is_a_warning()
    {
        run.Options = run.Options with { Ci = CiEngine.GitHubActions };
        run.Environment["GITHUB_STEP_SUMMARY"] = run.Folder.Path;
        (await run.Async(run.Child("a", "exit", "0"))).AllSucceeded();

        Assert.Contains("the summary of the job", Assert.Single(run.Log.Reported, each => each.Code == Codes.Ci).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_output_of_what_failed_stands_in_a_group()
    {
        run.Options = run.Options with { Ci = CiEngine.GitHubActions };
        await run.Async(run.Child("a", "stderr", "line") with { Verify = new CommandWork("exit 1", null) }, run.Child("quiet", "exit",
            "1"));

        int begin = run.Log.Lines.IndexOf("command ::group::output of a");
        Assert.Equal(["    line", "command ::endgroup::"], run.Log.Lines.Skip(begin + 1).Take(2));
        Assert.DoesNotContain("command ::group::output of quiet", run.Log.Lines);
    }

    [Fact]
    public async Task TeamCity_gets_a_flow_for_each_subtask_and_no_more_of_a_large_set()
    {
        run.Options = run.Options with { Ci = CiEngine.TeamCity };
        Subtask[] many = [.. Enumerable.Range(0, 11).Select(i => run.Child($"set:{i}", "exit", "0") with { Set = new SubtaskSet("set") })];
        await run.Async([run.Child("alone", "exit", "0"), .. many]);

        Assert.Equal(
            [
                "command ##teamcity[flowStarted flowId='parallelexec-RUN-0']",
                "command ##teamcity[blockOpened name='alone' description='' flowId='parallelexec-RUN-0']",
                "command ##teamcity[blockClosed name='alone' flowId='parallelexec-RUN-0']",
                "command ##teamcity[flowFinished flowId='parallelexec-RUN-0']",
            ],
            run.Log.Lines.Where(line => line.Contains("flowId", StringComparison.Ordinal))
                .Select(line => Regex.Replace(line, "-[0-9a-f]{8}-", "-RUN-")));
    }

    [Fact]
    public async Task Azure_is_told_how_far_the_run_is_and_where_the_summary_is()
    {
        run.Options = run.Options with { Ci = CiEngine.AzurePipelines };
        await run.Async(run.Child("a", "exit", "0"), run.Child("b <- a", "exit", "1"), run.Child("c <- b", "exit", "0"));

        Assert.Equal(
            [
                "command ##vso[task.setprogress value=33;][1/3%5D a",
                "command ##vso[task.setprogress value=66;][2/3%5D b",
                "command ##vso[task.setprogress value=100;][3/3%5D skipped",
                $"command ##vso[task.uploadsummary]{run.Folder.Combine("state", "summary.md")}",
            ],
            run.Log.Lines.Where(line => line.Contains("##vso", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(nameof(CiEngine.None))]
    [InlineData(nameof(CiEngine.Jenkins))]
    public async Task Others_are_told_nothing(string engine)
    {
        run.Options = run.Options with { Ci = Enum.Parse<CiEngine>(engine) };
        run.Environment["GITHUB_STEP_SUMMARY"] = run.Folder.Combine("summary.md");
        await run.Async(run.Child("a", "exit", "1"));

        Assert.DoesNotContain(run.Log.Lines, line => line.StartsWith("command", StringComparison.Ordinal));
        Assert.False(run.Folder.Exists("summary.md"));
    }
}
