using ParallelExec.Execution.Processes;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Execution.Isolation;

/// <summary>Worktrees and branches of ours: made, committed to, removed. Nothing is removed that holds what is nowhere else.</summary>
internal sealed class Worktrees(GitProgram git, Repository repository)
{
    private const string NoCommit = "0000000000000000000000000000000000000000";

    /// <summary>git's own locks are taken without waiting: two that make worktrees at once would fail.</summary>
    private readonly Lock gate = new();

    /// <summary>The part of a branch's name that a subtask has: no path, no rule of git's broken, different for different ids.</summary>
    public static string NameOf(string id)
    {
        string name = LogFiles.SafeName(id);
        bool isRefused = name.Contains("..", StringComparison.Ordinal) || name.StartsWith('-')
            || name.EndsWith(".lock", StringComparison.OrdinalIgnoreCase);
        if (!isRefused && !name.Contains('~', StringComparison.Ordinal))
            return name;
        // What is readable of it, and a digest: no id has a ~ in it, so that there is one.
        string[] parts = LogFiles.SafeName(id + "~").Split('~');
        return $"s-{new string([.. parts[0].Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]).Trim('-')}-{parts[^1]}";
    }

    /// <summary>A worktree with a new branch; only its making is one after another, the files are written beside others'.</summary>
    /// <exception cref="GitFailedException" />
    public void Add(string tree, string branch, string commit)
    {
        lock (gate)
        {
            git.Ask(
                repository.Root, "worktree", "add", "--quiet", "--lock", "--no-checkout", "-b", Repository.ShortOf(branch), tree, commit);
        }
        // Of a tree that holds nothing yet.
        git.Ask(tree, "reset", "--quiet", "--hard");
    }

    public string HeadOf(string tree) => git.Ask(tree, "rev-parse", "--verify", "HEAD^{commit}");

    /// <summary>Null where there is no such branch.</summary>
    public string? TipOf(string branch) =>
        git.Run(repository.Root, "rev-parse", "--verify", "--quiet", branch + "^{commit}") is { Failed: false } found
            ? found.Text.Trim() : null;

    public bool IsThere(string commit) =>
        commit.Length > 0 && !git.Run(repository.Root, "cat-file", "-e", commit + "^{commit}").Failed;

    public bool IsIn(string earlier, string later) =>
        earlier == later || !git.Run(repository.Root, "merge-base", "--is-ancestor", earlier, later).Failed;

    /// <summary>The files in which two commits differ, relative to the root.</summary>
    public string[] Between(string from, string to) =>
        git.Ask(repository.Root, "diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", from, to, "--")
            .Split('\0', StringSplitOptions.RemoveEmptyEntries);

    public bool IsSameTree(string one, string other) =>
        git.Ask(repository.Root, "rev-parse", one + "^{tree}") == git.Ask(repository.Root, "rev-parse", other + "^{tree}");

