using ParallelExec.Events;
using ParallelExec.Model;

namespace ParallelExec.Tests.Execution;

/// <summary>A bug of ours, wherever it is, stops the run as Ctrl+C would: children are ended and awaited, the result says what is so.</summary>
public sealed class FaultTests : IDisposable
{
    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [Theory]
    [InlineData(nameof(RunStarted))]
    [InlineData(nameof(SubtaskStarted))]
    [InlineData(nameof(SubtaskEnded))]
    [InlineData(nameof(SubtasksSkipped))]
    [InlineData(nameof(RunStopping))]
    [InlineData(nameof(Tick))]
    [InlineData(nameof(RunEnded))]
    public async Task An_observer_that_throws_at_an_event_does_not_throw_out_of_the_run(string at)
    {
        bool thrown = false;
        run.Happens = happened =>
        {
            // Only a stop ends what hangs: the one after the fault, or this one, where the fault is to come later.
            if (happened is SubtaskStarted { Subtask.Id: "long" } && at is nameof(RunStopping) or nameof(RunEnded))
                run.Stop();
            if (thrown || happened.GetType().Name != at)
                return;
            thrown = true;
            throw new InvalidOperationException("bug");
        };
        Task<Run.Results> running = run.Async(
            run.Child("quick", "exit", "0"), run.Child("bad", "exit", "3"), run.Child("after <- bad", "exit", "0"), run.Child("long", "hang", run.Folder.Combine("pid")));
        Run.Results results = await running;

        Assert.True(thrown);
        Assert.Contains(at, results.Run.Fault!.Where, StringComparison.Ordinal);
        Assert.False(results.Run.Succeeded);
        Assert.DoesNotContain(results.Run.Results, result => result.Status == SubtaskStatus.Succeeded && result.ExitCode != 0);
        Assert.NotEqual(SubtaskStatus.Succeeded, results["long"].Status);
    }
}
