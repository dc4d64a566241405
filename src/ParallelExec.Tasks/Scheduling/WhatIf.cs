using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>What the same work takes under some conditions, what bounds it there, and which one change saves most.</summary>
internal sealed record WhatIf
{
    /// <summary>What saves less than this part bounds nothing, and is not worth a change.</summary>
    private const double Worth = 0.05;

    public required RunOptions Options { get; init; }
    public required TimeSpan Takes { get; init; }

    /// <summary>In words.</summary>
    public required string BoundBy { get; init; }

    /// <summary>In words; empty where no change by itself saves much.</summary>
    public required string Change { get; init; }

    /// <summary>With that change.</summary>
    public TimeSpan Changed { get; init; }

    /// <summary>The same work on a machine with so many cores, in both schedules.</summary>
    /// <param name="cost">What each subtask costs when it is alone.</param>
    public static IEnumerable<WhatIf> Of(ExecutionPlan plan, RunOptions options, int cores, Func<PlannedSubtask, Simulation.Cost> cost)
    {
        Variant machine = new Variant("", plan, options) { Processors = cores }.WithCores(cores);
        foreach (ScheduleMode schedule in new[] { ScheduleMode.Waves, ScheduleMode.Eager })
            yield return Of(machine.WithSchedule(schedule), cost);
    }

    private static WhatIf Of(Variant variant, Func<PlannedSubtask, Simulation.Cost> cost)
    {
        TimeSpan takes = variant.Makespan(cost);
        (IReadOnlyList<PlannedSubtask> path, _) = Simulation.CriticalPath(variant.Plan, Alone);
        Least limit = Fastest(variant.Limits(), takes, cost), change = Fastest(variant.Changes(path, Alone), takes, cost);
        return new WhatIf
        {
            Options = variant.Options,
            Takes = takes,
            BoundBy = limit.Best?.What ?? "the critical path",
            Change = change.Best?.What ?? "",
            Changed = change.Time,
        };

        TimeSpan Alone(PlannedSubtask subtask) => cost(subtask).Alone;
    }

    // Of two that save about the same, the first.
    private static Least Fastest(IEnumerable<Variant> variants, TimeSpan now, Func<PlannedSubtask, Simulation.Cost> cost)
    {
        var least = new Least(null, now);
        foreach (Variant each in variants)
        {
            TimeSpan time = each.Makespan(cost);
            if (time < least.Time - (now * Worth))
                least = new Least(each, time);
        }
        return least;
    }

    private sealed record Least(Variant? Best, TimeSpan Time);
}
