using System.Security.Cryptography;
using System.Text;
using ParallelExec.Events;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Isolation;

/// <summary>
/// The isolated subtasks of one run: each gets a worktree with what it depends on, and what it did is committed in its name.
/// </summary>
internal sealed class IsolatedRun(
    ExecutionPlan plan, RunOptions options, Worktrees trees, TreeChecks checks, IsolationLedger ledger, SecretMasker? masker, IRunLog log)
{
    private readonly IsolatedWork?[] works = new IsolatedWork?[plan.Subtasks.Length];

    public static bool IsNeeded(ExecutionPlan plan) =>
        plan.Subtasks.Any(subtask => subtask.Excluded is null && subtask.Subtask.IsIsolated);

    /// <summary>What was done, to be merged, in the order of that.</summary>
    public IEnumerable<MergedWork> Done => plan.Subtasks.Where(subtask => works[subtask.Index] is { HasCommits: true })
        .OrderBy(subtask => subtask.Wave).ThenBy(subtask => subtask.Index)
        .Select(subtask => new MergedWork(subtask, works[subtask.Index]!));

    /// <summary>What was done in an earlier run, by a subtask that its task folder says is completed.</summary>
    public void TakeCompleted()
    {
        foreach (PlannedSubtask planned in plan.Subtasks.Where(subtask => subtask.IsResumed && subtask.Subtask.IsIsolated))
            works[planned.Index] = ledger.Kept(planned.Id, DigestOf(planned.Subtask));
    }

    /// <summary>What it did in an earlier run, which still holds; null = it has to work.</summary>
    public SuccessRecord? Find(PlannedSubtask planned, string? ranAgain)
    {
        bool isAsked = (options.Resume ?? planned.Subtask.Work is AgentWork)
            && planned.Subtask is { Cache: true, Always: false, TaskFile: null };
        if (!isAsked || ranAgain is not null || ledger.Kept(planned.Id, DigestOf(planned.Subtask)) is not { } kept)
            return null;
        // What it was made of has been made anew, in a run that did not come to it.
        if (Before(planned).Any(before => !trees.IsIn(before.Work.Ended ?? before.Work.Tip, kept.Tip)))
            return null;
        works[planned.Index] = kept;
        return new SuccessRecord { Fingerprint = new Fingerprint([], kept.Digest), Outputs = [], Values = kept.Values, Notes = kept.Notes };
    }

    /// <returns>The subtask in a worktree of its own; null where none can be had: then <paramref name="failure"/> is its result.</returns>
    public PlannedSubtask? Enter(PlannedSubtask planned, CancellationToken cancel, out SubtaskResult? failure)
    {
        IsolatedWork work = ledger.Begin(planned.Id, DigestOf(planned.Subtask));
        failure = null;
        try
        {
            MergedWork[] before = [.. Before(planned)];
            bool isOnOne = before.Length > 0 && trees.IsIn(ledger.RunBase, before[0].Work.Tip);
            trees.Add(work.Tree, work.Branch, isOnOne ? before[0].Work.Tip : ledger.RunBase);
            for (int i = isOnOne ? 1 : 0; i < before.Length && failure is null; i++)
            {
                if (trees.Merge(work.Tree, before[i].Work.Tip, $"Merge '{before[i].Planned.Id}' for '{planned.Id}'") is { } files)
                    failure = Unmergeable(before[..(i + 1)], files);
            }
            works[planned.Index] = work = ledger.Set(work with { Base = trees.HeadOf(work.Tree) });
            if (failure is null && checks.MakeReady(planned, work.Tree, cancel) is { } notReady)
            {
                failure = SubtaskResult.Failed(Codes.NotIsolated, notReady) with
                {
                    LogFile = Files.LogFiles.PathOf(options, planned.Subtask),
                };
            }
            if (failure is null)
                return checks.In(planned, work.Tree);
            Drop(work, work.Base);
        }
        catch (GitFailedException e)
        {
            failure = SubtaskResult.Failed(Codes.NotIsolated, $"its worktree '{work.Tree}' can not be made: {e.Message}");
            ledger.Set(work with { State = IsolatedState.Unfinished });
        }
        works[planned.Index] = null;
        return null;
    }

    private static SubtaskResult Unmergeable(MergedWork[] works, string[] files)
    {
        MergedWork last = works[^1];
        string others = string.Join(", ", works[..^1].Select(other => $"'{other.Planned.Id}'"));
        string branches = string.Join(" ", works[..^1].Select(other => Repository.ShortOf(other.Work.Branch)));
        return SubtaskResult.Failed(
            Codes.MergeStopped,
            $"it depends on {others} and '{last.Planned.Id}', which have changed the same places of {Wording.Ids(files, shown: 5)}. To go "
                + $"on: in {last.Work.Tree}, git merge {branches}, mend it, commit; then run again with -p:ParallelExecResume=true. Or let "
                + $"'{last.Planned.Id}' depend on {others}");
    }

    /// <summary>It has ended: what it did is committed, whatever came of it.</summary>
    public SubtaskResult Leave(PlannedSubtask planned, PlannedSubtask there, SubtaskResult result, string notes)
    {
        IsolatedWork work = works[planned.Index]!;
        bool succeeded = result.Status == SubtaskStatus.Succeeded;
        string? tip;
        string problem;
        try
        {
            tip = trees.Commit(work.Tree, work.Branch, work.Base, MessageOf(planned.Subtask, succeeded ? "" : result.Reason), out problem);
        }
        catch (GitFailedException e)
        {
            (tip, problem) = (null, $"what it did can not be committed: {e.Message}");
        }
        if (tip == work.Base && (!succeeded || !HasIgnored(planned, there, work)))
        {
            // It has changed nothing: there is nothing to keep.
            Drop(work, tip);
            works[planned.Index] = succeeded ? ledger.Set(Finished(IsolatedState.Merged)) : null;
            return result;
        }
        if (succeeded && tip is not null)
        {
            works[planned.Index] = ledger.Set(Finished(IsolatedState.Succeeded));
            if (tip != work.Base)
                HasIgnored(planned, there, work);
            return result;
        }
        works[planned.Index] = null;
        ledger.Set(work with { State = IsolatedState.Unfinished, Tip = tip ?? "" });
        string where = $"what it did is kept on the branch {Repository.ShortOf(work.Branch)}, in {work.Tree}";
        return succeeded
            ? result with { Status = SubtaskStatus.Failed, Code = Codes.NotIsolated, Reason = $"{problem}; {where}" }
            : result.Status == SubtaskStatus.Blocked ? result : result with { Reason = $"{result.Reason}; {where}" };

        IsolatedWork Finished(IsolatedState state) => work with { State = state, Tip = tip!, Values = result.Values, Notes = notes };
    }

    /// <summary>What git ignores does not come back, and stays where it was written.</summary>
    private bool HasIgnored(PlannedSubtask planned, PlannedSubtask there, IsolatedWork work)
    {
        string[] outputs = [.. DeclaredFiles.Existing(there.Subtask.Outputs).Take(500)];
        string[] ignored = trees.Ignored(work.Tree, outputs);
        if (ignored.Length == 0)
            return false;
        ledger.Keep(work.Tree);
        string[] names = [.. ignored.Select(file => Path.GetRelativePath(work.Tree, file))];
        log.Report(Diagnostic.Warning(
            Codes.NotApplied,
            $"'{planned.Id}' has written {Wording.Ids(names, shown: 3)}, which git ignores: that does not come into the project's folder. "
                + $"It is in {work.Tree}. Remove Isolation, or let git know the files.",
            planned.Subtask.Origin,
            "Outputs"));
        return true;
    }

    /// <summary>The worktree and the branch of what nobody has to keep.</summary>
    private void Drop(IsolatedWork work, string tip)
    {
        if (trees.Remove(work.Tree) is null)
            trees.RemoveBranch(work.Branch, tip);
        ledger.Forget(work);
    }

    /// <summary>All that it depends on and that has changed something, also over milestones and others.</summary>
    private IEnumerable<MergedWork> Before(PlannedSubtask planned)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>(planned.Dependencies);
        while (open.TryPop(out int index))
        {
            if (!seen.Add(index))
                continue;
            foreach (int further in plan.Subtasks[index].Dependencies)
                open.Push(further);
        }
        return Done.Where(done => seen.Contains(done.Planned.Index));
    }

    private string MessageOf(Subtask subtask, string unfinished)
    {
        string title = (subtask.Title.Length > 0 ? subtask.Title : subtask.Id).ReplaceLineEndings(" ");
        string text = unfinished.Length == 0 ? title : $"Unfinished: {title}\n\n{unfinished}";
        return $"{masker?.Apply(text) ?? text}\n\nParallelExec-Subtask: {subtask.Id}\n";
    }

    private static string DigestOf(Subtask subtask)
    {
        string work = subtask.Work switch
        {
            CommandWork command => $"{command.CommandLine}\0{command.Shell}",
            ToolWork tool => $"{tool.Tool}\0{string.Join('\0', tool.Arguments)}",
            AgentWork agent => $"{agent.Agent}\0{agent.Prompt}\0{agent.Command?.Preset}\0{agent.Command?.Tool}",
            _ => "",
        };
        string all = string.Join(
            "\0\0", subtask.Work.Kind, work, subtask.Verify?.CommandLine, string.Join('\0', subtask.AcceptanceCriteria),
            string.Join('\0', subtask.Outputs.Select(output => output.Declared)),
            string.Join('\0', subtask.Environment.Select(pair => $"{pair.Key}={pair.Value}")));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
    }
}
