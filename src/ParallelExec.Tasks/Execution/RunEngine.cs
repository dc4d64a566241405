using System.Threading.Channels;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Execution;

/// <summary>Runs a plan: one loop that owns all state of the run. Executors only report that they have ended.</summary>
internal sealed class RunEngine(
    ExecutionPlan plan, RunOptions options, SubtaskExecutor executor, IReadOnlyList<IRunObserver> observers, TimeProvider time) : IDisposable
{
    private readonly Channel<object> inbox = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SubtaskResult?[] results = new SubtaskResult?[plan.Subtasks.Length];
    private readonly Schedule schedule = new(plan, options);

    /// <summary>Ends what runs at a fail-fast or a stop; cleanup is not asked to.</summary>
    private readonly CancellationTokenSource stopWork = new();
    private string? stopReason;
    private int running;

    /// <summary>How often observers are told that time has passed.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Why a stop was asked for, in words.</summary>
    public Func<string> StopReason { get; init; } = () => "the build was cancelled";

    /// <summary>How long cleanup (<c>Always</c>) may take once the run was told to stop from outside.</summary>
    public TimeSpan CleanupLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <param name="stop">Asks for a stop: what runs is ended, cleanup still runs, then the result is returned.</param>
    public async Task<RunResult> RunAsync(CancellationToken stop)
    {
        DateTimeOffset startedAt = time.GetUtcNow();
        long started = time.GetTimestamp();
        Tell(new RunStarted(startedAt));
        using (stop.Register(() => inbox.Writer.TryWrite(StopAsked.Instance)))
        using (time.CreateTimer(_ => inbox.Writer.TryWrite(TimePassed.Instance), null, TickInterval, TickInterval))
        using (var stopCleanup = new CancellationTokenSource())
        {
            StartAll(stopCleanup.Token);
            while (!schedule.IsFinished || running > 0)
            {
                Handle(await inbox.Reader.ReadAsync(CancellationToken.None).ConfigureAwait(false), stopCleanup);
                // Everything that has arrived is looked at before anything starts: one decision for all of it.
                while (inbox.Reader.TryRead(out object? message))
                    Handle(message, stopCleanup);
                StartAll(stopCleanup.Token);
            }
        }
        var result = new RunResult
        {
            Plan = plan,
            Results = [.. plan.Subtasks.Select(subtask => results[subtask.Index] ?? SubtaskResult.Skipped(subtask.Excluded ?? ""))],
            StartedAt = startedAt,
            Duration = time.GetElapsedTime(started),
            Stopped = stopReason,
        };
        Tell(new RunEnded(result));
        return result;
    }

    public void Dispose() => stopWork.Dispose();

    private void StartAll(CancellationToken stopCleanup)
    {
        TellSkipped();
        while (schedule.TryStart() is { } subtask)
        {
            running++;
            Tell(new SubtaskStarted(subtask, time.GetUtcNow()));
            CancellationToken cancel = subtask.Subtask.Always ? stopCleanup : stopWork.Token;
            _ = ReportEnd(subtask, executor.ExecuteAsync(subtask, results, cancel));
        }
        executor.AllStarted();
    }

    private async Task ReportEnd(PlannedSubtask subtask, Task<SubtaskResult> execution)
    {
        SubtaskResult result;
        try
        {
            result = await execution.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Expected failures are values; this is a bug of ours, and the run must end all the same.
            result = new SubtaskResult { Status = SubtaskStatus.Failed, Code = Codes.Bug, Reason = $"ParallelExec failed itself: {e}" };
        }
        inbox.Writer.TryWrite(new Ended(subtask, result));
    }

    private void Handle(object message, CancellationTokenSource stopCleanup)
    {
        switch (message)
        {
            case Ended(var subtask, var result):
                running--;
                results[subtask.Index] = result;
                Tell(new SubtaskEnded(subtask, result));
                schedule.Complete(subtask, result);
                bool fatal = result.IsFailure && subtask.Subtask.ContinueOnError == ContinueOnError.False;
                if (fatal && options.OnFailure == OnFailure.FailFast)
                    _ = stopWork.CancelAsync();
                TellSkipped();
                break;
            case StopAsked when stopReason is null:
                stopReason = StopReason();
                Tell(new RunStopping(stopReason));
                _ = stopWork.CancelAsync();
                stopCleanup.CancelAfter(CleanupLimit);
                schedule.Stop(stopReason);
                TellSkipped();
                break;
            case TimePassed:
                Tell(new Tick(time.GetUtcNow()));
                break;
        }
    }

    private void TellSkipped()
    {
        foreach (SkippedSubtasks skipped in schedule.TakeSkipped())
        {
            foreach (PlannedSubtask subtask in skipped.Subtasks)
                results[subtask.Index] = SubtaskResult.Skipped(skipped.Reason);
            Tell(new SubtasksSkipped(skipped));
        }
    }

    private void Tell(RunEvent happened)
    {
        foreach (IRunObserver observer in observers)
            observer.On(happened);
    }

    private sealed record Ended(PlannedSubtask Subtask, SubtaskResult Result);

    private sealed class StopAsked
    {
        public static readonly StopAsked Instance = new();
    }

    private sealed class TimePassed
    {
        public static readonly TimePassed Instance = new();
    }
}
