using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.Scheduling;
using ParallelExec.Tests.Reporting;

namespace ParallelExec.Tests.Scheduling;

/// <summary>What runs together is not expected to need more memory than there is.</summary>
public class MemoryTests
{
    private const long Giga = 1L << 30;

    private static readonly RunOptions Options =
        Given.Options with { MaxParallelism = 8, NodeCount = 8, MaxMemory = new MemoryLimit(4 * Giga, 0) };

    [Fact]
    public void A_start_waits_while_its_memory_would_not_fit_and_what_needs_none_passes()
    {
        ExecutionPlan plan = Plan("a:3", "b:2", "c:1", "d");
        var schedule = new Schedule(plan, Options);
        Assert.Equal("a c d", Started(schedule));
        Assert.Equal("b for memory (it needs 2.0 GB; 0 MB of 4.0 GB are free)", schedule.Waits);
        schedule.Complete(plan.Find("c"), Given.Succeeded);
        Assert.Equal("", Started(schedule));
        schedule.Complete(plan.Find("a"), Given.Succeeded);
        Assert.Equal("b", Started(schedule));
        Assert.Equal("", schedule.Waits);
    }

    [Fact]
    public void What_needs_more_than_there_is_runs_without_others_that_need_any()
    {
        ExecutionPlan plan = Plan("a:1", "huge:100", "b");
        var schedule = new Schedule(plan, Options);
        Assert.Equal("a b", Started(schedule));
        schedule.Complete(plan.Find("a"), Given.Succeeded);
        Assert.Equal("huge", Started(schedule));
    }

    [Fact]
    public void Services_never_keep_those_waiting_that_they_serve()
    {
        ExecutionPlan plan = Given.Plan(Options, [Of("db:3") with { Service = Service }, Of("test <- db:2"), Of("other <- db:2")]);
        var schedule = new Schedule(plan, Options);
        Assert.Equal("db", Started(schedule));
        schedule.Serve(plan.Find("db"));
        Assert.Equal("test", Started(schedule));
        schedule.Complete(plan.Find("test"), Given.Succeeded);
        Assert.Equal("other", Started(schedule));
    }

    [Fact]
    public void The_heartbeat_says_who_waits()
    {
        ExecutionPlan plan = Plan("a:3", "b:2");
        var log = new RecordingLog();
        var report = new ConsoleReport(plan, Options, log);
        report.On(new RunStarted(DateTimeOffset.UnixEpoch));
        report.On(new SubtaskStarted(plan.Find("a"), DateTimeOffset.UnixEpoch));
        report.On(new Tick(DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(60)) { Waits = "b for memory" });
        Assert.Equal("[0/2] waiting for a (1m00s); waiting to start: b for memory", log.Lines[^1]);
    }

    [Fact]
    public void A_start_waits_for_cores_that_children_have_borrowed_and_says_so()
    {
        var lent = new Lent();
        ExecutionPlan plan = Plan("a", "b");
        var schedule = new Schedule(plan, Options, lent);
        Assert.Equal("a", Started(schedule));
        Assert.Equal("b for 1 core that nested builds use", schedule.Waits);
        lent.Mine = 2;
        Assert.Equal("b", Started(schedule));
        Assert.Equal((2, ""), (lent.Held, schedule.Waits));
        schedule.Complete(plan.Find("a"), Given.Succeeded);
        Assert.Equal(1, lent.Held);
    }

    [Fact]
    public void One_that_is_skipped_while_it_waits_lets_others_pass()
    {
        ExecutionPlan plan = Plan("a:4", "b:4", "c:4");
        var schedule = new Schedule(plan, Options with { OnFailure = OnFailure.KeepGoing });
        Assert.Equal("a", Started(schedule));
        schedule.Stop("enough");
        Assert.Equal("", schedule.Waits);
        schedule.Complete(plan.Find("a"), Given.Succeeded);
        Assert.True(schedule.IsFinished);
    }

    [Fact]
    public void What_earlier_runs_saw_counts_where_nothing_is_declared()
    {
        List<Diagnostic> diagnostics = [];
        var peaks = new Dictionary<string, long> { ["a"] = 9 * Giga, ["b"] = 3 * Giga };
        ExecutionPlan plan = Planner.Plan([Of("a:1"), Of("b"), Of("c")], [], Options, Given.NoDurations, diagnostics, peaks: peaks)!;
        Assert.Equal([Giga, 3 * Giga, 0], plan.Subtasks.Select(subtask => subtask.Subtask.Memory));
    }

    [Fact]
    public void Nobody_counts_what_nobody_needs_or_what_is_not_bounded()
    {
        Assert.Null(Plan("a", "b").MaxMemory);
        Assert.Null(Given.Plan(Given.Options with { MaxMemory = MemoryLimit.None }, [Of("a:1")]).MaxMemory);
        Assert.InRange(Given.Plan(Given.Options with { MaxMemory = MemoryLimit.Default }, [Of("a:1")]).MaxMemory!.Value, 1, long.MaxValue / 2);
    }

    [Fact]
    public void The_plan_says_why_some_of_a_batch_wait()
    {
        string text = PlanText.For(Plan("a:3", "b:2", "c"), Options);
        Assert.Contains(
            "Batch 1 (ready now; those that need most do not fit into 4.0 GB of memory together (5.0 GB): some wait):",
            text, StringComparison.Ordinal);
        Assert.Contains("a [parallel, 3.0 GB] run a", text, StringComparison.Ordinal);
        Assert.Contains("Batch 1 (ready now):", PlanText.For(Plan("a:3", "b:1"), Options), StringComparison.Ordinal);
    }

    /// <summary>Children have all but <see cref="Mine"/>.</summary>
    private sealed class Lent : LentJobs
    {
        public int Mine { get; set; } = 1;

        public int Held { get; private set; }

        public override bool TryHold(int jobs) => jobs <= Mine;

        public override void Hold(int jobs) => Held = jobs;
    }

    private static Service Service { get; } = new(new TcpReadiness("tcp:1", 1), TimeSpan.FromSeconds(60), false);

    private static ExecutionPlan Plan(params string[] texts) => Given.Plan(Options, texts.Select(Of));

    private static Subtask Of(string text)
    {
        string[] parts = text.Split(':');
        long giga = parts.Length == 1 ? 0 : long.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        return Given.Subtask(parts[0]) with { Memory = giga * Giga };
    }

    private static string Started(Schedule schedule)
    {
        List<string> started = [];
        while (schedule.TryStart() is { } next)
            started.Add(next.Id);
        return string.Join(' ', started);
    }
}
