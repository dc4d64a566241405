using ParallelExec.Model;

namespace ParallelExec.Tests.Execution.Isolation;

/// <summary>What git has, and what comes of it: each state of a repository has an outcome.</summary>
public sealed class IsolationTrapTests : IDisposable
{
    private IsolatedRig rig = new();

    public void Dispose() => rig.Dispose();

    [UnixFact]
    public async Task A_repository_without_a_commit_is_refused_before_anything_runs()
    {
        rig.Dispose();
        rig = new IsolatedRig(commits: false);
        await IsRefused("has no commit yet. Make one: git add -A, git commit. Or remove Isolation");
    }

    [UnixFact]
    public async Task A_merge_that_is_not_finished_is_refused()
    {
        rig.Git("checkout", "-qb", "other");
        rig.Commit(("shared.txt", "theirs\n"));
        rig.Git("checkout", "-q", "main");
        rig.Commit(("shared.txt", "ours\n"));
        rig.Git("merge", "-q", "-s", "ours", "--no-commit", "other");
        await IsRefused("a merge, rebase, cherry-pick or revert is not finished");
    }

    [UnixFact]
    public async Task No_repository_is_refused()
    {
        Directory.Delete(rig.Folder.Combine(".git"), recursive: true);
        await IsRefused("is in no git repository. Make one: git init, git add -A, git commit");
    }

    [UnixFact]
    public async Task A_bare_repository_is_refused()
    {
        rig.Git("config", "core.bare", "true");
        await IsRefused("is bare, or this is git's own folder");
    }

    [UnixFact]
    public async Task No_git_is_refused()
    {
        rig.Run.Environment["PATH"] = rig.Folder.Path;
        await IsRefused("git was not found. Install it, and have it on the PATH");
    }

    [UnixFact]
    public async Task Files_to_copy_that_git_would_commit_are_refused()
    {
        rig.Folder.Write(".env", "SECRET=1\n");
        await IsRefused("WorktreeFiles has .env, which git does not ignore", ".env");
    }

    [UnixFact]
    public async Task Ignored_files_and_a_setup_make_a_worktree_ready()
    {
        rig.Commit((".gitignore", ".env\nmade/\n"));
        rig.Folder.Write(".env", "A=1\n");
        Subtask a = rig.Isolated("a", "cat .env made/by-setup > a.txt");
        WorktreeUse use = Use(".env") with { Setup = new CommandWork("mkdir made && echo set > made/by-setup", null) };
        (await rig.Run.Async(a with { Isolation = use })).AllSucceeded();
        Assert.Equal("A=1\nset\n", rig["a.txt"]);
        Assert.Equal("", rig.Git("status", "--porcelain"));
    }

    [UnixFact]
    public async Task A_setup_that_fails_fails_its_subtask_and_leaves_nothing()
    {
        WorktreeUse use = Use() with { Setup = new CommandWork("echo why; exit 4", null) };
        var results = await rig.Run.Async(rig.Isolated("a", "echo a > a.txt") with { Isolation = use });
        Assert.Equal((SubtaskStatus.Failed, Codes.NotIsolated, "WorktreeSetup failed with exit code 4: echo why; exit 4"),
            (results["a"].Status, results["a"].Code, results["a"].Reason));
        Assert.Contains("why", rig.Run.LogOf("a"), StringComparison.Ordinal);
        Assert.Empty(rig.Branches);
    }

    [UnixTheory]
    [InlineData("detached")]
    [InlineData("moved")]
    [InlineData("switched")]
    [InlineData("ignored")]
    public async Task Where_the_branch_can_not_go_on_the_result_stays_on_its_own(string how)
    {
        if (how == "detached")
            rig.Git("checkout", "-q", "--detach");
        if (how == "ignored")
        {
            rig.Folder.Write(".git/info/exclude", "a.txt\n");
            rig.Folder.Write("a.txt", "mine");
        }
        string meanwhile = how switch
        {
            "moved" => $"; git -C {rig.Folder.Path} commit -q --allow-empty -m moved",
            "switched" => $"; git -C {rig.Folder.Path} checkout -qb other",
            _ => "",
        };
        (await rig.Run.Async(rig.Isolated("a", $"echo a > a.txt; git add -f a.txt{meanwhile}"))).AllSucceeded();
        string merged = Assert.Single(rig.Branches);
        string told = Assert.Single(rig.Run.Log.Reported, one => one.Code == Codes.NotApplied).Message;
        Assert.StartsWith($"The work of a is on the branch {merged}, and not in your working tree: ", told, StringComparison.Ordinal);
        Assert.Equal("a", rig.Git("show", $"{merged}:a.txt"));
        Assert.Equal(how == "ignored" ? "mine" : "(none)", rig["a.txt"]);
    }

