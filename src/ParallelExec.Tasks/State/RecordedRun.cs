using System.Collections.Immutable;
using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.State;

/// <summary>
/// A run as <c>run.json</c> has it: what every report is made of, so that the same come out of an old run's file. Times are whole
/// milliseconds, as they are there.
/// </summary>
internal sealed record RecordedRun
{
    public required string Status { get; init; }

    /// <summary>Why it was stopped from outside; empty when it was not.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The declaring project; absolute.</summary>
    public required string Project { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required TimeSpan Duration { get; init; }
    public TimeSpan OneAfterAnother { get; init; }

    /// <summary>That, and what each would have taken alone, may be less.</summary>
    public bool IsAtMost { get; init; }
    public string Schedule { get; init; } = "";
    public string OnFailure { get; init; } = "";
    public int MaxParallelism { get; init; }
    public int Cores { get; init; }

    /// <summary>What there was for all, in bytes; null where nobody asked.</summary>
    public long? MaxMemory { get; init; }

    /// <summary>By id, first to last.</summary>
    public ImmutableArray<string> CriticalPath { get; init; } = [];
    public TimeSpan CriticalTime { get; init; }

    /// <summary>What waiting at the ends of waves cost; null where that is not known.</summary>
    public TimeSpan? Barriers { get; init; }

    /// <summary>What it would take with as many cores as it can use; null where that is not known.</summary>
    public TimeSpan? Unlimited { get; init; }
    public Advice? Advice { get; init; }

    /// <summary>In declaration order.</summary>
    public required ImmutableArray<RecordedSubtask> Subtasks { get; init; }

    /// <summary>What all agents cost; null where no command line has told anything.</summary>
    public AgentUsage? Usage => Subtasks.Aggregate((AgentUsage?)null, (sum, subtask) => subtask.Usage?.Plus(sum) ?? sum);

    /// <param name="masker">Hides secrets in what is cut: a half of one would be found by nobody later.</param>
    public static RecordedRun Of(RunResult run, RunOptions options, SecretMasker? masker = null)
    {
        RunFigures figures = run.FiguresFor(options);
        return new RecordedRun
        {
            Status = RunFile.StatusOf(run),
            Reason = run.Stopped ?? "",
            Project = options.ProjectFile,
            StartedAt = Whole(run.StartedAt),
            Duration = Whole(run.Duration),
            OneAfterAnother = Whole(figures.Alone.Sum),
            IsAtMost = figures.Alone.IsAtMost,
            Schedule = options.Schedule.ToString(),
            OnFailure = options.OnFailure.ToString(),
            MaxParallelism = options.MaxParallelism,
            Cores = run.Cores,
            MaxMemory = run.Plan.MaxMemory,
            CriticalPath = [.. figures.CriticalPath.Select(subtask => subtask.Id)],
            CriticalTime = Whole(figures.CriticalTime),
            Barriers = Whole(figures.Barriers),
            Unlimited = Whole(figures.Unlimited),
            Advice = figures.Advice is { } advice ? advice with { Duration = Whole(advice.Duration) } : null,
            Subtasks =
            [
                .. run.Plan.Subtasks.Select(subtask => RecordedSubtask.Of(
                    run.Plan, subtask, run.Results[subtask.Index], figures.Alone.Times[subtask.Index], masker)),
            ],
        };
    }

    /// <summary>What the file can hold of it.</summary>
    public static TimeSpan Whole(TimeSpan time) => TimeSpan.FromMilliseconds(RunFile.Milliseconds(time));

    public static DateTimeOffset Whole(DateTimeOffset at) =>
        new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);

    private static TimeSpan? Whole(TimeSpan? time) => time is { } known ? Whole(known) : null;
}
