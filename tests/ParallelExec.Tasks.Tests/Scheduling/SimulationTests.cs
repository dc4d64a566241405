using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Tests.Scheduling;

public class SimulationTests
{
    private static readonly ExecutionPlan Plan = Given.Plan("long", "short", "after <- short");

    private static TimeSpan Seconds(PlannedSubtask subtask) => TimeSpan.FromSeconds(subtask.Id == "long" ? 5 : 1);

    [Fact]
    public void Barriers_cost_what_an_eager_schedule_saves()
    {
        Assert.Equal(6, Simulation.Makespan(Plan, Given.Options, Seconds).TotalSeconds);
        Assert.Equal(5, Simulation.Makespan(Plan, Given.Options with { Schedule = ScheduleMode.Eager }, Seconds).TotalSeconds);
        Assert.Equal(7, Simulation.Makespan(Plan, Given.Options with { MaxParallelism = 1 }, Seconds).TotalSeconds);
    }

    [Fact]
    public void The_critical_path_is_the_longest_chain()
    {
        (IReadOnlyList<PlannedSubtask> path, TimeSpan length) = Simulation.CriticalPath(Given.Plan("a", "b <- a", "c <- b", "d"), Seconds);
        Assert.Equal(["a", "b", "c"], path.Select(subtask => subtask.Id));
        Assert.Equal(3, length.TotalSeconds);
    }

    [Fact]
    public void A_plan_without_subtasks_takes_no_time() => Assert.Equal(TimeSpan.Zero, Simulation.CriticalPath(Given.Plan(), Seconds).Duration);
}