    [UnixFact]
    public async Task Hooks_signatures_and_a_missing_identity_do_not_stop_it()
    {
        string[] hooks = ["pre-commit", "commit-msg", "post-checkout", "pre-merge-commit", "post-merge", "prepare-commit-msg"];
        foreach (string hook in hooks)
        {
            rig.Folder.Write($".git/hooks/{hook}", $"#!/bin/sh\necho {hook} >> {rig.Folder.Combine(".git", "hooked")}\nexit 1\n");
            rig.Folder.MakeExecutable($".git/hooks/{hook}");
        }
        rig.Git("config", "commit.gpgsign", "true");
        rig.Git("config", "gpg.program", "/bin/false");
        rig.Git("config", "user.useConfigOnly", "true");
        rig.Git("config", "--unset", "user.name");
        rig.Git("config", "--unset", "user.email");
        (await rig.Run.Async(rig.Isolated("a", "echo a > a.txt"), rig.Isolated("b", "echo b > b.txt"))).AllSucceeded();
        Assert.Equal(("a\n", "b\n"), (rig["a.txt"], rig["b.txt"]));
        Assert.Equal("ParallelExec <parallelexec@localhost>", rig.Git("log", "-1", "--format=%an <%ae>"));
        Assert.False(rig.Folder.Exists(".git/hooked"));
    }

    [UnixFact]
    public async Task What_the_environment_says_of_another_repository_does_not_count()
    {
        rig.Run.Environment["GIT_DIR"] = "/no/such/place";
        rig.Run.Environment["GIT_INDEX_FILE"] = rig.Folder.Combine(".git", "index");
        (await rig.Run.Async(rig.Isolated("a", "echo a > a.txt; git rev-parse --abbrev-ref HEAD > b.txt"))).AllSucceeded();
        Assert.Equal("a\n", rig["a.txt"]);
        Assert.Matches("^parallelexec/[0-9a-f]{8}/a\n$", rig["b.txt"]);
    }

