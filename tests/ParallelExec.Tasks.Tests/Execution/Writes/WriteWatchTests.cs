using Microsoft.Extensions.Time.Testing;
using ParallelExec.Events;
using ParallelExec.Execution.Writes;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.TestKit;
using ParallelExec.Tests.Agents;

namespace ParallelExec.Tests.Execution.Writes;

/// <summary>Who wrote what, told of real children in a real folder.</summary>
public sealed class WriteWatchTests : IDisposable
{
    private readonly Run run = new();

    public WriteWatchTests()
    {
        run.Folder.Write("shared.txt", "old\n");
        run.Folder.Write("data.txt", "old\n");
    }

    private IEnumerable<string> Told => run.Log.Reported.Where(told => told.Code == Codes.UndeclaredWrite).Select(told => told.Message);

    public void Dispose() => run.Dispose();

    [UnixFact]
    public async Task What_an_agent_changes_and_does_not_declare_is_told_with_what_to_type()
    {
        (await run.Async(run.Writing(run.Agent("a", "echo new > out.txt; mkdir -p src; echo new > src/x.cs"), "out.txt"))).AllSucceeded();
        Diagnostic warning = Assert.Single(run.Log.Reported, told => told.Code == "PEX2008");
        Assert.Equal((Severity.Warning, "a", "Outputs"), (warning.Severity, warning.Origin!.Id, warning.Metadata));
        Assert.Equal(
            "'a' has changed what it does not declare: 'src/x.cs'. Add it to its Outputs: Outputs=\"out.txt;src/x.cs\"; or keep it from "
            + "writing there.", warning.Message);
    }

    [UnixFact]
    public async Task What_is_declared_what_git_ignores_and_what_stands_apart_is_not_told()
    {
        run.Folder.Write(".gitignore", "*.tmp\n/dist/\n");
        await GitAsync("init", "-q");
        string script = "mkdir -p dist obj bin .hidden node_modules/p sub/node_modules; for f in out.txt x.tmp dist/a.js obj/o bin/b "
            + ".hidden/h node_modules/p/i.js sub/node_modules/i.js build.binlog msbuild.log; do echo new > $f; done";
        (await run.Async(run.Writing(run.Agent("a", script), "out.txt"))).AllSucceeded();
        Assert.Empty(Told);
    }

    [UnixFact]
    public async Task A_file_that_has_gone_is_told_too()
    {
        (await run.Async(run.Agent("a", "rm data.txt"))).AllSucceeded();
        Assert.Equal(
            ["'a' has changed what it does not declare: 'data.txt' (removed). Add it to its Outputs by a pattern that matches what is left "
                + "beside it; or keep it from writing there."], Told);
    }

    [UnixFact]
    public async Task Who_of_two_that_ran_together_can_not_be_known_and_is_not_said()
    {
        (await run.Async(run.Agent("a", Meet("a", "b")), run.Agent("b", Meet("b", "a", "echo new > shared.txt")))).AllSucceeded();
        Assert.Equal(
            ["One of 'a', 'b' has changed what none of them declares, while they ran at the same time, so that it is not known which: "
                + "'shared.txt'. Add it to the Outputs of the one that writes it: Outputs=\"shared.txt\"; if they share it, add "
                + "DependsOn=\"a\" to 'b'."], Told);
    }

    [UnixFact]
    public async Task Two_whose_command_lines_say_that_they_changed_one_file_are_both_named()
    {
        Subtask a = run.Agent("a", Meet("a", "b", "echo a >> shared.txt", Said("shared.txt")), "opencode");
        Subtask b = run.Agent("b", Meet("b", "a", "echo b >> shared.txt", Said("shared.txt")), "opencode");
        (await run.Async(run.Writing(a, "shared.txt"), b)).AllSucceeded();
        Assert.Equal(
            ["'a' and 'b' ran at the same time, and each has changed 'shared.txt': what one wrote, the other may have overwritten. Look at "
                + "what is there now; then add DependsOn=\"a\" to 'b', or give each a file of its own.",
                "'b' has changed what it does not declare: 'shared.txt'. Add it to its Outputs: Outputs=\"shared.txt\"; or keep it from "
                + "writing there."], Told);
    }

