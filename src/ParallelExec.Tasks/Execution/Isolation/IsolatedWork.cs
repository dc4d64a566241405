using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Execution.Isolation;

/// <summary>One subtask's branch and worktree, as it is kept between runs.</summary>
/// <param name="Id">The subtask's.</param>
/// <param name="Run">The run that made it.</param>
/// <param name="Branch">As <c>refs/heads/parallelexec/…</c>.</param>
/// <param name="Tree">Its worktree; absolute.</param>
internal sealed record IsolatedWork(string Id, string Run, string Branch, string Tree)
{
    public IsolatedState State { get; init; }

    /// <summary>The commit that the whole run began with.</summary>
    public string RunBase { get; init; } = "";

    /// <summary>The commit that it began with: that of the run, with what it depends on.</summary>
    public string Base { get; init; } = "";

    /// <summary>The last commit of its work; empty while it works.</summary>
    public string Tip { get; init; } = "";

    /// <summary>The last commit when the subtask had ended, where somebody has gone on with it since; not kept.</summary>
    public string? Ended { get; init; }

    /// <summary>Of what it was asked to do.</summary>
    public string Digest { get; init; } = "";
    public ImmutableSortedDictionary<string, string> Values { get; init; } = SubtaskResult.NoValues;
    public string Notes { get; init; } = "";

    /// <summary>The work goes into the merge.</summary>
    public bool HasCommits => State == IsolatedState.Succeeded && Tip != Base;
}

internal enum IsolatedState
{
    /// <summary>It works; in what an earlier run has left: it was interrupted.</summary>
    Working,

    /// <summary>Its work is committed, and not merged yet.</summary>
    Succeeded,

    /// <summary>It has failed or was stopped; what it did is committed.</summary>
    Unfinished,

    /// <summary>Its work is in the result of a run; it has no branch any more.</summary>
    Merged,
}
