using ParallelExec.Model;

namespace ParallelExec.Tests.Execution.Isolation;

/// <summary>What a run leaves that did not come to its end.</summary>
public sealed class IsolationKillTests : IDisposable
{
    private readonly IsolatedRig rig = new();

    public void Dispose() => rig.Dispose();

    [UnixFact]
    public async Task What_was_interrupted_is_told_and_what_had_ended_goes_on()
    {
        // As a run leaves it that is killed when one has ended and the other one works.
        Subtask[] subtasks = [rig.Isolated("a", "echo a > a.txt"), rig.Isolated("b", "echo half > b.txt")];
        rig.Run.Options = rig.Run.Options with { Merge = MergeMode.None };
        (await rig.Run.Async(subtasks)).AllSucceeded();
        string branch = rig.Branches.Single(name => name.EndsWith("/b", StringComparison.Ordinal));
        string file = rig.Folder.Read("state/isolation.json"), of = file[file.IndexOf("\"id\": \"b\"", StringComparison.Ordinal)..];
        string interrupted = of.Replace("Succeeded", "Working", StringComparison.Ordinal);
        rig.Folder.Write("state/isolation.json", file.Replace(of, interrupted, StringComparison.Ordinal));
        rig.Folder.Write($"state/worktrees/{branch["parallelexec/".Length..]}/not-committed.txt", "x");

        rig.Run.Options = rig.Run.Options with { Merge = MergeMode.Apply, Resume = true };
        var results = await rig.Run.Async(subtasks);
        Assert.Equal((SubtaskStatus.Resumed, SubtaskStatus.Succeeded), (results["a"].Status, results["b"].Status));
        string tree = rig.Folder.Combine("state", "worktrees", branch["parallelexec/".Length..]);
        Assert.Contains(
            $"An earlier run was interrupted while 'b' worked in {tree}: what was committed is on the branch {branch}, "
                + "what was not is still there.",
            rig.Run.Log.Lines);
        Assert.Equal(("a\n", "half\n"), (rig["a.txt"], rig["b.txt"]));
        Assert.True(File.Exists(Path.Combine(tree, "not-committed.txt")));
        Assert.Equal([branch], rig.Branches);
    }

    [UnixFact]
    public async Task A_stopped_run_keeps_what_was_done()
    {
        string before = rig.State();
        string begun = rig.Folder.Combine("state", "begun");
        var ran = rig.Run.Async(rig.Isolated("a", $"echo half > a.txt; touch {begun}; while :; do sleep 1; done"));
        await TestKit.FileWait.UntilAsync(() => rig.Folder.Exists("state/begun"));
        rig.Run.Stop();
        var results = await ran;
        Assert.Equal(SubtaskStatus.Cancelled, results["a"].Status);
        Assert.Equal(before, rig.State());
        Assert.Equal("half", rig.Git("show", $"{Assert.Single(rig.Branches)}:a.txt"));
    }

    [UnixFact]
    public async Task Work_that_was_taken_away_since_does_not_come_back()
    {
        rig.Folder.Write("shared.txt", "not committed\n");
        rig.Run.Options = rig.Run.Options with { Merge = MergeMode.None, Resume = true };
        Subtask a = rig.Isolated("a", "cp shared.txt a.txt");
        (await rig.Run.Async(a)).AllSucceeded();
        // The same state: it holds.
        Assert.Equal(SubtaskStatus.Resumed, (await rig.Run.Async(a))["a"].Status);
        rig.Git("checkout", "-q", "--", "shared.txt");
        rig.Run.Options = rig.Run.Options with { Merge = MergeMode.Apply };
        Assert.Equal(SubtaskStatus.Succeeded, (await rig.Run.Async(a))["a"].Status);
        Assert.Equal(rig["shared.txt"], rig["a.txt"]);
        Assert.StartsWith("1\n2\n", rig["a.txt"], StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task What_was_made_of_something_older_is_made_anew()
    {
        Subtask b = rig.Isolated("b <- a", "cp a.txt b.txt");
        (await rig.Run.Async(rig.Isolated("a", "echo old > a.txt"), b)).AllSucceeded();
        // As a run leaves it that is killed between the two.
        Subtask a = rig.Isolated("a", "echo new > a.txt");
        rig.Run.Options = rig.Run.Options with { Merge = MergeMode.None, Resume = true };
        (await rig.Run.Async(a)).AllSucceeded();
        rig.Run.Options = rig.Run.Options with { Merge = MergeMode.Apply };
        var results = await rig.Run.Async(a, b);
        Assert.Equal((SubtaskStatus.Resumed, SubtaskStatus.Succeeded), (results["a"].Status, results["b"].Status));
        Assert.Equal(("new\n", "new\n"), (rig["a.txt"], rig["b.txt"]));
    }
}