    [UnixFact]
    public async Task Of_two_the_one_whose_command_line_says_so_is_named_alone()
    {
        Subtask a = run.Agent("a", Meet("a", "b", "echo a > shared.txt", Said("shared.txt")), "opencode");
        (await run.Async(a, run.Agent("b", Meet("b", "a", "true", Said("other.txt")), "opencode"))).AllSucceeded();
        Assert.StartsWith("'a' has changed what it does not declare: 'shared.txt'.", Assert.Single(Told), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Who_reads_what_another_one_writes_meanwhile_is_told_to_wait()
    {
        Subtask a = run.Writing(run.Agent("a", Meet("a", "b", "echo new > data.txt")), "data.txt");
        Subtask b = run.Agent("b", Meet("b", "a")) with { Inputs = PathPattern.List(["data.txt"], run.Folder.Path) };
        (await run.Async(a, b)).AllSucceeded();
        Assert.Equal(
            ["'a' has changed 'data.txt' while 'b' ran, which reads it (Inputs): what that has seen is neither surely the old nor the new. "
                + "Add DependsOn=\"a\" to 'b'."], Told);
    }

    [UnixFact]
    public async Task A_command_that_says_it_reads_a_file_is_not_taken_for_its_writer()
    {
        Subtask b = run.Shell("b", Meet("b", "a")) with { Inputs = PathPattern.List(["data.txt"], run.Folder.Path) };
        (await run.Async(run.Agent("a", Meet("a", "b", "echo new > data.txt")), b)).AllSucceeded();
        Assert.Equal(["'a' has changed 'data.txt' while", "'a' has changed what it does not"], Told.Select(told => told[..32]));
    }

    [UnixFact]
    public async Task One_after_the_other_may_change_one_file_and_each_is_known()
    {
        (await run.Async(
            run.Writing(run.Agent("a", "echo a > shared.txt"), "shared.txt"), run.Agent("b <- a", "echo b > shared.txt"))).AllSucceeded();
        Assert.StartsWith("'b' has changed what it does not declare: 'shared.txt'.", Assert.Single(Told), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Commands_are_looked_at_where_the_property_says_so_and_not_for_themselves_beside_an_agent()
    {
        Subtask[] subtasks = [run.Shell("a", "echo new > a.txt"), run.Shell("b <- a", "echo new > b.txt"), run.Agent("c <- a", "true")];
        (await run.Async([.. subtasks[..2]])).AllSucceeded();
        Assert.Empty(Told);
        run.Options = run.Options with { UndeclaredWrites = UndeclaredWrites.Warn };
        (await run.Async(subtasks[0])).AllSucceeded();
        Assert.StartsWith("'a' has changed what it does not declare: 'a.txt'.", Assert.Single(Told), StringComparison.Ordinal);
        run.Options = run.Options with { UndeclaredWrites = UndeclaredWrites.Off };
        (await run.Async([run.Agent("c", "echo new > c.txt")])).AllSucceeded();
        Assert.Single(Told);
    }

    [UnixFact]
    public async Task With_Error_the_subtask_fails_and_what_depends_on_it_does_not_run()
    {
        run.Options = run.Options with { UndeclaredWrites = UndeclaredWrites.Error };
        Run.Results results = await run.Async(
            run.Writing(run.Shell("a", "echo new > a.txt; echo new > other.txt"), "a.txt"), run.Shell("b <- a", "echo b > b.txt"));
        Assert.Equal((SubtaskStatus.Failed, "PEX2008"), (results["a"].Status, results["a"].Code));
        Assert.Equal(SubtaskStatus.Skipped, results["b"].Status);
        Assert.StartsWith("'a' has changed what it does not declare: 'other.txt'.", results["a"].Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(run.Folder.Combine("b.txt")));
        // What has failed so is no success of an earlier run either.
        run.Options = run.Options with { Resume = true };
        Assert.NotEqual(SubtaskStatus.Resumed, (await run.Async(run.Writing(run.Shell("a", "echo new > a.txt"), "a.txt")))["a"].Status);
    }

    [UnixFact]
    public void Whose_time_was_over_when_a_file_changed_has_not_changed_it()
    {
        RunOptions options = run.Options with
        {
            Schedule = ScheduleMode.Eager,
            ProjectDirectory = run.Folder.Path,
            Directory = run.Folder.Combine("state"),
        };
        ExecutionPlan plan = Given.Plan(options, [run.Agent("a", ""), run.Agent("b", "")]);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        var time = new FakeTimeProvider(now.AddHours(-1));
        var watch = new WriteWatch(plan, options, new Dictionary<string, string>(), run.Log, time);
        watch.On(new SubtaskStarted(plan.Find("a"), now.AddHours(-2)));
        watch.On(new SubtaskStarted(plan.Find("b"), now.AddHours(-2)));
        run.Folder.Write("shared.txt", "new\n");
        watch.Judged(plan.Find("a"), Given.Succeeded);
        Assert.Empty(Told);
        time.Advance(TimeSpan.FromHours(2));
        watch.Judged(plan.Find("b"), Given.Succeeded);
        Assert.StartsWith("'b' has changed what it does not declare: 'shared.txt'.", Assert.Single(Told), StringComparison.Ordinal);
    }

    /// <summary>Each works while the other runs too, from its beginning to its end.</summary>
    private static string Meet(string own, string other, params string[] work) =>
        $"mkdir -p .met; : > .met/{own}; until [ -e .met/{other} ]; do sleep 0.02; done\n{string.Join('\n', work)}\n"
        + $": > .met/{own}.done; until [ -e .met/{other}.done ]; do sleep 0.02; done";

    private string Said(string file)
    {
        string state = $"{{\"status\":\"completed\",\"input\":{{\"filePath\":\"{run.Folder.Combine(file)}\"}}}}";
        return $"echo '{{\"type\":\"tool_use\",\"part\":{{\"type\":\"tool\",\"tool\":\"write\",\"state\":{state}}}}}'\n"
            + "echo '{\"type\":\"step_finish\",\"part\":{\"type\":\"step-finish\",\"reason\":\"stop\"}}'";
    }

    private async Task GitAsync(params string[] arguments)
    {
        using var git = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("git", arguments)
        {
            WorkingDirectory = run.Folder.Path,
        })!;
        await git.WaitForExitAsync();
        Assert.Equal(0, git.ExitCode);
    }
}
