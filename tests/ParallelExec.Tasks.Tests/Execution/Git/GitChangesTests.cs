using ParallelExec.Execution.Git;
using ParallelExec.Execution.Processes;
using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Execution.Git;

/// <summary>With the real git, in a repository of the test's own.</summary>
public sealed class GitChangesTests : IDisposable
{
    private readonly TestFolder folder = new("git");
    private readonly Dictionary<string, string> environment;

    public GitChangesTests() => environment = new Dictionary<string, string>
    {
        ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "",
        ["HOME"] = folder.Path,
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["GIT_CEILING_DIRECTORIES"] = Path.GetDirectoryName(folder.Path)!,
        ["GIT_AUTHOR_NAME"] = "a",
        ["GIT_AUTHOR_EMAIL"] = "a@example.org",
        ["GIT_COMMITTER_NAME"] = "a",
        ["GIT_COMMITTER_EMAIL"] = "a@example.org",
    };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Commits_since_the_branches_parted_what_is_not_committed_and_what_is_new_are_changes()
    {
        Begin();
        Git("checkout", "-qb", "feature");
        Commit("committed/ä b.txt");
        folder.Delete("repo/gone.txt");
        Git("mv", "old.txt", "new.txt");
        folder.Write("repo/staged.txt", "2");
        Git("add", "staged.txt");
        folder.Write("repo/kept.txt", "changed");
        folder.Write("repo/project/untracked/n.txt", "1");
        folder.Write("repo/ignored/x", "1");
        Git("checkout", "-q", "main", "--", ".gitignore");
        // What main has got since is no change of ours.
        ChangedFiles changes = Since("main")!;
        Assert.Equal(
            ["committed/ä b.txt", "gone.txt", "kept.txt", "new.txt", "old.txt", "project/untracked/n.txt", "staged.txt"],
            changes.Files.Select(file => Path.GetRelativePath(folder.Combine("repo"), file).Replace('\\', '/')));
    }

    [Fact]
    public void What_the_other_branch_has_got_since_is_none()
    {
        Begin();
        Git("checkout", "-qb", "feature");
        Commit("mine.txt");
        Git("checkout", "-q", "main");
        Commit("theirs.txt");
        Git("checkout", "-q", "feature");
        Assert.Equal(["mine.txt"], Since("main")!.Files.Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("nowhere", "git knows no commit, branch or tag 'nowhere' here. Correct the name, or fetch it (`git fetch origin`).")]
    [InlineData("--all", "git knows no commit, branch or tag '--all' here. Correct the name, or fetch it (`git fetch origin`).")]
    public void A_name_that_git_does_not_know_is_told(string since, string problem)
    {
        Begin();
        Assert.Null(Since(since, out string told));
        Assert.Equal(problem, told);
    }

    [Fact]
    public void Without_a_repository_it_is_told()
    {
        Directory.CreateDirectory(folder.Combine("repo", "project"));
        Assert.Null(Since("main", out string problem));
        Assert.Equal($"'{folder.Combine("repo", "project")}' is in no git repository.", problem);
    }

    [Fact]
    public void Without_git_it_is_told()
    {
        environment["PATH"] = folder.Path;
        Directory.CreateDirectory(folder.Combine("repo", "project"));
        Assert.Null(Since("main", out string problem));
        Assert.Equal("git was not found. Install it, and have it on the PATH.", problem);
    }

    [Fact]
    public void A_clone_that_is_too_shallow_says_how_to_fetch_the_rest()
    {
        Begin();
        Git("checkout", "-qb", "feature");
        Commit("a.txt");
        Commit("b.txt");
        Directory.Move(folder.Combine("repo"), folder.Combine("origin"));
        Run(folder.Path, "clone", "-q", "--depth", "1", "--no-single-branch", new Uri(folder.Combine("origin")).AbsoluteUri, "repo");
        Directory.CreateDirectory(folder.Combine("repo", "project"));
        Assert.Null(Since("origin/main", out string problem));
        Assert.Equal(
            "'origin/main' and what is checked out have no commit in common. The clone is shallow: fetch all of its history, "
            + "`git fetch --unshallow` (on GitHub, actions/checkout with fetch-depth: 0).",
            problem);
    }

    private void Begin()
    {
        folder.Write("repo/.gitignore", "ignored/\n");
        foreach (string name in new[] { "kept.txt", "gone.txt", "old.txt", "project/p.txt" })
            folder.Write($"repo/{name}", name);
        Git("init", "-q", "-b", "main");
        Git("add", ".");
        Git("commit", "-qm", "begin");
    }

    private void Commit(string file)
    {
        folder.Write($"repo/{file}", file);
        Git("add", ".");
        Git("commit", "-qm", file);
    }

    private ChangedFiles? Since(string since) => Since(since, out _);

    private ChangedFiles? Since(string since, out string problem) =>
        GitChanges.Since(since, folder.Combine("repo", "project"), environment, out problem);

    private void Git(params string[] arguments) => Run(folder.Combine("repo"), arguments);

    private void Run(string where, params string[] arguments)
    {
        string git = ParallelExec.Files.ExecutableFinder.Find("git", where, environment)!;
        ProgramOutput output = SystemProcess.Run(git, arguments, where, environment);
        Assert.True(!output.Failed, output.Error);
    }
}
