using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Isolation;

/// <summary>
/// Brings the branches of subtasks together, one after another, in a worktree of its own, with checks after each. It stops at the first
/// that can not be merged, or with which a check fails, and leaves what was well before it.
/// </summary>
internal sealed class MergeTrain(Worktrees trees, TreeChecks checks, RunOptions options)
{
    private readonly HashSet<CommandWork> ready = [];
    private readonly List<MergedWork> merged = [];

    /// <param name="tree">A worktree that holds nothing but what the run began with.</param>
    /// <param name="works">In the order in which they are merged.</param>
    public MergeOutcome Run(string tree, IReadOnlyList<MergedWork> works, CancellationToken cancel)
    {
        string before = trees.HeadOf(tree), begin = before;
        foreach (MergedWork next in works)
        {
            if (cancel.IsCancellationRequested)
                return Stopped(next, before, "the run was stopped before it", []);
            if (trees.Merge(tree, next.Work.Tip, MessageOf(next.Planned.Subtask)) is { } files)
                return Stopped(next, before, "", [.. files]);
            if (WhyBad(next, tree, cancel) is { } why)
            {
                trees.BackTo(tree, before);
                return Stopped(next, before, why, []);
            }
            before = trees.HeadOf(tree);
            merged.Add(next);
        }
        return new MergeOutcome(before, [.. merged], null);

        MergeOutcome Stopped(MergedWork at, string commit, string why, ImmutableArray<string> files) => new(
            commit, [.. merged], new MergeStop(at, why, files, [.. With(at, files, begin)]));
    }

    private static string MessageOf(Subtask subtask) =>
        $"Merge '{subtask.Id}'{(subtask.Title.Length > 0 ? $": {subtask.Title.ReplaceLineEndings(" ")}" : "")}";

    private string? WhyBad(MergedWork next, string tree, CancellationToken cancel)
    {
        Subtask subtask = next.Planned.Subtask;
        // What it has verified itself is not verified twice.
        bool isAsVerified = trees.IsSameTree(trees.HeadOf(tree), next.Work.Tip);
        CommandWork? verify = isAsVerified ? null : subtask.Verify;
        CommandWork? whole = options.MergeVerify.Length > 0 ? new CommandWork(options.MergeVerify, Shell: null) : null;
        if (verify is null && whole is null)
            return null;
        CommandWork setup = subtask.Isolation!.Setup ?? new CommandWork("", null);
        if (ready.Add(setup) && checks.MakeReady(next.Planned, tree, cancel) is { } notReady)
            return notReady;
        return (verify is null ? null : checks.Failure("Verify", verify, checks.In(next.Planned, tree), cancel))
            ?? (whole is null ? null : checks.Failure("ParallelExecMergeVerify", whole, checks.WholeIn(next.Planned, tree), cancel));
    }

    /// <summary>Those before it that have changed the same files; where that can not be told, all of them.</summary>
    private IEnumerable<string> With(MergedWork at, ImmutableArray<string> files, string begin)
    {
        string[] same = [.. merged.Where(earlier => trees.Between(earlier.Work.Base, earlier.Work.Tip).Intersect(files).Any())
            .Select(earlier => earlier.Planned.Id)];
        bool isOfOthers = files.Length > 0 && same.Length == 0 && trees.Between(at.Work.RunBase, begin).Intersect(files).Any();
        return same.Length > 0 || isOfOthers ? same : merged.Select(earlier => earlier.Planned.Id);
    }
}

/// <summary>A subtask with its commits.</summary>
internal sealed record MergedWork(PlannedSubtask Planned, IsolatedWork Work);

/// <param name="Commit">With all that is merged.</param>
/// <param name="Stop">Null where all of them are.</param>
internal sealed record MergeOutcome(string Commit, ImmutableArray<MergedWork> Merged, MergeStop? Stop);

/// <summary>Where a merge has stopped.</summary>
/// <param name="Why">Which check has failed; empty where files are in conflict.</param>
/// <param name="With">Ids of those that were merged before, and that it does not go with.</param>
internal sealed record MergeStop(MergedWork At, string Why, ImmutableArray<string> Files, ImmutableArray<string> With);
