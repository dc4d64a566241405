using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Tests.Scheduling;

/// <summary>What the same work takes elsewhere, what bounds it, and which one change saves most.</summary>
public class WhatIfTests
{
    private static readonly RunOptions Eager = Given.Options with { Schedule = ScheduleMode.Eager };

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(16, 3)]
    public void What_is_predicted_is_what_the_same_rules_come_to_by_hand(int cores, int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 50; round++)
        {
            string[] texts = [.. Enumerable.Range(0, 25).Select(i =>
            {
                string[] on = [.. Enumerable.Range(0, i).Where(_ => random.Next(8) == 0).Select(j => $"s{j}")];
                return on.Length == 0 ? $"s{i}" : $"s{i} <- {string.Join(", ", on)}";
            })];
            int[] seconds = [.. texts.Select(_ => random.Next(1, 30))];
            ExecutionPlan plan = Given.Plan(texts);
            WhatIf[] machine = [.. WhatIf.Of(plan, Given.Options, cores, subtask => new(TimeSpan.FromSeconds(seconds[subtask.Index]), 1))];
            Assert.Equal(ByHand(plan, cores, seconds, waves: true), machine[0].Takes.TotalSeconds, 6);
            Assert.Equal(ByHand(plan, cores, seconds, waves: false), machine[1].Takes.TotalSeconds, 6);
        }
    }

    [Fact]
    public void What_takes_longest_bounds_the_run_and_is_to_be_split()
    {
        WhatIf machine = One(Given.Plan("long", "a", "b <- a"), 4, subtask => subtask.Id == "long" ? 60 : 5);
        Assert.Equal(("the critical path", "split or shorten 'long'", 30), (machine.BoundBy, machine.Change, machine.Changed.TotalSeconds));
    }

    [Fact]
    public void Cores_bound_a_run_that_has_more_to_do()
    {
        WhatIf machine = One(Given.Plan("a", "b", "c", "d"), 2, _ => 10);
        Assert.Equal(
            (20, "2 cores", "4 cores", 10), (machine.Takes.TotalSeconds, machine.BoundBy, machine.Change, machine.Changed.TotalSeconds));
    }

    [Fact]
    public void A_pool_bounds_a_run_however_many_cores_there_are()
    {
        ExecutionPlan plan = Given.Plan(
            Given.Options,
            Given.Subtasks("a", "b", "c", "d").Select(subtask => subtask with { Pools = [new PoolUse("db", 1)] }),
            new Pool("db", 1));
        WhatIf machine = One(plan, 16, _ => 10);
        Assert.Equal((40, "pool db (1)", "Capacity=2 of pool db", 20),
            (machine.Takes.TotalSeconds, machine.BoundBy, machine.Change, machine.Changed.TotalSeconds));
    }

    [Fact]
    public void Agents_and_what_runs_alone_bound_a_run_too()
    {
        ExecutionPlan agents = Given.Plan(
            Given.Options, Given.Subtasks("a", "b", "c", "d").Select(subtask => subtask with { Work = new AgentWork("x", "y") }));
        Assert.Equal("agents (1)", One(agents, 16, _ => 10, Eager with { MaxAgents = 1 }).BoundBy);
        ExecutionPlan alone = Given.Plan(Given.Options, Given.Subtasks("a", "b", "c").Select(subtask => subtask with { Parallel = false }));
        Assert.Equal("what runs alone (Parallel=false)", One(alone, 16, _ => 10).BoundBy);
    }

    [Fact]
    public void Barriers_bound_a_run_in_waves()
    {
        WhatIf machine = WhatIf.Of(
            Given.Plan("long", "short", "after <- short"), Given.Options, 4,
            subtask => new(TimeSpan.FromSeconds(subtask.Id == "short" ? 1 : 9), 1)).First();
        Assert.Equal((18, "the ends of waves", "ParallelExecSchedule=Eager", 10),
            (machine.Takes.TotalSeconds, machine.BoundBy, machine.Change, machine.Changed.TotalSeconds));
    }

    private static WhatIf One(ExecutionPlan plan, int cores, Func<PlannedSubtask, int> seconds, RunOptions? options = null) =>
        WhatIf.Of(plan, options ?? Eager, cores, subtask => new(TimeSpan.FromSeconds(seconds(subtask)), 1)).Last();

    /// <summary>Second by second: who may start does, in the plan's order; the longest path comes first.</summary>
    private static double ByHand(ExecutionPlan plan, int cores, int[] seconds, bool waves)
    {
        var left = seconds.ToArray();
        var started = new HashSet<int>();
        int now = 0;
        for (; left.Any(time => time > 0); now++)
        {
            int wave = plan.Subtasks.Where(subtask => left[subtask.Index] > 0).Min(subtask => subtask.Wave);
            foreach (PlannedSubtask subtask in plan.Subtasks.OrderBy(subtask => subtask.Rank))
            {
                bool mayStart = subtask.Dependencies.All(index => left[index] == 0) && (!waves || subtask.Wave == wave);
                if (mayStart && !started.Contains(subtask.Index) && started.Count(index => left[index] > 0) < cores)
                    started.Add(subtask.Index);
            }
            foreach (int index in started.Where(index => left[index] > 0))
                left[index]--;
        }
        return now;
    }
}
