using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Execution;

/// <summary>Runs a plan: one loop that owns all state of the run. Executors only report that they have ended.</summary>
internal sealed class RunEngine(
    ExecutionPlan plan, RunOptions options, SubtaskExecutor executor, IReadOnlyList<IRunObserver> observers, TimeProvider time) : IDisposable
{
    private readonly Queue<object> inbox = new();
    private readonly TaskCompletionSource<RunResult> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SubtaskResult?[] results = new SubtaskResult?[plan.Subtasks.Length];
    private readonly Schedule schedule = new(plan, options);

    /// <summary>Ends what runs at a fail-fast or a stop; cleanup is not asked to.</summary>
    private readonly CancellationTokenSource stopWork = new();
    private readonly CancellationTokenSource stopCleanup = new();
    private CancellationTokenRegistration registration;
    private ITimer? timer;
    private DateTimeOffset startedAt;
    private long started;
    private string? stopReason;
    private bool inLoop;
    private int running;

    /// <summary>How often observers are told that time has passed.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Why a stop was asked for, in words.</summary>
    public Func<string> StopReason { get; init; } = () => "the build was cancelled";

    /// <summary>How long cleanup (<c>Always</c>) may take once the run was told to stop from outside.</summary>
    public TimeSpan CleanupLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <param name="stop">Asks for a stop: what runs is ended, cleanup still runs, then the result is returned.</param>
    public Task<RunResult> RunAsync(CancellationToken stop)
    {
        startedAt = time.GetUtcNow();
        started = time.GetTimestamp();
        registration = stop.UnsafeRegister(_ => Post(StopAsked.Instance), null);
        timer = time.CreateTimer(_ => Post(TimePassed.Instance), null, TickInterval, TickInterval);
        Post(Started.Instance);
        return ended.Task;
    }

    public void Dispose()
    {
        registration.Dispose();
        timer?.Dispose();
        stopWork.Dispose();
        stopCleanup.Dispose();
    }

    /// <summary>
    /// The loop. Whoever posts a message while nobody is in it goes through it: one at a time and in order, but without a thread that
    /// would have to be woken for each message.
    /// </summary>
    private void Post(object message)
    {
        lock (inbox)
        {
            inbox.Enqueue(message);
            if (inLoop)
                return;
            inLoop = true;
        }
        while (true)
        {
            object? next;
            lock (inbox)
            {
                if (!inbox.TryDequeue(out next))
                {
                    inLoop = false;
                    return;
                }
            }
            try
            {
                Handle(next);
            }
            catch (Exception e)
            {
                // A bug of ours: the run can not go on, and whoever waits for it has to know.
                ended.TrySetException(e);
            }
        }
    }

    private void Handle(object message)
    {
        if (ended.Task.IsCompleted)
            return;
        switch (message)
        {
            case Started:
                Tell(new RunStarted(startedAt));
                break;
            case Ended(var subtask, var result):
                HandleEnd(subtask, result);
                break;
            case StopAsked when stopReason is null:
                stopReason = StopReason();
                Tell(new RunStopping(stopReason));
                _ = stopWork.CancelAsync();
                stopCleanup.CancelAfter(CleanupLimit);
                schedule.Stop(stopReason);
                break;
            case TimePassed:
                Tell(new Tick(time.GetUtcNow()));
                break;
        }
        TellSkipped();
        StartAll();
        if (schedule.IsFinished && running == 0)
            Finish();
    }

    private void HandleEnd(PlannedSubtask subtask, SubtaskResult result)
    {
        running--;
        results[subtask.Index] = result;
        Tell(new SubtaskEnded(subtask, result));
        schedule.Complete(subtask, result);
        bool fatal = result.IsFailure && subtask.Subtask.ContinueOnError == ContinueOnError.False;
        if (fatal && options.OnFailure == OnFailure.FailFast)
            _ = stopWork.CancelAsync();
    }

    private void Finish()
    {
        var result = new RunResult
        {
            Plan = plan,
            Results = [.. plan.Subtasks.Select(subtask => results[subtask.Index] ?? LeftOut(subtask))],
            StartedAt = startedAt,
            Duration = time.GetElapsedTime(started),
            Stopped = stopReason,
        };
        Tell(new RunEnded(result));
        ended.TrySetResult(result);
    }

    private static SubtaskResult LeftOut(PlannedSubtask subtask) =>
        subtask.IsResumed ? SubtaskResult.Resumed(subtask.Excluded!) : SubtaskResult.Skipped(subtask.Excluded ?? "");

    private void StartAll()
    {
        while (schedule.TryStart() is { } subtask)
        {
            running++;
            Tell(new SubtaskStarted(subtask, time.GetUtcNow()));
            CancellationToken cancel = subtask.Subtask.Always ? stopCleanup.Token : stopWork.Token;
            executor.Start(subtask, results, result => Post(new Ended(subtask, result)), cancel);
        }
        executor.AllStarted();
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

    private sealed class Started
    {
        public static readonly Started Instance = new();
    }

    private sealed class StopAsked
    {
        public static readonly StopAsked Instance = new();
    }

    private sealed class TimePassed
    {
        public static readonly TimePassed Instance = new();
    }
}
