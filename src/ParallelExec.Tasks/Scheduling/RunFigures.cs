using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>What a run came to in numbers: what it saved, what bounds it, and which one change would save most.</summary>
internal sealed record RunFigures
{
    /// <summary>Below this, advice would be about noise.</summary>
    private static readonly TimeSpan WorthAdvice = TimeSpan.FromSeconds(1);

    /// <summary>A change that saves less than this part of the run is not worth one.</summary>
    private const double WorthAChange = 0.1;

    /// <summary>So much of the critical path makes a subtask worth being split.</summary>
    private const double Dominant = 0.4;

    /// <summary>More cores than any run can use.</summary>
    private const int Many = 1_000_000;

    public required AloneTimes Alone { get; init; }

    /// <summary>The chain of dependencies that took longest, without what took no time.</summary>
    public ImmutableArray<PlannedSubtask> CriticalPath { get; init; } = [];

    public TimeSpan CriticalTime { get; init; }

    /// <summary>What waiting at the ends of waves cost; null where there were no barriers, or the run did not succeed.</summary>
    public TimeSpan? Barriers { get; init; }

    /// <summary>What the run would take with as many cores as it can use; null where it did not succeed.</summary>
    public TimeSpan? Unlimited { get; init; }

    /// <summary>Null where no change would save much.</summary>
    public Advice? Advice { get; init; }

    /// <summary>Something was worked at, and not only one thing.</summary>
    public bool IsWorthTelling { get; init; }

    public static RunFigures Of(
        ExecutionPlan plan, IReadOnlyList<SubtaskResult> results, TimeSpan duration, int cores, bool succeeded, RunOptions options)
    {
        var figures = new RunFigures { Alone = AloneTimes.Of(results, cores) };
        // Where nothing had to be done there is nothing to compare, and to find that out for ten thousand would cost more than all else.
        if (plan.Count < 2 || figures.Alone.Sum <= TimeSpan.Zero || !plan.Subtasks.Any(Worked))
            return figures;
        ImmutableArray<TimeSpan> alone = figures.Alone.Times;
        (IReadOnlyList<PlannedSubtask> path, TimeSpan length) = Simulation.CriticalPath(plan, subtask => alone[subtask.Index]);
        figures = figures with
        {
            IsWorthTelling = true,
            CriticalPath = [.. path.Where(subtask => alone[subtask.Index] > TimeSpan.Zero)],
            CriticalTime = length,
        };
        return succeeded && figures.Alone.Sum >= WorthAdvice ? figures.WithAdvice(plan, results, cores, options) : figures;

        bool Worked(PlannedSubtask subtask) =>
            subtask.Subtask.Work is not MilestoneWork
                && results[subtask.Index] is { IsReused: false, Status: not SubtaskStatus.Skipped };
    }

    private RunFigures WithAdvice(ExecutionPlan plan, IReadOnlyList<SubtaskResult> results, int cores, RunOptions options)
    {
        int more = Math.Min(options.MaxParallelism, Many) * 2;
        RunOptions twice = options with { MaxParallelism = more, NodeCount = more };
        RunOptions unlimited = options with { MaxParallelism = Many, NodeCount = Many };
        TimeSpan now = Play(options, cores);
        TimeSpan eager = options.Schedule == ScheduleMode.Eager ? now : Play(options with { Schedule = ScheduleMode.Eager }, cores);
        TimeSpan denser = Play(twice, cores);
        TimeSpan wider = Play(twice, Math.Max(more, cores));
        TimeSpan barriers = now > eager ? now - eager : TimeSpan.Zero;
        return this with
        {
            Barriers = options.Schedule == ScheduleMode.Waves && plan.Waves.Length > 1 ? barriers : null,
            Unlimited = Simulation.Makespan(plan, unlimited, subtask => Alone.Times[subtask.Index]),
            Advice = Most(now, eager, denser, wider, more, Granted()),
        };

        IEnumerable<Advice> Granted() => new Variant("", plan, options) { Processors = cores }.MoreOfBudgets()
            .Select(variant => (variant.What, Time: variant.Makespan(Cost)))
            .Select(each => new Advice($"{each.What}, about {Wording.Duration(each.Time)}", each.Time));

        TimeSpan Play(RunOptions other, int processors) => Simulation.Makespan(plan, other, Cost, processors);

        // Of what nobody has counted it is assumed that it computes: more places alone do not make that faster.
        Simulation.Cost Cost(PlannedSubtask subtask)
        {
            TimeSpan time = Alone.Times[subtask.Index];
            return new(time, results[subtask.Index].Cpu is not { } use ? 1 : time > TimeSpan.Zero ? use.Time / time : 0);
        }
    }

    /// <summary>The one change that saves most; of two that save the same, the one that costs less.</summary>
    private Advice? Most(
        TimeSpan now, TimeSpan eager, TimeSpan denser, TimeSpan wider, int more, IEnumerable<Advice> granted)
    {
        Advice[] changes =
        [
            new($"ParallelExecSchedule=Eager, about {Wording.Duration(eager)}", eager),
            .. granted,
            new($"ParallelExecMaxParallelism={more}, about {Wording.Duration(denser)}", denser),
            new($"on a machine with {more} cores, about {Wording.Duration(wider)}", wider),
        ];
        Advice best = changes[0];
        // A tenth more is no reason to buy a machine.
        foreach (Advice change in changes.Where(change => change.Duration < best.Duration * (1 - WorthAChange)))
            best = change;
        if (now - best.Duration > now * WorthAChange)
            return best;
        PlannedSubtask? longest = CriticalPath.MaxBy(subtask => Alone.Times[subtask.Index]);
        return longest is not null && Alone.Times[longest.Index] is var time && time > CriticalTime * Dominant
            ? new Advice($"split or shorten '{longest.Id}', which is {Wording.Duration(time)} of the critical path", null)
            : null;
    }
}

/// <summary>A change that would make the run faster.</summary>
/// <param name="Text">In words, after <c>to be faster:</c>.</param>
/// <param name="Duration">What the run would then take; null where nobody can say.</param>
internal sealed record Advice(string Text, TimeSpan? Duration);
