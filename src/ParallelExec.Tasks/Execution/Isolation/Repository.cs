using System.Collections.Immutable;
using ParallelExec.Execution.Processes;
using ParallelExec.Model;

namespace ParallelExec.Execution.Isolation;

/// <summary>The user's repository, as it was when the run began. Nothing here touches its working tree, its index or a branch.</summary>
internal sealed class Repository
{
    private readonly GitProgram git;
    private readonly ImmutableArray<string> except;

    private Repository(GitProgram git, string root, ImmutableArray<string> except) =>
        (this.git, Root, this.except) = (git, root, except);

    /// <summary>The folder of its working tree; absolute.</summary>
    public string Root { get; }

    /// <summary>The commit that was checked out.</summary>
    public string Head { get; private init; } = "";

    /// <summary>The branch that was checked out, as <c>refs/heads/main</c>; null = none was, only a commit.</summary>
    public string? Branch { get; private init; }

    /// <summary>Folders, relative to the root, that are repositories of their own; git takes nothing from them.</summary>
    public ImmutableArray<string> Nested { get; private init; } = [];

    public bool HasSubmodules { get; private init; }

    /// <summary>Something was not committed.</summary>
    public bool IsDirty { get; private init; }

    /// <param name="folder">The project's; absolute.</param>
    /// <param name="others">Folders that are written during a run, and are nobody's work: no part of what is compared.</param>
    /// <returns>Null where no worktree can be made of it; then <paramref name="problem"/> says why, and what to do.</returns>
    public static Repository? TryOpen(GitProgram git, string folder, IEnumerable<string> others, out string problem)
    {
        ProgramOutput inside = git.Run(folder, "rev-parse", "--is-inside-work-tree");
        if (inside.Failed)
        {
            problem = inside.Error.Contains("not a git repository", StringComparison.Ordinal)
                ? $"'{folder}' is in no git repository. Make one: git init, git add -A, git commit" : GitProgram.Said(inside);
            return null;
        }
        if (inside.Text.Trim() != "true")
        {
            problem = $"the repository of '{folder}' is bare, or this is git's own folder: there is no working tree. Clone it";
            return null;
        }
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(One("rev-parse", "--show-cdup") is { Length: > 0 } up ? up : ".",
            folder));
        string inRoot = Path.TrimEndingDirectorySeparator(Path.GetFullPath(One("rev-parse", "--show-prefix"), root));
        if (inRoot != Path.TrimEndingDirectorySeparator(folder))
        {
            problem = $"'{folder}' leads through a link to '{inRoot}'. Run it there";
            return null;
        }
        ProgramOutput head = git.Run(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}");
        if (head.Failed)
        {
            problem = $"the repository in '{root}' has no commit yet. Make one: git add -A, git commit";
            return null;
        }
        string[] unfinished = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD"];
        if (git.Ask(root, "ls-files", "--unmerged").Length > 0
            || unfinished.Any(name => !git.Run(root, "rev-parse", "--verify", "--quiet", name).Failed))
        {
            problem = $"in '{root}' a merge, rebase, cherry-pick or revert is not finished. Finish it, or abort it (git status says how)";
            return null;
        }
        if (git.Run(root, "var", "GIT_AUTHOR_IDENT").Failed || git.Run(root, "var", "GIT_COMMITTER_IDENT").Failed)
            git.BeSomebody();
        problem = "";
        ProgramOutput branch = git.Run(root, "symbolic-ref", "--quiet", "HEAD");
        ImmutableArray<string> except = [.. others.Select(other => Path.GetRelativePath(root, other).Replace('\\', '/'))
            .Where(other => other is not "." && !other.StartsWith("..", StringComparison.Ordinal) && !Path.IsPathRooted(other))];
        string[] changes = WorkOf(git, root, except);
        return new Repository(git, root, except)
        {
            Head = head.Text.Trim(),
            Branch = branch.Failed ? null : branch.Text.Trim(),
            IsDirty = changes.Any(change => !IsNested(change)),
            Nested = [.. changes.Where(IsNested).Select(change => change[3..])],
            HasSubmodules = git.Ask(root, "ls-files", "--stage").Split('\n')
                .Any(line => line.StartsWith("160000 ", StringComparison.Ordinal)),
        };

        string One(params string[] arguments) => git.Ask(folder, arguments);
    }

    /// <summary>The commit that everything begins with: what is checked out, with all that is not committed and not ignored.</summary>
    /// <param name="index">A file that is made and removed here.</param>
    public string Snapshot(string index, string message)
    {
        if (!IsDirty)
            return Head;
        try
        {
            // A copy of the user's: what it knows of sizes and times need not be found out again.
            string own = Path.GetFullPath(git.Ask(Root, "rev-parse", "--git-path", "index"), Root);
            if (File.Exists(own))
                File.Copy(own, index, overwrite: true);
            else
                GitProgram.TextOf(git.RunWithIndex(index, Root, "read-tree", Head), "read-tree");
            string[] add = ["add", "--all", "--", .. Paths(except, [.. Nested])];
            GitProgram.TextOf(git.RunWithIndex(index, Root, add), add);
            string tree = GitProgram.TextOf(git.RunWithIndex(index, Root, "write-tree"), "write-tree");
            return tree == git.Ask(Root, "rev-parse", Head + "^{tree}") ? Head
                : git.Ask(Root, "commit-tree", tree, "-p", Head, "-m", message);
        }
        finally
        {
            File.Delete(index);
            File.Delete(index + ".lock");
        }
    }

    /// <summary>Why the branch that is checked out can not go on to what was made here, in words; null where it can.</summary>
    public string? WhyNotApplied()
    {
        if (Branch is null)
            return "no branch is checked out here";
        ProgramOutput branch = git.Run(Root, "symbolic-ref", "--quiet", "HEAD");
        if (branch.Failed || branch.Text.Trim() != Branch)
            return $"{ShortOf(Branch)} is not checked out any more";
        if (git.Ask(Root, "rev-parse", "HEAD") != Head)
            return $"{ShortOf(Branch)} has moved while the run went on";
        string[] changes = [.. WorkOf(git, Root, except).Where(change => !IsNested(change))];
        return changes.Length == 0 ? null
            : $"something is not committed here: {Wording.Ids([.. changes.Select(change => change[3..])], shown: 3)}";
    }

    public static string ShortOf(string reference) =>
        reference.StartsWith("refs/heads/", StringComparison.Ordinal) ? reference["refs/heads/".Length..] : reference;

    /// <summary>What is not committed in a working tree: git's two letters, a space, and the path.</summary>
    public static string[] WorkOf(GitProgram git, string tree, ImmutableArray<string> except)
    {
        string[] asked = ["status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", .. Paths(except, [])];
        return git.Ask(tree, asked).Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A repository of its own, which git would add as a mere name.</summary>
    public static bool IsNested(string change) => change.StartsWith("?? ", StringComparison.Ordinal) && change.EndsWith('/');

    /// <summary>All of a tree but some.</summary>
    public static string[] Paths(ImmutableArray<string> except, ImmutableArray<string> nested) =>
        [":(top)", .. except.AddRange(nested).Select(path => $":(top,exclude,literal){path.TrimEnd('/')}")];
}
