using System.Collections.Immutable;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Execution.Isolation;

/// <summary>Which branches and worktrees there are, whose they are, and which of an earlier run's still hold.</summary>
/// <param name="runBase">The commit that this run begins with.</param>
internal sealed class IsolationLedger(string folder, string run, string runBase, IsolationFile file, Worktrees trees)
{
    /// <summary>More files than git can be asked about at once.</summary>
    private const int MostCompared = 1000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, IsolatedWork> all = new(StringComparer.Ordinal);
    private readonly HashSet<string> keptTrees = [];

    public string RunBase => runBase;

    /// <summary>Begins with what earlier runs have left, and tells what of it was interrupted.</summary>
    public void Load(ImmutableArray<IsolatedWork> earlier, IRunLog log)
    {
        foreach (IsolatedWork work in earlier)
        {
            bool isThere = work.State == IsolatedState.Merged || trees.TipOf(work.Branch) is not null || Directory.Exists(work.Tree);
            if (work.Run == run || !isThere)
                continue;
            if (work.State != IsolatedState.Working)
            {
                all[work.Branch] = work;
                continue;
            }
            all[work.Branch] = work with { State = IsolatedState.Unfinished, Tip = trees.TipOf(work.Branch) ?? "" };
            log.Message(
                $"An earlier run was interrupted while {(work.Id.Length > 0 ? $"'{work.Id}' worked" : "it merged")} in {work.Tree}: what "
                    + $"was committed is on the branch {Repository.ShortOf(work.Branch)}, what was not is still there.");
        }
        Save();
    }

    /// <param name="id">Empty: of the run itself, for the merge.</param>
    public IsolatedWork Begin(string id, string digest)
    {
        string name = id.Length > 0 ? $"{run}/{Worktrees.NameOf(id)}" : $"{run}-merged";
        return Set(new IsolatedWork(id, run, $"refs/heads/parallelexec/{name}", Path.Combine(folder, name.Replace('/',
            Path.DirectorySeparatorChar)))
        {
            RunBase = runBase,
            Base = runBase,
            Digest = digest,
        });
    }

    public IsolatedWork Set(IsolatedWork work)
    {
        lock (gate)
        {
            // Of what is in a result, only the last is ever asked for.
            if (work.State is IsolatedState.Merged)
            {
                foreach (IsolatedWork old in all.Values.Where(old => old.Id == work.Id && old.State == IsolatedState.Merged).ToArray())
                    all.Remove(old.Branch);
            }
            all[work.Branch] = work;
            Write();
        }
        return work;
    }

    public void Forget(IsolatedWork work)
    {
        lock (gate)
        {
            all.Remove(work.Branch);
            Write();
        }
    }

    /// <summary>Something is in it that is nowhere else.</summary>
    public void Keep(string tree)
    {
        lock (gate)
            keptTrees.Add(tree);
    }

    public bool IsKept(string tree) => keptTrees.Contains(tree);

    /// <summary>What an earlier run has of a subtask, and what can be merged with what this run begins with; else null.</summary>
    public IsolatedWork? Kept(string id, string digest)
    {
        IsolatedWork[] candidates;
        lock (gate)
        {
            candidates = [.. all.Values.Where(work => work.Run != run && work.Id == id && work.Digest == digest
                && work.State is IsolatedState.Succeeded or IsolatedState.Merged)];
        }
        IsolatedWork? found = candidates.LastOrDefault(work => work.Id == id && trees.IsThere(work.Tip) && Holds(work.RunBase));
        // Somebody has worked on it, as the message of a stopped merge says.
        return found is null ? null : found with
        {
            State = IsolatedState.Succeeded,
            Ended = found.Tip,
            Tip = trees.TipOf(found.Branch) is { } now && trees.IsIn(found.Tip, now) ? now : found.Tip,
        };
    }

    /// <summary>What an earlier run began with is in what this one begins with: nothing comes back that was taken away since.</summary>
    private bool Holds(string earlier)
    {
        if (!trees.IsThere(earlier))
            return false;
        if (trees.IsIn(earlier, runBase))
            return true;
        // It was made of what was not committed then: that must be the same now.
        string parent = earlier + "^";
        if (!trees.IsThere(parent) || !trees.IsIn(parent, runBase))
            return false;
        string[] files = trees.Between(parent, earlier);
        return files.Length <= MostCompared && !trees.Between(earlier, runBase).Intersect(files).Any();
    }

    private void Save()
    {
        lock (gate)
            Write();
    }

    private void Write() => file.Write(all.Values.OrderBy(work => work.Run == run).ThenBy(work => work.Branch, StringComparer.Ordinal));
}
