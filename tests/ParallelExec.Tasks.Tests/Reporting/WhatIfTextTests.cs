using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.State;

namespace ParallelExec.Tests.Reporting;

public class WhatIfTextTests
{
    private static readonly RunOptions Options = Given.Options with { WhatIf = [4, 2] };

    [Fact]
    public void Each_machine_has_a_row_for_each_schedule()
    {
        Dictionary<string, TimeSpan> measured = new()
        {
            ["long"] = TimeSpan.FromSeconds(60),
            ["a"] = TimeSpan.FromSeconds(10),
            ["b"] = TimeSpan.FromSeconds(50),
        };
        var text = new WhatIfText(Given.Plan("long", "a", "b <- a"), Options, measured, null);
        Assert.Equal("""
            What if? Here, with Waves and at most 2 at a time, it takes about 1m50s.
              cores  schedule  takes  bound by           saves most
                  2  Waves     1m50s  the ends of waves  ParallelExecSchedule=Eager: 1m00s
                  2  Eager     1m00s  the critical path  -
                  4  Waves     1m50s  the ends of waves  ParallelExecSchedule=Eager: 1m00s
                  4  Eager     1m00s  the critical path  -
              No machine is faster than the critical path, 1m00s: long
            """, text.For(processors: 2));
    }

    [Fact]
    public void What_waits_shares_processors_with_all_and_what_computes_does_not()
    {
        RecordedSubtask Ran(string id, double cpu) => new()
        {
            Id = id,
            Status = SubtaskStatus.Succeeded,
            StartedAt = DateTimeOffset.UnixEpoch,
            Attempts = 1,
            Duration = TimeSpan.FromSeconds(20),
            Alone = TimeSpan.FromSeconds(10),
            Cpu = TimeSpan.FromSeconds(cpu),
        };
        RecordedRun Last(double cpu) => new()
        {
            Status = "Succeeded",
            Project = "",
            StartedAt = DateTimeOffset.UnixEpoch,
            Duration = TimeSpan.FromSeconds(20),
            Subtasks = [Ran("a", cpu), Ran("b", cpu)],
        };
        string Here(double cpu) => new WhatIfText(Given.Plan("a", "b"), Options, Given.NoDurations, Last(cpu)).For(processors: 1);
        Assert.Contains("it takes about 10.0s", Here(0), StringComparison.Ordinal);
        Assert.Contains("it takes about 20.0s", Here(10), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_what_nobody_knows_it_is_told()
    {
        ExecutionPlan plan = Given.Plan(
            Given.Options, [Given.Subtask("a") with { EstimatedDuration = TimeSpan.FromSeconds(3) }, Given.Subtask("new")]);
        Assert.EndsWith("\n  Counted as nothing, because nobody knows how long it takes: new",
            new WhatIfText(plan, Options, Given.NoDurations, null).For(2), StringComparison.Ordinal);
        Assert.Equal(
            "What if? Nobody knows how long these subtasks take. Run them once (-t:RunParallelTasks), or give them "
                + "EstimatedDuration.",
            new WhatIfText(Given.Plan("a"), Options, Given.NoDurations, null).For(2));
    }
}
