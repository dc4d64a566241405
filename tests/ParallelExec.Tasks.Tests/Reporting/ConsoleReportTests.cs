using ParallelExec.Events;
using ParallelExec.Exchange;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.Scheduling;

namespace ParallelExec.Tests.Reporting;

public sealed class ConsoleReportTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly TestKit.TestFolder folder = new();
    private readonly RecordingLog log = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_run_is_told_in_one_line_for_each_change()
    {
        ExecutionPlan plan = Given.Plan("lint", "unit", "pack <- lint, unit");
        Tell(plan, Given.Options,
            new RunStarted(Start), Started(plan, "lint"), Started(plan, "unit"),
            Ended(plan, "lint", 1.2), Ended(plan, "unit", 4.2, attempts: 2), Started(plan, "pack", at: 5), Ended(plan, "pack", 1),
            new RunEnded(Result(plan, 5.2, 1.2, 4.2, 1)));
        Assert.Equal("""
            3 subtasks in 2 waves, at most 2 at a time
            [1/3] lint succeeded (1.2s)
            [2/3] unit succeeded (4.2s, attempt 2)
            [3/3] pack succeeded (1.0s)
            Succeeded: 3 subtasks in 5.2s (3 succeeded)
              one after another: 6.4s, saved 19%; critical path 5.2s: unit 4.2s -> pack 1.0s
              waiting at the ends of waves cost 0.0s; with unlimited cores it takes 5.2s
              to be faster: split or shorten 'unit', which is 4.2s of the critical path
            """, Shown);
    }

    [Fact]
    public void A_failure_is_its_line_then_the_error_then_the_output()
    {
        ExecutionPlan plan = Given.Plan("bad", "after <- bad");
        SubtaskResult failed = Given.Failed with { Duration = TimeSpan.FromSeconds(2), Attempts = 1, LogFile = folder.Write("bad.log", "compiling\na.c(3,4): error C1: no\nthe end\n") };
        Tell(plan, Given.Options,
            new RunStarted(Start), Started(plan, "bad"), new SubtaskEnded(plan.Find("bad"), failed),
            new SubtasksSkipped(new SkippedSubtasks([plan.Find("after")], "dependency 'bad' failed")),
            new RunEnded(new RunResult { Plan = plan, Results = [failed, SubtaskResult.Skipped("")], StartedAt = Start, Duration = TimeSpan.FromSeconds(2) }));
        Assert.Equal($"""
            2 subtasks in 2 waves, at most 2 at a time
            [1/2] bad failed (2.0s)
            error PEX3001: 'bad' failed with exit code 1: run bad. Its output: {folder.Combine("bad.log")}
                compiling
            error of bad: a.c(3,4): error C1: no
                the end
            [2/2] after skipped: dependency 'bad' failed
            Failed: 2 subtasks in 2.0s (1 failed, 1 skipped)
              one after another: 2.0s, saved 0%; critical path 2.0s: bad
            """, Shown);
    }

    [Fact]
    public void A_failure_that_is_forgiven_is_a_warning()
    {
        ExecutionPlan plan = Given.Plan(Given.Options, [Given.Subtask("bad") with { ContinueOnError = ContinueOnError.WarnAndContinue }]);
        Tell(plan, Given.Options, Started(plan, "bad"), new SubtaskEnded(plan.Find("bad"), Given.Failed with { LogFile = folder.Write("l", "x: error C1: no\n") }));
        Assert.Equal("[1/1] bad failed (0.0s)\nwarning PEX3001: 'bad' failed with exit code 1: run bad. Its output: " + folder.Combine("l") + "\nwarning of bad: x: error C1: no", Shown);
    }

    [Theory]
    [InlineData("OnFailure", 0, "")]
    [InlineData("None", 1, "")]
    [InlineData("Grouped", 0, "    x\n    y")]
    public void LogOutput_says_whose_output_is_shown(string mode, int exitCode, string block)
    {
        RunOptions options = Given.Options with { LogOutput = Enum.Parse<LogOutput>(mode) };
        ExecutionPlan plan = Given.Plan("a");
        SubtaskResult result = (exitCode == 0 ? Given.Succeeded : Given.Failed) with { LogFile = folder.Write("a.log", "x\ny\n") };
        Tell(plan, options, Started(plan, "a"), new SubtaskEnded(plan.Find("a"), result));
        string[] lines = [.. log.Lines.Where(line => line.StartsWith(' '))];
        Assert.Equal(block, string.Join('\n', lines));
    }

    [Fact]
    public void A_reason_of_several_lines_is_one_error_and_a_block_behind_it()
    {
        ExecutionPlan plan = Given.Plan("bad", "worse");
        SubtaskResult failed = Given.Failed with { Code = Codes.AgentFailed, Reason = "it says:\r\n  no key\nno model\n", ExitCode = null };
        Tell(plan, Given.Options, new SubtaskEnded(plan.Find("bad"), failed), new SubtaskEnded(plan.Find("worse"), failed),
            new RunEnded(Result(plan, 1) with { Results = [failed, failed] }));
        Assert.StartsWith($"""
            [1/2] bad failed (0.0s)
            error {Codes.AgentFailed}: 'bad' failed: it says:; no key; no model.
                it says:
                  no key
                no model
            """, Shown, StringComparison.Ordinal);
        Assert.Contains("\n  first failed bad (it says:   no key no model", Shown, StringComparison.Ordinal);
    }

    [Fact]
    public void The_heartbeat_says_what_is_waited_for_and_how_long_it_usually_takes()
    {
        ExecutionPlan plan = Given.Plan(Given.Options, [Given.Subtask("slow") with { EstimatedDuration = TimeSpan.FromSeconds(80) }, Given.Subtask("other")]);
        Tell(plan, Given.Options, new RunStarted(Start), Started(plan, "slow"), Started(plan, "other"),
            new Tick(Start.AddSeconds(29)), new Tick(Start.AddSeconds(31)), new Tick(Start.AddSeconds(40)), new Tick(Start.AddSeconds(61)));
        Assert.Equal("""
            2 subtasks in 1 wave, at most 2 at a time
            [0/2] waiting for slow (31.0s, usually 1m20s), other (31.0s)
            [0/2] waiting for slow (1m01s, usually 1m20s), other (1m01s)
            """, Shown);
    }

    [Fact]
    public void Where_all_is_known_the_heartbeat_says_how_much_is_left()
    {
        Subtask Taking(string text, int seconds) => Given.Subtask(text) with { EstimatedDuration = TimeSpan.FromSeconds(seconds) };
        ExecutionPlan plan = Given.Plan(Given.Options, [Taking("a", 40), Taking("b", 80), Taking("c <- a, b", 100)]);
        Tell(plan, Given.Options, new RunStarted(Start), Started(plan, "a"), Started(plan, "b"), new Tick(Start.AddSeconds(50)));
        // b has 30 s left, then c comes.
        Assert.EndsWith("waiting for a (50.0s, usually 40.0s), b (50.0s, usually 1m20s); about 2m10s left", Shown, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_that_are_skipped_for_one_reason_are_one_line()
    {
        ExecutionPlan plan = Given.Plan([.. Enumerable.Range(1, 40).Select(i => $"s{i}")]);
        Tell(plan, Given.Options, new SubtasksSkipped(new SkippedSubtasks(plan.Subtasks, "why")));
        Assert.Equal("[40/40] s1, s2, s3, s4, s5, s6, s7, s8 and 32 more skipped: why", Shown);
    }

    [Fact]
    public void What_had_to_be_killed_is_told_with_the_subtask_and_in_the_summary()
    {
        ExecutionPlan plan = Given.Plan("a");
        var result = new SubtaskResult { Status = SubtaskStatus.Cancelled, Killed = ["node (12)"], Reason = "was stopped while it ran" };
        Tell(plan, Given.Options, Started(plan, "a"), new RunStopping("SIGTERM was received"), new SubtaskEnded(plan.Find("a"), result),
            new RunEnded(new RunResult { Plan = plan, Results = [result], StartedAt = Start, Duration = TimeSpan.FromSeconds(3), Stopped = "SIGTERM was received" }));
        Assert.Equal("""
            Stopping what runs: SIGTERM was received.
            [1/1] a cancelled (0.0s)
                had to be killed: node (12)
            Stopped: 1 subtask in 3.0s (1 cancelled); 1 process had to be killed
            """, Shown);
    }

    [Fact]
    public void What_was_up_to_date_is_one_line_before_what_comes_next()
    {
        ExecutionPlan plan = Given.Plan("a", "b", "c", "d", "e", "f");
        var upToDate = new SubtaskResult { Status = SubtaskStatus.UpToDate, Reason = "nothing has changed" };
        Tell(plan, Given.Options,
            new SubtaskEnded(plan.Find("a"), upToDate), new SubtaskEnded(plan.Find("b"), upToDate), new SubtaskEnded(plan.Find("c"), SubtaskResult.Resumed("")),
            Ended(plan, "d", 1), new SubtaskEnded(plan.Find("e"), upToDate), new SubtasksSkipped(new SkippedSubtasks([plan.Find("f")], "why")));
        Assert.Equal("""
            [3/6] 2 up to date: a, b
            [3/6] 1 resumed: c
            [4/6] d succeeded (1.0s)
            [5/6] 1 up to date: e
            [6/6] f skipped: why
            """, Shown);
    }

    [Fact]
    public void Where_all_was_up_to_date_the_summary_is_behind_the_line()
    {
        ExecutionPlan plan = Given.Plan("a", "b");
        var upToDate = new SubtaskResult { Status = SubtaskStatus.UpToDate };
        Tell(plan, Given.Options, new SubtaskEnded(plan.Find("a"), upToDate), new SubtaskEnded(plan.Find("b"), upToDate),
            new RunEnded(Result(plan, 0.1) with { Results = [upToDate, upToDate] }));
        Assert.Equal("[2/2] 2 up to date: a, b\nSucceeded: 2 subtasks in 0.1s (2 up to date)", Shown);
    }

    private string Shown => string.Join('\n', log.Lines);

    private void Tell(ExecutionPlan plan, RunOptions options, params RunEvent[] events)
    {
        var report = new ConsoleReport(plan, options, log);
        foreach (RunEvent happened in events)
            report.On(happened);
    }

    private static SubtaskStarted Started(ExecutionPlan plan, string id, double at = 0) => new(plan.Find(id), Start.AddSeconds(at));

    private static SubtaskEnded Ended(ExecutionPlan plan, string id, double seconds, int attempts = 1) =>
        new(plan.Find(id), Given.Succeeded with { StartedAt = Start, Duration = TimeSpan.FromSeconds(seconds), Attempts = attempts });

    internal static RunResult Result(ExecutionPlan plan, double total, params double[] seconds) => new()
    {
        Plan = plan,
        Results = [.. seconds.Select(each => Given.Succeeded with { Duration = TimeSpan.FromSeconds(each) })],
        StartedAt = Start,
        Duration = TimeSpan.FromSeconds(total),
    };
}