    /// <summary>Merges in a worktree of ours. A conflict leaves it as it was.</summary>
    /// <returns>Null where it was merged; else the files that are in conflict.</returns>
    public string[]? Merge(string tree, string commit, string message)
    {
        ProgramOutput merged = git.Run(tree, "merge", "--no-ff", "--no-edit", "--quiet", "-m", message, commit);
        if (!merged.Failed)
            return null;
        string[] files = [.. git.Ask(tree, "ls-files", "--unmerged", "-z").Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..]).Distinct().Order(StringComparer.Ordinal)];
        if (files.Length == 0)
            throw new GitFailedException($"git merge: {GitProgram.Said(merged)}");
        git.Ask(tree, "merge", "--abort");
        return files;
    }

    /// <summary>Takes a merge of ours back, with what checks have left in its worktree.</summary>
    public void BackTo(string tree, string commit) => git.Ask(tree, "reset", "--quiet", "--hard", commit);

    /// <summary>
    /// All that is in the worktree and not ignored, committed on its branch, whether who worked there has committed or not.
    /// </summary>
    /// <param name="begin">The commit that the work began with.</param>
    /// <returns>The last commit of the work. Null where it can not be told; then <paramref name="problem"/> says why.</returns>
    public string? Commit(string tree, string branch, string begin, string message, out string problem)
    {
        problem = "";
        if (git.Ask(tree, "ls-files", "--unmerged").Length > 0)
        {
            problem = "it has left a merge with conflicts";
            return null;
        }
        ProgramOutput current = git.Run(tree, "symbolic-ref", "--quiet", "HEAD");
        bool isAway = current.Failed || current.Text.Trim() != branch;
        // A branch that it has made, or taken, is not ours to move.
        if (isAway && !current.Failed)
            git.Ask(tree, "checkout", "--quiet", "--detach");
        string[] changes = Repository.WorkOf(git, tree, []);
        string[] nested = [.. changes.Where(Repository.IsNested).Select(change => change[3..])];
        if (changes.Length > nested.Length)
        {
            git.Ask(tree, ["add", "--all", "--", .. Repository.Paths([], [.. nested])]);
            if (git.Run(tree, "diff", "--cached", "--quiet").Failed)
                git.Ask(tree, "commit", "--quiet", "--no-verify", "--cleanup=whitespace", "-m", message);
        }
        string tip = HeadOf(tree);
        string own = TipOf(branch) ?? begin;
        if (!IsIn(begin, tip) || !IsIn(own, tip))
        {
            problem = "it has rewritten the history that it began with";
            return null;
        }
        if (tip != own || isAway)
            git.Ask(repository.Root, "update-ref", "-m", "ParallelExec: its work", branch, tip, TipOf(branch) ?? NoCommit);
        return tip;
    }

    /// <summary>Repositories of their own that were made in a worktree: git takes nothing from them.</summary>
    public string[] NestedOf(string tree) => !Directory.Exists(tree) ? [] :
        [.. Repository.WorkOf(git, tree, []).Where(Repository.IsNested).Select(change => change[3..].TrimEnd('/'))];

    /// <summary>Removes a worktree in which nothing is but what is committed or ignored.</summary>
    /// <returns>Null where it is gone; else why it stays.</returns>
    public string? Remove(string tree)
    {
        lock (gate)
        {
            git.Run(repository.Root, "worktree", "unlock", tree);
            ProgramOutput removed = git.Run(repository.Root, "worktree", "remove", tree);
            if (!removed.Failed || (!Directory.Exists(tree) && removed.Error.Contains("is not a working tree", StringComparison.Ordinal)))
                return null;
            git.Run(repository.Root, "worktree", "lock", tree);
            return GitProgram.Said(removed);
        }
    }

    /// <summary>Of what is in another branch too. Only while it is where we know it to be.</summary>
    public void RemoveBranch(string branch, string tip)
    {
        lock (gate)
            git.Run(repository.Root, "update-ref", "-d", branch, tip);
    }

    /// <summary>The branch that is checked out goes on to a commit, with the files of its working tree; or nothing changes.</summary>
    /// <returns>Null where it did; else why not.</returns>
    public string? Apply(string commit)
    {
        ProgramOutput applied = git.Run(
            repository.Root, "merge", "--ff-only", "--no-overwrite-ignore", "--no-autostash", "--quiet", commit);
        return applied.Failed ? $"git says: {GitProgram.Said(applied)}" : null;
    }

    /// <summary>Those that git would commit: what is copied into worktrees must not come into a commit.</summary>
    public string[] NotIgnored(string[] files)
    {
        HashSet<string> ignored = [.. Ignored(repository.Root, files)];
        return [.. files.Where(file => !ignored.Contains(file))];
    }

    /// <summary>Those that git ignores, and so does not commit.</summary>
    public string[] Ignored(string tree, string[] files) => files.Length == 0 ? []
        : [.. git.Run(
            tree,
            ["--literal-pathspecs", "ls-files", "--others", "--ignored", "--exclude-standard", "-z", "--",
                .. files.Select(file => Path.GetRelativePath(tree, file).Replace('\\', '/'))])
            .Text.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(file => Path.GetFullPath(file, tree))];
}
