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
    /// <param name="duration">How long each subtask takes, whatever is beside it.</param>
    public static IEnumerable<WhatIf> Of(ExecutionPlan plan, RunOptions options, int cores, Func<PlannedSubtask, TimeSpan> duration)
    {
        Variant machine = new Variant("", plan, options).WithCores(cores);
        foreach (ScheduleMode schedule in new[] { ScheduleMode.Waves, ScheduleMode.Eager })
            yield return Of(machine.WithSchedule(schedule), duration);
    }

    private static WhatIf Of(Variant variant, Func<PlannedSubtask, TimeSpan> duration)
    {
        TimeSpan takes = Play(variant);
        (IReadOnlyList<PlannedSubtask> path, _) = Simulation.CriticalPath(variant.Plan, duration);
        (Variant? limit, _) = Least(variant.Limits(), takes);
        (Variant? change, TimeSpan changed) = Least(variant.Changes(path, duration), takes);
        return new WhatIf
        {
            Options = variant.Options,
            Takes = takes,
            BoundBy = limit?.What ?? "the critical path",
            Change = change?.What ?? "",
            Changed = changed,
        };

        // Of two that save about the same, the first.
        (Variant? Best, TimeSpan Time) Least(IEnumerable<Variant> variants, TimeSpan now)
        {
            Variant? best = null;
            TimeSpan least = now;
            foreach (Variant each in variants)
            {
                TimeSpan time = Play(each);
                if (time < least - (now * Worth))
                    (best, least) = (each, time);
            }
            return (best, least);
        }

        TimeSpan Play(Variant each) => Simulation.Makespan(each.Plan, each.Options, subtask =>
            each.Halved is { } halved && halved.Index == subtask.Index ? duration(subtask) / 2 : duration(subtask));
    }
}
