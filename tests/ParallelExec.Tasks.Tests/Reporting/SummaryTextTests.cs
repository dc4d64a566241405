using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;

namespace ParallelExec.Tests.Reporting;

public class SummaryTextTests
{
    [Fact]
    public void Barriers_that_cost_much_suggest_an_eager_schedule()
    {
        ExecutionPlan plan = Given.Plan("long", "short", "after <- short");
        Assert.Equal("""
            Succeeded: 3 subtasks in 9.0s (3 succeeded)
              one after another: 10.0s, saved 10%; critical path 5.0s: long
              waiting at the ends of waves cost 4.0s; with unlimited cores it takes 9.0s
              to be faster: ParallelExecSchedule=Eager, about 5.0s
            """, SummaryText.For(ConsoleReportTests.Result(plan, 9, 5, 1, 4), Given.Options));
    }

    [Fact]
    public void Much_work_of_equal_length_suggests_more_cores()
    {
        ExecutionPlan plan = Given.Plan("a", "b", "c", "d");
        Assert.Equal("""
            Succeeded: 4 subtasks in 4.0s (4 succeeded)
              one after another: 8.0s, saved 50%; critical path 2.0s: a
              with unlimited cores it takes 2.0s
              to be faster: on a machine with 4 cores, about 2.0s
            """, SummaryText.For(ConsoleReportTests.Result(plan, 4, 2, 2, 2, 2), Given.Options));
    }

    [Fact]
    public void Where_only_milestones_ended_nothing_is_compared()
    {
        ExecutionPlan plan = Given.Plan(Given.Options, [Given.Subtask("a"), Given.Subtask("all <- a") with { Work = new MilestoneWork() }]);
        RunResult run = ConsoleReportTests.Result(plan, 3, 2, 0);
        run = run with { Results = [run.Results[0] with { Status = SubtaskStatus.UpToDate }, run.Results[1]] };
        Assert.Equal("Succeeded: 2 subtasks in 3.0s (1 succeeded, 1 up to date)", SummaryText.For(run, Given.Options));
    }

    [Fact]
    public void Of_several_failures_the_first_is_named_first()
    {
        RunResult run = ConsoleReportTests.Result(Given.Plan("a", "b", "c <- b"), 4);
        SubtaskResult Failed(double after) => Given.Failed with { StartedAt = run.StartedAt, Duration = TimeSpan.FromSeconds(after) };
        run = run with { Results = [Failed(3), Failed(1), SubtaskResult.Skipped("dependency 'b' failed")] };
        Assert.StartsWith("Failed: 3 subtasks in 4.0s (2 failed, 1 skipped)\n  first failed b (exit code 1), then a (exit code 1)\n", SummaryText.For(run, Given.Options), StringComparison.Ordinal);
    }

    [Fact]
    public void Work_that_waits_needs_no_more_cores_but_more_at_a_time() =>
        Assert.EndsWith("\n  to be faster: ParallelExecMaxParallelism=4, about 2.0s", SummaryText.For(Beside(CpuUse.None), Given.Options), StringComparison.Ordinal);

    [Fact]
    public void What_is_not_known_is_told_as_at_most()
    {
        RunResult run = Beside(cpu: null);
        Assert.Contains("\n  one after another: at most 8.0s, saved at most 50%; critical path 2.0s: a\n", SummaryText.For(run, Given.Options), StringComparison.Ordinal);
        Assert.Contains(" in 4.0s; one after another at most 8.0s, saved at most 50%\n", MarkdownReport.For(Given.Options, run), StringComparison.Ordinal);
    }

    /// <summary>Four, two at a time.</summary>
    private static RunResult Beside(CpuUse? cpu)
    {
        RunResult run = ConsoleReportTests.Result(Given.Plan("a", "b", "c", "d"), 4, 2, 2, 2, 2);
        return run with { Results = [.. run.Results.Select((result, i) => result with { StartedAt = run.StartedAt.AddSeconds(i / 2 * 2), Cpu = cpu })] };
    }

    [Fact]
    public void Of_work_that_takes_no_time_there_is_nothing_to_advise() =>
        Assert.Equal("Succeeded: 1 subtask in 0.0s (1 succeeded)", SummaryText.For(ConsoleReportTests.Result(Given.Plan("a"), 0.01, 0.01), Given.Options));

    [Fact]
    public void A_run_of_nothing_says_so() =>
        Assert.Equal("Succeeded: 0 subtasks in 0.0s", SummaryText.For(ConsoleReportTests.Result(Given.Plan(), 0), Given.Options));

