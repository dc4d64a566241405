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

    [Theory]
    [InlineData(1, 1, 10)]
    [InlineData(0, 0, 5)]
    [InlineData(1, 0, 5)]
    [InlineData(0.5, 0.5, 5)]
    public void Those_that_compute_share_the_processors_and_those_that_wait_do_not(double first, double second, double onOneCore)
    {
        TimeSpan Play(int cores) => Simulation.Makespan(
            Given.Plan("a", "b"), Given.Options, subtask => new Simulation.Cost(TimeSpan.FromSeconds(5), subtask.Id == "a" ? first : second), cores);
        Assert.Equal(onOneCore, Play(1).TotalSeconds, 3);
        Assert.Equal(5, Play(2).TotalSeconds, 3);
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
