using Microsoft.Extensions.Time.Testing;
using ParallelExec.Execution.Runners;
using ParallelExec.Model;

namespace ParallelExec.Tests.Execution;

/// <summary>A project that waits for a node of the engine has not worked meanwhile.</summary>
public sealed class ProjectTimeTests : IDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly Run run;

    public ProjectTimeTests() => run = new Run { Time = time };

    public void Dispose() => run.Dispose();

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, false)]
    public async Task Its_time_and_its_Timeout_count_from_when_the_engine_began_with_it(int seconds, bool inTime)
    {
        run.Builds = round =>
        {
            time.Advance(TimeSpan.FromMinutes(10));
            foreach (ProjectRequest request in round)
                request.Ended.SetResult(new ProjectOutcome(Succeeded: true) { StartedAt = time.GetUtcNow() - TimeSpan.FromSeconds(seconds), Ran = TimeSpan.FromSeconds(seconds) });
            return Task.CompletedTask;
        };
        Run.Results results = await run.Async(Project() with { Timeout = TimeSpan.FromSeconds(2) });

        Assert.Equal(inTime ? SubtaskStatus.Succeeded : SubtaskStatus.TimedOut, results["p"].Status);
        Assert.Equal(TimeSpan.FromSeconds(seconds), results["p"].Duration);
        Assert.Equal(TimeSpan.FromMinutes(10), results["p"].Waited + results["p"].Duration);
        Assert.Equal(time.GetUtcNow() - TimeSpan.FromSeconds(seconds), results["p"].StartedAt);
    }

    [Fact]
    public async Task What_the_engine_does_not_build_could_not_be_started_and_is_not_retried()
    {
        int rounds = 0;
        run.Builds = round =>
        {
            rounds++;
            round[0].Ended.SetResult(new ProjectOutcome(Succeeded: false) { Refused = "it leads back" });
            return Task.CompletedTask;
        };
        Run.Results results = await run.Async(Project() with { Retries = 3 });

        Assert.Equal((Codes.NotStarted, "could not be started: it leads back", 1), (results["p"].Code, results["p"].Reason, rounds));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_project_file_that_is_empty_or_gone_is_not_given_to_the_engine(string? content)
    {
        Subtask project = Project();
        File.Delete(run.Folder.Combine("p.proj"));
        if (content is not null)
            run.Folder.Write("p.proj", content);
        Assert.Equal(Codes.NotStarted, (await run.Async(project))["p"].Code);
    }

    private Subtask Project()
    {
        run.Folder.Write("p.proj", "<Project />");
        return Given.Subtask("p") with { Work = new ProjectWork(run.Folder.Combine("p.proj"), [], [], IsDeclaringProject: false) };
    }
}
