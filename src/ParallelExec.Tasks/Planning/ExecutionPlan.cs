using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Planning;

/// <summary>What will run, in which wave, in which order. Immutable; only the planner makes it.</summary>
internal sealed record ExecutionPlan
{
    /// <summary>In declaration order; <see cref="PlannedSubtask.Index"/> is the place in this array.</summary>
    public required ImmutableArray<PlannedSubtask> Subtasks { get; init; }

    /// <summary>The waves, first to last; within each the order in which its subtasks start.</summary>
    public required ImmutableArray<ImmutableArray<PlannedSubtask>> Waves { get; init; }
    public required ImmutableArray<Pool> Pools { get; init; }

    /// <summary>How much memory those that run together may be expected to need, in bytes; null = nobody counts it.</summary>
    public long? MaxMemory { get; init; }

    /// <summary>How many subtasks are to run: all but the excluded ones.</summary>
    public required int Count { get; init; }
}

/// <summary>A subtask with its place in the graph.</summary>
internal sealed record PlannedSubtask
{
    public required Subtask Subtask { get; init; }
    public required int Index { get; init; }

    /// <summary>Indices of what it depends on, ascending.</summary>
    public required ImmutableArray<int> Dependencies { get; init; }

    /// <summary>Indices of what depends on it, ascending.</summary>
    public required ImmutableArray<int> Dependents { get; init; }

    /// <summary>From 1; 0 for an excluded one.</summary>
    public required int Wave { get; init; }

    /// <summary>Place in the total order: longest path to the end first, then declaration order.</summary>
    public required int Rank { get; init; }

    /// <summary>Why it is left out of this run, in words; null = it is in.</summary>
    public string? Excluded { get; init; }

    /// <summary>Why it is in, in words, where only what changes reach is; else null.</summary>
    public string? Kept { get; init; }

    /// <summary>How long it is expected to take: declared, else as in the last run; null = nobody knows.</summary>
    public TimeSpan? Estimate { get; init; }

    /// <summary>Whether it would run if it were run now; null where nobody has looked.</summary>
    public Reused? Reused { get; init; }

    public string Id => Subtask.Id;

    /// <summary>It is left out because its task folder says that it is completed.</summary>
    public bool IsResumed => Excluded is not null && Subtask.TaskFile is { Status: TaskFileStatus.Completed };
}
