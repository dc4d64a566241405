using ParallelExec.Model;

namespace ParallelExec.Tests.Execution.Isolation;

/// <summary>Subtasks in worktrees of their own, merged at the end of the run.</summary>
public sealed class IsolationTests : IDisposable
{
    private readonly IsolatedRig rig = new();

    public void Dispose() => rig.Dispose();

    [UnixFact]
    public async Task What_each_has_done_is_committed_in_its_name_and_merged_in_order()
    {
        var results = await rig.Run.Async(
            rig.Isolated("a", "echo a > a.txt; sed -i.bak s/1/one/ shared.txt; rm shared.txt.bak") with { Title = "The first" },
            rig.Isolated("b", "sed -i.bak s/9/nine/ shared.txt; rm shared.txt.bak; git add -A; git commit -qm 'by itself'; echo b > b.txt"),
            rig.Isolated("c <- a, b", "cat a.txt b.txt > c.txt; rm gone.txt"));
        results.AllSucceeded();
        Assert.True(results.Run.Succeeded);
        Assert.Equal("one\n2\n3\n4\n5\n6\n7\n8\nnine\n", rig["shared.txt"]);
        Assert.Equal(("a\nb\n", "(none)"), (rig["c.txt"], rig["gone.txt"]));
        Assert.Equal("", rig.Git("status", "--porcelain"));
        Assert.Equal("refs/heads/main", rig.Git("symbolic-ref", "HEAD"));
        Assert.Equal(
            ["Merge 'a': The first", "Merge 'b'", "Merge 'c'"],
            IsolatedRig.Lines(rig.Git("log", "--first-parent", "--reverse", "--format=%s", "HEAD~3..HEAD")));
        Assert.Equal("The first\n\nParallelExec-Subtask: a", rig.Git("log", "-1", "--format=%B", "--grep=The first", "--no-merges"));
        Assert.Contains("A Person", rig.Git("log", "-1", "--format=%an", "HEAD"), StringComparison.Ordinal);
        Assert.Empty(rig.Branches);
        Assert.Equal(0, rig.WorktreeCount);
    }

    [UnixFact]
    public async Task Until_the_end_nothing_of_the_users_is_touched()
    {
        string before = rig.State();
        var during = new List<string>();
        rig.Run.Happens = happened => during.Add(rig.State());
        (await rig.Run.Async(rig.Isolated("a", "echo a > a.txt"), rig.Isolated("b <- a", "echo b > b.txt"))).AllSucceeded();
        Assert.All(during.SkipLast(1), state => Assert.Equal(before, state));
        Assert.Equal("a\n", rig["a.txt"]);
    }

    [UnixFact]
    public async Task Two_that_change_the_same_lines_stop_the_merge_and_Resume_goes_on()
    {
        string before = rig.State();
        Subtask[] subtasks = [
            rig.Isolated("a", "echo a > shared.txt"), rig.Isolated("b", "echo b > shared.txt"), rig.Isolated("c", "echo c > c.txt")];
        var results = await rig.Run.Async(subtasks);
        Assert.False(results.Run.Succeeded);
        Diagnostic stopped = Assert.Single(rig.Run.Log.Reported, one => one.Code == Codes.MergeStopped);
        Assert.Contains("The merge stopped at 'b': it and 'a' have changed shared.txt.", stopped.Message, StringComparison.Ordinal);
        Assert.Equal(before, rig.State());
        Assert.Equal(4, rig.Branches.Length);
        Assert.Equal(3, rig.WorktreeCount);

        // As the message says.
        string branch = rig.Branches.Single(name => name.EndsWith("/b", StringComparison.Ordinal));
        string merged = rig.Branches.Single(name => name.EndsWith("-merged", StringComparison.Ordinal));
        string tree = rig.Folder.Combine("state", "worktrees", branch["parallelexec/".Length..]);
        Assert.Contains($"in {tree}, git merge {merged}, mend it, commit;", stopped.Message, StringComparison.Ordinal);
        rig.Git("-C", tree, "merge", "-q", "-X", "ours", merged);

        rig.Run.Options = rig.Run.Options with { Resume = true };
        var resumed = await rig.Run.Async(subtasks);
        Assert.True(resumed.Run.Succeeded);
        Assert.All(resumed.Run.Results, result => Assert.Equal(SubtaskStatus.Resumed, result.Status));
        Assert.Equal(("b\n", "c\n"), (rig["shared.txt"], rig["c.txt"]));
        Assert.Equal("", rig.Git("status", "--porcelain"));
    }