    [UnixTheory]
    [InlineData("mv shared.txt moved.txt", "sed -i.bak s/1/one/ shared.txt; rm shared.txt.bak", null)]
    [InlineData("rm gone.txt; mkdir gone.txt; echo other > gone.txt/in", "echo y > gone.txt", "gone.txt")]
    [InlineData("chmod +x shared.txt", "sed -i.bak s/1/one/ shared.txt; rm shared.txt.bak", null)]
    [InlineData("printf 'a\\000' > bin", "printf 'b\\000' > bin", "bin")]
    [InlineData("rm shared.txt", "echo y > shared.txt", "shared.txt")]
    [InlineData("echo x > 'ä b.txt'", "echo y > 'ä b.txt'", "ä b.txt")]
    public async Task Renames_folders_modes_and_binary_files_are_merged_or_told(string first, string second, string? conflict)
    {
        string before = rig.State();
        var results = await rig.Run.Async(rig.Isolated("a", first), rig.Isolated("b", second));
        results.AllSucceeded();
        Assert.Equal(conflict is null, results.Run.Succeeded);
        if (conflict is null)
        {
            Assert.Equal("", rig.Git("status", "--porcelain"));
            return;
        }
        Assert.Equal(before, rig.State());
        string told = Assert.Single(rig.Run.Log.Reported, one => one.Code == Codes.MergeStopped).Message;
        Assert.Contains("The merge stopped at 'b': it and 'a' have changed ", told, StringComparison.Ordinal);
        Assert.Contains(conflict, told, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("git checkout -q --detach; echo a > a.txt")]
    [InlineData("git checkout -qb its-own; echo a > a.txt; git add -A; git commit -qm x")]
    [InlineData("git checkout -qb its-own; echo a > a.txt")]
    public async Task A_subtask_that_leaves_its_branch_is_merged_all_the_same(string command)
    {
        (await rig.Run.Async(rig.Isolated("a", command))).AllSucceeded();
        Assert.Equal("a\n", rig["a.txt"]);
    }

    [UnixTheory]
    [InlineData("git checkout -q --orphan other; git commit -qm x", "it has rewritten the history that it began with")]
    [InlineData("git commit -q --amend -m x", "it has rewritten the history that it began with")]
    public async Task A_subtask_that_rewrites_history_has_failed_and_is_kept(string command, string reason)
    {
        string before = rig.State();
        var results = await rig.Run.Async(rig.Isolated("a", command));
        Assert.Equal((SubtaskStatus.Failed, Codes.NotIsolated), (results["a"].Status, results["a"].Code));
        Assert.StartsWith(
            $"{reason}; what it did is kept on the branch {rig.Branches.Single()}", results["a"].Reason, StringComparison.Ordinal);
        Assert.Equal(before, rig.State());
    }

    [UnixFact]
    public async Task A_repository_within_is_left_out_and_told()
    {
        rig.Folder.Write("nested/n.txt", "1");
        rig.Git("init", "-q", "nested");
        (await rig.Run.Async(rig.Isolated("a", "test ! -e nested && echo a > a.txt; git init -q own; echo x > own/x"))).AllSucceeded();
        Assert.Equal("a\n", rig["a.txt"]);
        string all = string.Join('\n', rig.Run.Log.Lines);
        Assert.Contains("These folders are git repositories of their own, and are in no worktree: nested/", all, StringComparison.Ordinal);
        Assert.Contains("is merged, and stays: it has git repositories of their own in it (own)", all, StringComparison.Ordinal);
        Assert.Equal(1, rig.WorktreeCount);
    }

    [UnixFact]
    public async Task Ids_that_no_branch_can_have_get_names_of_their_own()
    {
        string[] ids = ["a:b", "a/b", "x..y", "x.lock", "-dash", "a"];
        rig.Run.Options = rig.Run.Options with { Merge = MergeMode.None };
        (await rig.Run.Async([.. ids.Select((id, i) => rig.Isolated(id, $"echo x > f{i}"))])).AllSucceeded();
        Assert.Equal(ids.Length, rig.Branches.Length);
    }

    [UnixFact]
    public async Task Outputs_that_git_ignores_are_told_and_kept()
    {
        rig.Commit((".gitignore", "out/\n"));
        Subtask a = rig.Isolated("a", "mkdir -p out; echo a > out/a.txt; echo b > b.txt");
        (await rig.Run.Async(rig.Run.Writing(a, "out/a.txt", "b.txt"))).AllSucceeded();
        string told = Assert.Single(rig.Run.Log.Reported, one => one.Code == Codes.NotApplied).Message;
        Assert.Contains("'a' has written out/a.txt, which git ignores", told, StringComparison.Ordinal);
        Assert.Equal(("b\n", 1), (rig["b.txt"], rig.WorktreeCount));
    }

    [Fact]
    public void What_depends_on_an_isolated_one_and_is_not_is_PEX6014()
    {
        Subtask a = Given.Subtask("a") with { Isolation = Use() };
        Subtask milestone = Given.Subtask("m <- a") with { Work = new MilestoneWork() };
        Subtask[] all = [a, milestone, Given.Subtask("b <- m"), Given.Subtask("c <- a") with { Isolation = Use() }];
        Diagnostic told = Assert.Single(Given.Problems(Given.Options, all));
        Assert.Equal(Codes.NotIsolated, told.Code);
        Assert.StartsWith(
            "'b' depends on 'a', which works in a worktree of its own, and would not see what that changes", told.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Two_isolated_ones_may_write_one_place() => Assert.Empty(Given.Problems(
        Given.Options,
        [Given.Subtask("a").Writing("x") with { Isolation = Use() }, Given.Subtask("b").Writing("x") with { Isolation = Use() }]));

    private WorktreeUse Use(params string[] files) => new(IsolationMode.Worktree, null, PathPattern.List(files, rig.Folder.Path));

    private async Task IsRefused(string problem, params string[] files)
    {
        Subtask a = rig.Isolated("a", "echo ran > ran.txt");
        await Assert.ThrowsAnyAsync<NullReferenceException>(() => rig.Run.Async(a with { Isolation = Use(files) }));
        Diagnostic told = Assert.Single(rig.Run.Log.Reported);
        Assert.Equal((Codes.NotIsolated, Severity.Error), (told.Code, told.Severity));
        Assert.StartsWith("'a' is to work in a git worktree of its own, which can not be had: ", told.Message, StringComparison.Ordinal);
        Assert.Contains(problem, told.Message, StringComparison.Ordinal);
        Assert.False(rig.Folder.Exists("ran.txt"));
    }
}
