using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.Scheduling;

namespace ParallelExec.Tests.Reporting;

public class LargeSetTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly RecordingLog log = new();

    [Fact]
    public void A_large_set_is_one_line_with_a_count_that_grows_and_its_failures_a_line_each()
    {
        ExecutionPlan plan = Plan(1000);
        var console = new ConsoleReport(plan, Given.Options, log);
        console.On(new RunStarted(Start));
        SubtaskResult[] results = [.. plan.Subtasks.Select(subtask => (subtask.Index is 3 or 4 ? Given.Failed : Given.Succeeded) with { StartedAt = Start.AddMilliseconds(8 * subtask.Index), Attempts = 1 })];
        foreach (PlannedSubtask subtask in plan.Subtasks.SkipLast(1))
            console.On(new SubtaskEnded(subtask, results[subtask.Index]));
        console.On(new SubtasksSkipped(new SkippedSubtasks([plan.Subtasks[^1]], "dependency 'convert:3' failed")));
        Assert.Equal(
            """
            1000 subtasks in 2 waves, at most 2 at a time
            error PEX3001: 'convert:3' failed with exit code 1: run convert:3.
            error PEX3001: 'convert:4' failed with exit code 1: run convert:4.
            [626/1001] convert: 626 of 1000 (624 succeeded, 2 failed)
            [1000/1001] convert: 1000 of 1000 (998 succeeded, 2 failed)
            [1001/1001] convert skipped: dependency 'convert:3' failed
            """.Replace("1000 subtasks in", "1001 subtasks in", StringComparison.Ordinal),
            string.Join('\n', log.Lines));
    }

    [Fact]
    public void A_plan_and_the_summary_have_a_line_for_a_large_set()
    {
        ExecutionPlan plan = Plan(1000);
        string text = PlanText.For(plan, Given.Options);
        Assert.Equal(5, text.Split('\n').Length);
        Assert.Contains("\n  convert: 1000 subtasks, the first of them: convert:0 [parallel] run convert:0\n", text, StringComparison.Ordinal);

        var run = new RunResult
        {
            Plan = plan,
            Results = [.. plan.Subtasks.Select(subtask => subtask.Index == 7 ? Given.Failed : Given.Succeeded)],
            StartedAt = Start,
            Duration = TimeSpan.FromSeconds(1),
        };
        string summary = MarkdownReport.For(Given.Options, run);
        Assert.Contains("| 1 | convert:7 | Failed | 0.0s | exit code 1 |\n| 1 | convert: 1000 subtasks | 999 succeeded, 1 failed | 0.0s |  |\n| 2 | convert |", summary, StringComparison.Ordinal);
        Assert.True(summary.Split('\n').Length < 20);
    }

    [Fact]
    public void A_set_of_a_few_is_told_one_by_one()
    {
        ExecutionPlan plan = Plan(3);
        Assert.Contains("\n  convert:2 [", PlanText.For(plan, Given.Options), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_wants_all_output_gets_a_line_for_each()
    {
        ExecutionPlan plan = Plan(12);
        var console = new ConsoleReport(plan, Given.Options with { LogOutput = LogOutput.Grouped }, log);
        console.On(new RunStarted(Start));
        console.On(new SubtaskEnded(plan.Subtasks[0], Given.Succeeded));
        Assert.Equal("[1/13] convert:0 succeeded (0.0s)", log.Lines[^1]);
    }

    private static ExecutionPlan Plan(int count)
    {
        var set = new SubtaskSet("convert");
        return Given.Plan(Given.Options, [.. Enumerable.Range(0, count).Select(i => Given.Subtask($"convert:{i}") with { Set = set }), Given.Subtask("convert <- convert:*") with { Work = new MilestoneWork() }]);
    }
}
