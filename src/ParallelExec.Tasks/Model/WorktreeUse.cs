using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>Where a subtask works: in the project's own folder, or in a git worktree of its own.</summary>
/// <param name="Setup">A command that makes a new worktree ready; null = nothing has to be done.</param>
/// <param name="Files">Files that git ignores and that a new worktree gets a copy of; absolute, globs allowed.</param>
internal sealed record WorktreeUse(IsolationMode Mode, CommandWork? Setup, ImmutableArray<PathPattern> Files)
{
    /// <summary>Somebody has said that it stays in the project's folder.</summary>
    public static readonly WorktreeUse None = new(IsolationMode.None, null, []);
}

internal enum IsolationMode
{
    /// <summary>It works where it was declared.</summary>
    None,

    /// <summary>In a git worktree, on a branch of its own.</summary>
    Worktree,
}

/// <summary>What becomes of the branches of isolated subtasks.</summary>
internal enum MergeMode
{
    /// <summary>They are merged, and the branch that is checked out goes on to the result.</summary>
    Apply,

    /// <summary>They are merged on a branch of their own.</summary>
    Branch,

    /// <summary>They stay as they are.</summary>
    None,
}
