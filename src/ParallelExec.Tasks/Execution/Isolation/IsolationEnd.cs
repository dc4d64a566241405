using ParallelExec.Events;
using ParallelExec.Model;

namespace ParallelExec.Execution.Isolation;

/// <summary>
/// When all subtasks have ended: their branches are brought together, and the branch that is checked out goes on to the result. Only then
/// is anything of the user's touched, and only when all went well.
/// </summary>
internal sealed class IsolationEnd(
    RunOptions options, Repository repository, Worktrees trees, MergeTrain train, IsolationLedger ledger, IsolatedRun run, IRunLog log)
{
    /// <summary>Nothing of the run is needed any more but what branches hold.</summary>
    public Action Ended { get; init; } = () => { };

    public RunResult End(RunResult result, CancellationToken cancel)
    {
        try
        {
            MergedWork[] done = [.. run.Done.Where(one => !trees.IsIn(one.Work.Tip, ledger.RunBase))];
            if (done.Length == 0)
                return result;
            if (options.Merge == MergeMode.None)
            {
                log.Message($"Nothing is merged (ParallelExecMerge=None). The work is on {BranchesOf(done)}.");
                return result;
            }
            if (result.Succeeded && !result.IsBlocked)
                return Merge(result, done, cancel);
            log.Message(
                $"Nothing is merged, because not all has succeeded. The work of those that have is on {BranchesOf(done)}. The next run "
                    + "with -p:ParallelExecResume=true goes on with it.");
            return result;
        }
        catch (GitFailedException e)
        {
            log.Report(Diagnostic.Error(
                Codes.MergeStopped,
                $"The merge stopped: {e.Message}. Your branch is as it was, and all branches of subtasks are kept. Mend that, and "
                    + $"{GoOn}."));
            return result with { IsMergeStopped = true };
        }
        finally
        {
            Ended();
        }
    }

    private const string GoOn = "run again with -p:ParallelExecResume=true, which goes on with it";

    private RunResult Merge(RunResult result, MergedWork[] done, CancellationToken cancel)
    {
        IsolatedWork own = ledger.Begin("", "");
        trees.Add(own.Tree, own.Branch, ledger.RunBase);
        MergeOutcome outcome = train.Run(own.Tree, done, cancel);
        string branch = Repository.ShortOf(own.Branch);
        // What checks have left there is nobody's work.
        trees.BackTo(own.Tree, outcome.Commit);
        string? stays = trees.Remove(own.Tree);
        if (stays is null)
            ledger.Forget(own);
        else
            log.Message($"The worktree '{own.Tree}' of the merge can not be removed, and stays: {stays}");
        if (outcome.Stop is { } stop)
        {
            if (outcome.Merged.IsEmpty && stays is null)
                trees.RemoveBranch(own.Branch, outcome.Commit);
            log.Report(Told(stop, outcome, branch));
            return result with { IsMergeStopped = true };
        }
        string? why = options.Merge == MergeMode.Branch ? null : repository.WhyNotApplied() ?? trees.Apply(outcome.Commit);
        string what = $"The work of {Wording.Ids([.. done.Select(one => one.Planned.Id)])}";
        if (options.Merge == MergeMode.Branch)
            log.Message($"{what} is on the branch {branch} (ParallelExecMerge=Branch). git merge {branch} brings it here.");
        else if (why is null)
            log.Message($"{what} is on {Repository.ShortOf(repository.Branch!)} now ({outcome.Commit[..10]}).");
        else
            log.Report(Diagnostic.Warning(
                Codes.NotApplied, $"{what} is on the branch {branch}, and not in your working tree: {why}. Commit what is yours, then: "
                    + $"git merge {branch}"));
        foreach (MergedWork one in done)
            Retire(one);
        if (options.Merge == MergeMode.Apply && why is null && stays is null)
            trees.RemoveBranch(own.Branch, outcome.Commit);
        return result;
    }

    /// <summary>It is in another branch now: its own and its worktree go, unless something is there that is nowhere else.</summary>
    private void Retire(MergedWork one)
    {
        IsolatedWork work = one.Work;
        string? stays = ledger.IsKept(work.Tree) ? "it has files that git ignores"
            : trees.NestedOf(work.Tree) is { Length: > 0 } nested ? $"it has git repositories of their own in it ({Wording.Ids(nested)})"
            : trees.Remove(work.Tree);
        if (stays is null)
            trees.RemoveBranch(work.Branch, work.Tip);
        else
            log.Message($"The worktree of '{work.Id}', {work.Tree}, is merged, and stays: {stays}");
        ledger.Set(work with { State = IsolatedState.Merged });
    }

    private Diagnostic Told(MergeStop stop, MergeOutcome outcome, string branch)
    {
        string id = stop.At.Planned.Id, tree = stop.At.Work.Tree;
        string with = stop.With.IsEmpty ? "what your branch has got since it began"
            : string.Join(" and ", stop.With.Take(5).Select(other => $"'{other}'"));
        string what = stop.Files.IsEmpty
            ? $"{stop.Why}{(stop.With.IsEmpty ? "" : $", together with {with}")}. The log of '{id}' has its output"
            : $"it and {with} have changed {Wording.Ids([.. stop.Files], shown: 5)}";
        string merged = outcome.Merged.IsEmpty ? Repository.ShortOf(repository.Branch ?? repository.Head) : branch;
        return Diagnostic.Error(
            Codes.MergeStopped,
            $"The merge stopped at '{id}': {what}. Your branch is as it was, and all branches are kept: "
                + $"{Repository.ShortOf(stop.At.Work.Branch)}{(outcome.Merged.IsEmpty ? "" : $", and {branch} with what is merged")}. "
                + $"To go on: in {tree}, git merge {merged}, mend it, commit; then {GoOn}.",
            stop.At.Planned.Subtask.Origin,
            "Isolation");
    }

    private static string BranchesOf(MergedWork[] done) =>
        Wording.Ids([.. done.Select(one => Repository.ShortOf(one.Work.Branch))], shown: 20);
}