    [Fact]
    public void What_was_left_out_is_counted()
    {
        ExecutionPlan plan = Given.Plan(Given.Options with { Skip = ["b"] }, Given.Subtasks("a", "b"));
        Assert.StartsWith("Succeeded: 1 subtask in 1.0s (1 succeeded); 1 left out", SummaryText.For(ConsoleReportTests.Result(plan, 1, 1, 0), Given.Options), StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_is_told_in_batches()
    {
        Subtask[] subtasks = [
            Given.Subtask("01") with { Title = "Create" }, Given.Subtask("02") with { Work = new ToolWork("node", ["a.js", "--x"]) },
            Given.Subtask("03 <- 01, 02") with { Parallel = false, EstimatedDuration = TimeSpan.FromSeconds(90) },
            Given.Subtask("04 <- 0*") with { Work = new MilestoneWork(), Always = true }, Given.Subtask("x")];
        RunOptions options = Given.Options with { Skip = ["x"] };
        Assert.Equal("""
            4 subtasks in 3 waves, at most 2 at a time (Waves)
            Batch 1 (ready now):
              01: Create [parallel] run 01
              02 [parallel] node a.js --x
            Batch 2 (after batch 1):
              03 [alone, about 1m30s] run 03 <- 01, 02
            Batch 3 (after batch 2):
              04 [parallel, always] milestone <- 01, 02, 03
            Left out:
              x: left out by ParallelExecSkip
            """, PlanText.For(Given.Plan(options, subtasks), options));
    }

    [Fact]
    public void Each_status_has_its_count()
    {
        SubtaskStatus[] all = Enum.GetValues<SubtaskStatus>();
        ExecutionPlan plan = Given.Plan([.. all.Select(status => $"s{(int)status}")]);
        var run = new RunResult
        {
            Plan = plan,
            Results = [.. all.Select(status => new SubtaskResult { Status = status })],
            StartedAt = DateTimeOffset.UnixEpoch,
            Duration = TimeSpan.Zero,
        };
        Assert.Equal(string.Join(", ", all.Select(status => $"1 {Wording.Of(status)}")), SummaryText.Counts(run));
    }

    [Fact]
    public void A_feature_in_batches_gets_a_table_of_what_each_saved()
    {
        Subtask InFeature(string text) => Given.Subtask(text) with { TaskFile = new TaskFile("x.json", "f", "01", TaskFileStatus.Pending) };
        var run = new RunResult
        {
            Plan = Given.Plan(Given.Options, [InFeature("a"), InFeature("b"), InFeature("c <- a, b")]),
            Results = [Ran(0, 4), Ran(1, 4), Ran(5, 2)],
            StartedAt = default,
            Duration = TimeSpan.FromSeconds(7),
        };
        string[] rows = [.. SummaryText.For(run, Given.Options).Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))];
        Assert.Equal(["batch subtasks sequential parallel saved", "1 2 8.0s 5.0s 38%", "2 1 2.0s 2.0s 0%", "all 3 10.0s 7.0s 30%"], rows.SkipWhile(row => !row.StartsWith("batch", StringComparison.Ordinal)).Take(4));
        Assert.Contains("| 1 | 2 | 8.0s | 5.0s | 38% |\n| 2 | 1 | 2.0s | 2.0s | 0% |\n", MarkdownReport.For(Given.Options, run), StringComparison.Ordinal);

        static SubtaskResult Ran(int start, int seconds) =>
            Given.Succeeded with { StartedAt = DateTimeOffset.UnixEpoch.AddSeconds(start), Duration = TimeSpan.FromSeconds(seconds), Cpu = CpuUse.None };
    }

    [Fact]
    public void The_markdown_report_is_a_table_with_failures_first()
    {
        ExecutionPlan plan = Given.Plan(Given.Options, [Given.Subtask("a"), Given.Subtask("b") with { Title = "x | y" }, Given.Subtask("c <- b")]);
        var run = new RunResult
        {
            Plan = plan,
            Results = [Given.Succeeded with { Duration = TimeSpan.FromSeconds(1) }, Given.Failed with { Duration = TimeSpan.FromSeconds(2) }, SubtaskResult.Skipped("dependency 'b' failed")],
            StartedAt = default,
            Duration = TimeSpan.FromSeconds(2),
        };
        Assert.Equal("""
            # build: failed

            1 succeeded, 1 failed, 1 skipped in 2.0s; one after another 3.0s, saved 33%

            | wave | subtask | status | time | why |
            | ---: | --- | --- | ---: | --- |
            | 1 | b: x \| y | Failed | 2.0s | exit code 1 |
            | 1 | a | Succeeded | 1.0s |  |
            | 2 | c | Skipped |  | dependency 'b' failed |

            """, MarkdownReport.For(Given.Options, run));
    }
}
