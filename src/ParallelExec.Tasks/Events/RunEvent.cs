using System.Diagnostics;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Events;

/// <summary>What happens in a run: its only output. Console, reports and state are observers of it.</summary>
internal abstract record RunEvent
{
    /// <summary>Ends an observer's switch: what is new has to be thought about in each of them.</summary>
    public Exception NotKnownTo(IRunObserver observer) =>
        new UnreachableException($"{observer.GetType().Name} does not know the event {GetType().Name}");
}

internal sealed record RunStarted(DateTimeOffset At) : RunEvent;

internal sealed record SubtaskStarted(PlannedSubtask Subtask, DateTimeOffset At) : RunEvent;

/// <summary>A service is ready: what depends on it goes on, and it serves until that has ended.</summary>
/// <param name="Result">What it is until then.</param>
internal sealed record ServiceReady(PlannedSubtask Subtask, SubtaskResult Result) : RunEvent;

internal sealed record SubtaskEnded(PlannedSubtask Subtask, SubtaskResult Result) : RunEvent;

internal sealed record SubtasksSkipped(SkippedSubtasks Skipped) : RunEvent;

/// <summary>The run was asked to stop: by Ctrl+C, a signal, or the engine.</summary>
internal sealed record RunStopping(string Reason) : RunEvent;

/// <summary>Time has passed; nothing else happened.</summary>
internal sealed record Tick(DateTimeOffset At) : RunEvent
{
    /// <summary>Who could start but for something that nobody sees, as memory, in words; empty where nobody waits.</summary>
    public string Waits { get; init; } = "";
}

internal sealed record RunEnded(RunResult Result) : RunEvent;

/// <summary>Told of each event, one after another, on the run's own loop.</summary>
internal interface IRunObserver
{
    void On(RunEvent happened);
}

/// <summary>What became of a run. <see cref="Results"/> has one for each subtask of the plan, by index.</summary>
internal sealed record RunResult
{
    public required ExecutionPlan Plan { get; init; }
    public required IReadOnlyList<SubtaskResult> Results { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required TimeSpan Duration { get; init; }

    /// <summary>How many processors the build may use: what affinity and containers leave of the machine's.</summary>
    public int Cores { get; init; } = Environment.ProcessorCount;

    /// <summary>What each subtask would have taken alone.</summary>
    public AloneTimes Alone => AloneTimes.Of(Results, Cores);

    private Told? told;

    /// <summary>What it came to in numbers. Reports and console ask for the same ones: they are found out once.</summary>
    public RunFigures FiguresFor(RunOptions options)
    {
        if (told is null || !ReferenceEquals(told.Results, Results))
            told = new Told(Results, RunFigures.Of(Plan, Results, Duration, Cores, Succeeded, options));
        return told.Figures;
    }

    /// <summary>Why it was stopped from outside; null when it was not.</summary>
    public string? Stopped { get; init; }

    /// <summary>A bug of ours, or a fault that nobody expected, that stopped the run; null where there was none.</summary>
    public RunFault? Fault { get; init; }

    /// <summary>What isolated subtasks have done could not be brought together.</summary>
    public bool IsMergeStopped { get; init; }

    /// <summary>False when a subtask without <c>ContinueOnError</c> failed, or the run was stopped.</summary>
    public bool Succeeded => Stopped is null && Fault is null && !IsMergeStopped && !Plan.Subtasks.Any(subtask =>
        Results[subtask.Index].IsFailure && subtask.Subtask.ContinueOnError == ContinueOnError.False);

    /// <summary>Subtasks wait for a person: nothing has failed, and not all is done.</summary>
    public bool IsBlocked => Results.Any(result => result.Status == SubtaskStatus.Blocked);
}

/// <summary>Figures, and the results that they are of.</summary>
internal sealed record Told(IReadOnlyList<SubtaskResult> Results, RunFigures Figures);

/// <summary>What went wrong in ParallelExec itself.</summary>
/// <param name="Where">The part that failed, and at what.</param>
internal sealed record RunFault(string Where, Exception Exception);