    [UnixFact]
    public async Task A_check_that_fails_after_a_merge_stops_it_there()
    {
        string before = rig.State();
        rig.Run.Options = rig.Run.Options with { MergeVerify = "test ! -e a.txt -o ! -e b.txt" };
        var results = await rig.Run.Async(
            rig.Isolated("a", "echo a > a.txt"),
            rig.Isolated("b", "echo b > b.txt") with { Verify = new CommandWork("test -e b.txt", null) },
            rig.Isolated("c", "echo c > c.txt"));
        results.AllSucceeded();
        Assert.False(results.Run.Succeeded);
        string told = Assert.Single(rig.Run.Log.Reported, one => one.Code == Codes.MergeStopped).Message;
        Assert.Contains(
            "The merge stopped at 'b': ParallelExecMergeVerify failed with exit code 1: test ! -e a.txt -o ! -e b.txt, together with 'a'.",
            told, StringComparison.Ordinal);
        Assert.Equal(before, rig.State());
        string merged = rig.Branches.Single(name => name.EndsWith("-merged", StringComparison.Ordinal));
        Assert.Equal("a.txt", rig.Git("diff", "--name-only", "main", merged));
    }

    [UnixFact]
    public async Task The_Verify_of_a_subtask_is_asked_again_in_what_is_merged()
    {
        var results = await rig.Run.Async(
            rig.Isolated("a", "echo a > a.txt"),
            rig.Isolated("b", "echo b > b.txt") with { Verify = new CommandWork("test ! -e a.txt", null) });
        results.AllSucceeded();
        Assert.Contains("The merge stopped at 'b': Verify failed with exit code 1: test ! -e a.txt, together with 'a'",
            Assert.Single(rig.Run.Log.Reported, one => one.Code == Codes.MergeStopped).Message, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Where_one_fails_nothing_is_merged_and_the_next_run_goes_on()
    {
        string before = rig.State();
        Subtask a = rig.Isolated("a", "echo a > a.txt");
        var results = await rig.Run.Async(a, rig.Isolated("b", "echo half > b.txt; exit 3"));
        Assert.Equal(before, rig.State());
        string branch = rig.Branches.Single(name => name.EndsWith("/b", StringComparison.Ordinal));
        Assert.StartsWith($"exit code 3; what it did is kept on the branch {branch}, in ", results["b"].Reason, StringComparison.Ordinal);
        Assert.Equal("half", rig.Git("show", $"{branch}:b.txt"));

        rig.Run.Options = rig.Run.Options with { Resume = true };
        var second = await rig.Run.Async(a, rig.Isolated("b", "test ! -e a.txt && echo b > b.txt"));
        Assert.Equal((SubtaskStatus.Resumed, SubtaskStatus.Succeeded), (second["a"].Status, second["b"].Status));
        Assert.Equal(("a\n", "b\n"), (rig["a.txt"], rig["b.txt"]));
        // What had failed is still there by its name.
        Assert.Equal([branch], rig.Branches);
    }

    [UnixFact]
    public async Task With_Branch_the_result_is_on_a_branch_and_with_None_each_stays_on_its_own()
    {
        string before = rig.State();
        rig.Run.Options = rig.Run.Options with { Merge = MergeMode.Branch };
        Assert.True((await rig.Run.Async(rig.Isolated("a", "echo a > a.txt"), rig.Isolated("b", "echo b > b.txt"))).Run.Succeeded);
        string merged = Assert.Single(rig.Branches);
        Assert.Equal("a.txt\nb.txt", rig.Git("diff", "--name-only", "main", merged));
        Assert.Contains(rig.Run.Log.Lines, text => text.Contains($"git merge {merged}", StringComparison.Ordinal));
        rig.Git("branch", "-q", "-D", merged);

        rig.Run.Options = rig.Run.Options with { Merge = MergeMode.None };
        Assert.True((await rig.Run.Async(rig.Isolated("a", "echo a > a.txt"), rig.Isolated("b", "echo b > b.txt"))).Run.Succeeded);
        Assert.Equal(2, rig.Branches.Length);
        Assert.Equal(before, rig.State());
    }

    [UnixFact]
    public async Task What_was_not_committed_is_seen_and_stays_as_it_is()
    {
        rig.Folder.Write("new.txt", "new\n");
        rig.Folder.Write("shared.txt", "mine\n");
        string before = rig.State();
        var results = await rig.Run.Async(rig.Isolated("a", "cat new.txt shared.txt > a.txt"));
        results.AllSucceeded();
        Assert.Equal(before, rig.State());
        string merged = Assert.Single(rig.Branches);
        Assert.Equal("new\nmine", rig.Git("show", $"{merged}:a.txt"));
        string told = Assert.Single(rig.Run.Log.Reported, one => one.Code == Codes.NotApplied).Message;
        Assert.StartsWith(
            $"The work of a is on the branch {merged}, and not in your working tree: something is not committed here: ",
            told, StringComparison.Ordinal);
        // As the message says.
        rig.Commit();
        rig.Git("merge", "-q", merged);
        Assert.Equal(("new\nmine\n", "mine\n"), (rig["a.txt"], rig["shared.txt"]));
    }

    [UnixFact]
    public async Task Of_three_agents_two_change_one_file_and_all_works_are_whole()
    {
        string before = rig.State();
        Subtask[] agents =
        [
            rig.IsolatedAgent("a", "cat > /dev/null; echo from a > shared.txt"),
            rig.IsolatedAgent("b", "cat > /dev/null; echo from b > shared.txt"),
            rig.IsolatedAgent("c", "cat > /dev/null; echo from c > c.txt"),
        ];
        rig.Run.Options = rig.Run.Options with { MaxAgents = 3 };
        var results = await rig.Run.Async(agents);
        results.AllSucceeded();
        Assert.Contains(
            "The merge stopped at 'b': it and 'a' have changed shared.txt.",
            Assert.Single(rig.Run.Log.Reported, one => one.Code == Codes.MergeStopped).Message, StringComparison.Ordinal);
        Assert.Equal(before, rig.State());
        foreach (string id in new[] { "a", "b" })
        {
            string branch = rig.Branches.Single(name => name.EndsWith($"/{id}", StringComparison.Ordinal));
            Assert.Equal($"from {id}", rig.Git("show", $"{branch}:shared.txt"));
        }
        // Nobody pays twice: without Resume too.
        Assert.All((await rig.Run.Async(agents)).Run.Results, result => Assert.Equal(SubtaskStatus.Resumed, result.Status));
    }

    [UnixFact]
    public async Task Two_that_conflict_fail_what_depends_on_both_and_it_goes_on_as_the_reason_says()
    {
        Subtask[] subtasks =
        [
            rig.Isolated("a", "echo a > shared.txt"), rig.Isolated("b", "echo b > shared.txt"),
            rig.Isolated("c <- a, b", "cp shared.txt c.txt"),
        ];
        var results = await rig.Run.Async(subtasks);
        Assert.Equal((SubtaskStatus.Failed, Codes.MergeStopped), (results["c"].Status, results["c"].Code));
        Assert.StartsWith(
            "it depends on 'a' and 'b', which have changed the same places of shared.txt. To go on: in ", results["c"].Reason,
            StringComparison.Ordinal);
        string[] words = results["c"].Reason.Split("To go on: in ")[1].Split(", mend it")[0].Split(", git merge ");
        rig.Git("-C", words[0], "merge", "-q", "-X", "theirs", words[1]);
        rig.Run.Options = rig.Run.Options with { Resume = true };
        Assert.True((await rig.Run.Async(subtasks)).Run.Succeeded);
        Assert.Equal(("a\n", "a\n"), (rig["shared.txt"], rig["c.txt"]));
    }
}
