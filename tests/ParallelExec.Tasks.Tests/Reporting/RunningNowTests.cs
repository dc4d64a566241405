using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.State;

namespace ParallelExec.Tests.Reporting;

public class RunningNowTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(92, "[0/3] about 1m30s left: unit-tests-of-everything 14s, docs 14s")]
    [InlineData(60, "[0/3] about 1m30s left: unit-te..rything 14s, docs 14s")]
    [InlineData(50, "[0/3] about 1m30s left: unit..hing 14s, docs 14s")]
    [InlineData(32, "[0/3] 1m30s left")]
    [InlineData(12, "[0/3]")]
    [InlineData(0, "[...")]
    public void A_line_makes_room_from_its_end(int width, string expected)
    {
        ExecutionPlan plan = Given.Plan(
            Given.Options, [Taking("unit-tests-of-everything", 100), Taking("docs", 20), Taking("pack <- docs", 4)]);
        Assert.Equal(expected, Now(plan, "unit-tests-of-everything", "docs").Line(Start.AddSeconds(14), width));
    }

    [Fact]
    public void Forty_that_run_are_a_few_and_a_count()
    {
        ExecutionPlan plan = Given.Plan([.. Enumerable.Range(1, 40).Select(i => $"s{i}")]);
        RunningNow now = Now(plan, [.. plan.Subtasks.Select(subtask => subtask.Id)]);
        Assert.Equal("[0/40]: s1 9s, s2 9s, s3 9s, s4 9s, s5 9s, s6 9s and 34 more", now.Line(Start.AddSeconds(9), 60));
        Assert.EndsWith("s8 (9.0s) and 32 more", now.Heartbeat(Start.AddSeconds(9)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_set_is_one_entry_with_its_count()
    {
        var set = new SubtaskSet("convert", false);
        ExecutionPlan plan = Given.Plan(
            Given.Options,
            [.. Enumerable.Range(1, 30).Select(i => Given.Subtask($"convert:{i}") with { Set = set }), Given.Subtask("docs")]);
        RunningNow now = Now(plan, "convert:3", "convert:4", "docs");
        now.Ended(plan.Find("convert:1"));
        Assert.Equal("[1/31]: convert 1 of 30, docs 5s", now.Line(Start.AddSeconds(5), 80));
        Assert.Equal("[1/31] waiting for convert (1 of 30, 2 running), docs (5.0s)", now.Heartbeat(Start.AddSeconds(5)));
    }

    [Fact]
    public void An_id_is_shortened_in_its_middle() =>
        Assert.Equal(
            ["short", "abcd..lmn", "a.."],
            [Wording.Middle("short", 9), Wording.Middle("abcdefghijklmn", 9), Wording.Middle("abcdefghijklmn", 3)]);

    [Fact]
    public void Texts_come_each_second_at_most_and_in_a_long_run_less_often()
    {
        var status = new StatusLine(80, _ => { });
        bool[] due = [.. new[] { 0.0, 0.5, 1, 1.5, 2, 3600, 3660, 3725 }.Select(at => status.IsDue(Start.AddSeconds(at), isChange: false))];
        Assert.Equal([false, false, true, false, true, true, false, true], due);
        Assert.True(status.IsDue(Start.AddSeconds(3780), isChange: true));
    }

    [Fact]
    public void The_console_says_it_only_while_something_runs()
    {
        List<string> said = [];
        ExecutionPlan plan = Given.Plan("a", "b");
        var report = new ConsoleReport(plan, Given.Options, new RecordingLog()) { Status = new StatusLine(80, said.Add) };
        foreach (RunEvent happened in new RunEvent[]
        {
            new RunStarted(Start), new Tick(Start), new SubtaskStarted(plan.Find("a"), Start), new Tick(Start.AddSeconds(2)),
            new SubtaskEnded(plan.Find("a"), Given.Succeeded with { StartedAt = Start, Duration = TimeSpan.FromSeconds(3) }),
            new Tick(Start.AddSeconds(4)),
        })
            report.On(happened);
        Assert.Equal(["[0/2]: a 2s"], said);
    }

    [Fact]
    public void Marks_are_letters_where_the_console_knows_only_ASCII()
    {
        ExecutionPlan plan = Given.Plan("a", "b <- a");
        StatusText Status(bool ascii) =>
            new(plan, [], isRunning: false, JournalReader.Read(Given.Options, [])) { InAscii = ascii };
        Assert.Equal("○ b\n  ○ a", Status(false).Tree(["b"]));
        Assert.Equal("o b\n  o a", Status(true).Tree(["b"]));
    }

    private static Subtask Taking(string text, int seconds) =>
        Given.Subtask(text) with { EstimatedDuration = TimeSpan.FromSeconds(seconds) };

    private static RunningNow Now(ExecutionPlan plan, params string[] running)
    {
        var now = new RunningNow(plan, Given.Options, LargeSets.Of(plan));
        foreach (string id in running)
            now.Started(plan.Find(id), Start);
        return now;
    }
}
