using ParallelExec.Events;
using ParallelExec.Execution.Services;
using ParallelExec.Execution.Writes;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Execution;

/// <summary>
/// Runs a plan: one loop that owns all state of the run. Executors only report that they have ended. The run always comes to a result:
/// what fails in an observer, or here, stops it as Ctrl+C would, and the result says so.
/// </summary>
internal sealed class RunEngine(
    ExecutionPlan plan, RunOptions options, SubtaskExecutor executor, IReadOnlyList<IRunObserver> observers, TimeProvider time,
    LentJobs? lent = null) : IDisposable
{
    private const string NotAfterFault = "ParallelExec failed itself";

    private readonly Queue<object> inbox = new();
    private readonly List<IRunObserver> listening = [.. observers];
    private readonly TaskCompletionSource<RunResult> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SubtaskResult?[] results = new SubtaskResult?[plan.Subtasks.Length];
    private readonly Schedule schedule = new(plan, options, lent);
    private readonly ServiceStops services = new();

    /// <summary>Ends what runs at a fail-fast or a stop; cleanup is not asked to.</summary>
    private readonly CancellationTokenSource stopWork = new();
    private readonly CancellationTokenSource stopCleanup = new();
    private CancellationTokenRegistration registration;
    private ITimer? timer;
    private DateTimeOffset startedAt;
    private long started;
    private string? stopReason;
    private RunFault? fault;

    /// <summary>The loop itself has failed: nothing starts any more, what runs is awaited.</summary>
    private bool isBroken;
    private bool inLoop;
    private int running;

    /// <summary>How often observers are told that time has passed.</summary>
    public TimeSpan TickInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Sees who writes what, and is among the observers too; null = nobody looks.</summary>
    public WriteWatch? Writes { get; init; }

    /// <summary>Why a stop was asked for, in words.</summary>
    public Func<string> StopReason { get; init; } = () => "the build was cancelled";

    /// <summary>How long cleanup (<c>Always</c>) may take once the run was told to stop from outside.</summary>
    public TimeSpan CleanupLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What is still to be done when all subtasks have ended, before anybody is told that the run has.</summary>
    public Func<RunResult, RunResult>? Ending { get; init; }

    /// <param name="stop">Asks for a stop: what runs is ended, cleanup still runs, then the result is returned.</param>
    public Task<RunResult> RunAsync(CancellationToken stop)
    {
        startedAt = time.GetUtcNow();
        started = time.GetTimestamp();
        registration = stop.UnsafeRegister(_ => Post(StopAsked.Instance), null);
        timer = time.CreateTimer(_ => Post(TimePassed.Instance), null, TickInterval, TickInterval);
        if (lent is not null)
            lent.Freed = () => Post(JobsFreed.Instance);
        Post(Started.Instance);
        return ended.Task;
    }

    public void Dispose()
    {
        registration.Dispose();
        timer?.Dispose();
        stopWork.Dispose();
        stopCleanup.Dispose();
        services.Dispose();
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
                Break(e, next);
            }
        }
    }

    private void Handle(object message)
    {
        if (ended.Task.IsCompleted)
            return;
        switch (message)
        {
            case Ended(var subtask, var result) when isBroken:
                KeepEnd(subtask, result);
                break;
            case object when isBroken:
                break;
            case Started:
                Tell(new RunStarted(startedAt));
                break;
            case Ended(var subtask, var result):
                HandleEnd(subtask, result);
                break;
            case Ready(var service, var serving):
                results[service.Index] = serving;
                schedule.Serve(service);
                Tell(new ServiceReady(service, serving));
                break;
            case StopAsked when stopReason is null:
                stopReason = StopReason();
                Stop(stopReason);
                break;
            case FaultSeen when stopReason is null:
                Stop(NotAfterFault);
                break;
            case StopAsked or FaultSeen or JobsFreed:
                break;
            case TimePassed:
                Tell(new Tick(time.GetUtcNow()) { Waits = schedule.Waits });
                break;
            default:
                throw new InvalidOperationException($"nobody handles {message}");
        }
        if (!isBroken)
        {
            TellSkipped();
            foreach (PlannedSubtask service in schedule.TakeUnneeded())
                services.End(service);
            StartAll();
        }
        if ((isBroken || schedule.IsFinished) && running == 0)
            Finish();
    }

    /// <summary>What runs is ended, what has not started is left out; cleanup has a while.</summary>
    private void Stop(string reason)
    {
        Tell(new RunStopping(reason));
        _ = stopWork.CancelAsync();
        stopCleanup.CancelAfter(CleanupLimit);
        schedule.Stop(reason);
    }

    /// <summary>
    /// The loop has failed, so its state can not be trusted: all that runs is ended and awaited, nothing else is started.
    /// </summary>
    private void Break(Exception e, object message)
    {
        fault ??= new RunFault($"the run's loop, at {message.GetType().Name}", e);
        isBroken = true;
        _ = stopWork.CancelAsync();
        _ = stopCleanup.CancelAsync();
        if (running == 0)
            Finish();
    }

    private void KeepEnd(PlannedSubtask subtask, SubtaskResult result)
    {
        running--;
        results[subtask.Index] = result;
        Tell(new SubtaskEnded(subtask, result));
    }

    private void HandleEnd(PlannedSubtask subtask, SubtaskResult result)
    {
        result = services.Judged(subtask, result);
        result = Writes?.Judged(subtask, result) ?? result;
        KeepEnd(subtask, result);
        schedule.Complete(subtask, result);
        bool fatal = result.IsFailure && subtask.Subtask.ContinueOnError == ContinueOnError.False;
        if (fatal && result.Served is not null)
            services.Died(subtask, result.Reason, schedule.DependentsOf(subtask));
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
            Fault = fault,
        };
        if (Ending is not null && fault is null)
            result = End(result);
        Tell(new RunEnded(result));
        // One of those that were told may have failed at it.
        ended.TrySetResult(result with { Fault = fault });
    }

    private RunResult End(RunResult result)
    {
        try
        {
            return Ending!(result) with { Duration = time.GetElapsedTime(started) };
        }
        catch (Exception e)
        {
            fault = new RunFault("the end of the run", e);
            return result with { Fault = fault };
        }
    }

    private SubtaskResult LeftOut(PlannedSubtask subtask) =>
        isBroken && subtask.Excluded is null ? SubtaskResult.Skipped(NotAfterFault) : subtask.IsResumed
            ? SubtaskResult.Resumed(subtask.Excluded!) : SubtaskResult.Skipped(subtask.Excluded ?? "");

    private void StartAll()
    {
        while (schedule.TryStart() is { } subtask)
        {
            running++;
            Tell(new SubtaskStarted(subtask, time.GetUtcNow()));
            CancellationToken cancel = subtask.Subtask.Always ? stopCleanup.Token : stopWork.Token;
            // A service is ended after those that it serves, also at a stop.
            Start(subtask, subtask.Subtask.Service is null
                ? services.Other(subtask, cancel)
                : services.Service(subtask, schedule.DependentsOf(subtask), stopCleanup.Token));
        }
        executor.AllStarted();
    }

    private void Start(PlannedSubtask subtask, CancellationToken cancel)
    {
        try
        {
            executor.Start(
                subtask, results, serving =>
                Post(new Ready(subtask, serving)), services.WithPatience(subtask, result => Post(new Ended(subtask, result))), cancel);
        }
        catch (Exception e)
        {
            // It has not begun, so nobody else will tell its end.
            Post(new Ended(subtask, SubtaskResult.Failed(Codes.Bug, Wording.Bug(e))));
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
        foreach (IRunObserver observer in listening.ToArray())
        {
            try
            {
                observer.On(happened);
            }
            catch (Exception e)
            {
                // It hears no more: what it knows is not what is. The others do, so that the state on disk is true.
                listening.Remove(observer);
                Fault(observer, happened, e);
            }
        }
    }

    private void Fault(IRunObserver observer, RunEvent happened, Exception e)
    {
        bool isFirst = fault is null;
        fault ??= new RunFault($"{observer.GetType().Name}, at {happened.GetType().Name}", e);
        if (isFirst && stopReason is null && !isBroken)
            Post(FaultSeen.Instance);
    }

    private sealed record Ended(PlannedSubtask Subtask, SubtaskResult Result);

    private sealed record Ready(PlannedSubtask Service, SubtaskResult Serving);

    private sealed class Started
    {
        public static readonly Started Instance = new();
    }

    private sealed class JobsFreed
    {
        public static readonly JobsFreed Instance = new();
    }

    private sealed class StopAsked
    {
        public static readonly StopAsked Instance = new();
    }

    private sealed class FaultSeen
    {
        public static readonly FaultSeen Instance = new();
    }

    private sealed class TimePassed
    {
        public static readonly TimePassed Instance = new();
    }
}
