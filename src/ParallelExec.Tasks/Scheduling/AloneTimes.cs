using System.Collections.Immutable;
using System.Runtime.InteropServices;
using ParallelExec.Model;

namespace ParallelExec.Scheduling;

/// <summary>
/// What each subtask would have taken had nothing of the run been beside it. One that shares processors with others takes longer than
/// that, so the sum of what was measured is more than what the same work takes one after another. What else runs on the machine stays:
/// it would also be there then.
/// </summary>
internal sealed record AloneTimes
{
    /// <summary>A sample of at least this part of a subtask's processor time stands for all of it.</summary>
    private const double EnoughSeen = 0.3;

    /// <summary>Up to this part of the whole may be unknown; beyond it, the times are upper bounds.</summary>
    private const double Tolerance = 0.1;

    private AloneTimes(TimeSpan[] times, bool isAtMost)
    {
        Times = ImmutableCollectionsMarshal.AsImmutableArray(times);
        IsAtMost = isAtMost;
        foreach (TimeSpan time in times)
            Sum += time;
    }

    /// <summary>One for each subtask of the plan, by index.</summary>
    public ImmutableArray<TimeSpan> Times { get; }

    /// <summary>Some of them could be shorter: the system has not told enough.</summary>
    public bool IsAtMost { get; }

    /// <summary>The time that the same work takes one after another.</summary>
    public TimeSpan Sum { get; }

    /// <param name="cores">How many processors the build may use.</param>
    public static AloneTimes Of(IReadOnlyList<SubtaskResult> results, int cores)
    {
        var times = new TimeSpan[results.Count];
        double sum = 0, unknown = 0;
        CpuUse all = results.Aggregate(CpuUse.None, (total, result) => total.Plus(result.Cpu ?? CpuUse.None)!);
        Beside[] beside = BesideEach(results);
        for (int i = 0; i < results.Count; i++)
        {
            (double alone, double less) = One(results[i], beside[i], all, Math.Max(1, cores));
            times[i] = TimeSpan.FromSeconds(alone);
            sum += alone;
            unknown += less;
        }
        return new AloneTimes(times, unknown > Tolerance * sum);
    }

    /// <returns>What it takes alone, and how much less that could be; in seconds.</returns>
    private static (double Alone, double Less) One(SubtaskResult result, Beside beside, CpuUse all, int cores)
    {
        double wall = result.Duration.TotalSeconds;
        if (wall <= 0 || beside.Time <= 0)
            return (wall, 0);
        if (result.Cpu is not { } use)
            return result.IsReused ? (wall, 0) : (wall, beside.Time);
        double cpu = use.Time.TotalSeconds;
        if (cpu <= 0)
            return (wall, 0);
        double least = Math.Min(wall, cpu / cores);
        // What was not seen of one is taken from all together; but it can not have waited while it ran.
        double room = cpu > 0 && cpu <= wall ? (wall / cpu) - 1 : double.MaxValue;
        double? usual = WaitRatio(all) is { } known ? Math.Min(known, room) : null;
        if ((WaitRatio(use) ?? usual) is not { } ratio || (BusyRate(use) ?? BusyRate(all)) is not { } busy)
        {
            // While it waited for a processor, others had all of them: it can not have waited for longer than they could fill.
            double waited = Math.Min(beside.Cpu / cores, beside.Time);
            return (wall, wall - Math.Max(least, wall - waited));
        }
        // Each second of work took so many; without the others of the run, whose share of all that ran is known, it takes so many.
        double stretch = 1 + ratio;
        double without = Math.Max(1, stretch * (1 - Math.Min(1, beside.Cpu / Math.Max(busy * wall, cpu + beside.Cpu))));
        // Threads wait side by side.
        double threads = Math.Max(1, cpu * stretch / wall);
        double alone = Math.Clamp(wall - (cpu * (stretch - without) / threads), least, wall);
        double undisturbed = Math.Clamp(wall - (cpu * (stretch - 1) / threads), least, wall);
        return (alone, alone - undisturbed);
    }

    /// <summary>How long threads waited for a processor for each second that they ran; null where too little was seen.</summary>
    private static double? WaitRatio(CpuUse use) =>
        use.Time == TimeSpan.Zero ? 0
        : use.SeenRunning > TimeSpan.Zero && use.SeenRunning >= use.Time * EnoughSeen ? use.SeenWaiting / use.SeenRunning
        : null;

    /// <summary>How many processors worked, for whomever.</summary>
    private static double? BusyRate(CpuUse use) =>
        use.SeenFor > TimeSpan.Zero ? use.SeenBusy / use.SeenFor : use.Time == TimeSpan.Zero ? 0 : null;

    /// <summary>One sweep over starts and ends: how much the others worked while each subtask ran.</summary>
    private static Beside[] BesideEach(IReadOnlyList<SubtaskResult> results)
    {
        var beside = new Beside[results.Count];
        var changes = new List<Change>();
        for (int i = 0; i < results.Count; i++)
        {
            if (results[i] is { StartedAt: { } start, Duration: { Ticks: > 0 } duration })
            {
                changes.Add(new Change(start, false, i));
                changes.Add(new Change(start + duration, true, i));
            }
        }
        // One that ran alone has met nobody.
        if (changes.Count <= 2)
            return beside;
        changes.Sort(Change.Order);
        double rate = 0, cpu = 0, shared = 0;
        int running = 0;
        DateTimeOffset now = default;
        foreach ((DateTimeOffset at, bool isEnd, int i) in changes)
        {
            double passed = (at - now).TotalSeconds;
            cpu += rate * passed;
            shared += running > 1 ? passed : 0;
            now = at;
            double own = (results[i].Cpu?.Time ?? TimeSpan.Zero).TotalSeconds;
            rate += (isEnd ? -own : own) / results[i].Duration.TotalSeconds;
            running += isEnd ? -1 : 1;
            beside[i] = isEnd
                ? new Beside(Math.Max(0, cpu - beside[i].Cpu - own), shared - beside[i].Time)
                : new Beside(cpu, shared);
        }
        return beside;
    }

    /// <summary>A start or an end. At the same time starts come first, then who was declared first.</summary>
    private sealed record Change(DateTimeOffset At, bool IsEnd, int Index)
    {
        public static int Order(Change a, Change b)
        {
            int order = a.At.CompareTo(b.At);
            order = order != 0 ? order : a.IsEnd.CompareTo(b.IsEnd);
            return order != 0 ? order : a.Index.CompareTo(b.Index);
        }
    }

    /// <summary>What ran while a subtask ran.</summary>
    /// <param name="Cpu">Processor seconds of the others.</param>
    /// <param name="Time">Seconds in which there were others.</param>
    private readonly record struct Beside(double Cpu, double Time);
}
