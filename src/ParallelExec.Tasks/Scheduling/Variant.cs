using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>The same work under other conditions.</summary>
/// <param name="What">What differs, in words, after <c>to be faster:</c>.</param>
internal sealed record Variant(string What, ExecutionPlan Plan, RunOptions Options)
{
    /// <summary>More than any run can use.</summary>
    public const int Unlimited = 1_000_000;

    /// <summary>Beyond that it is not asked how processors are shared: it takes time for each two that run together.</summary>
    private const long MostPairs = 5_000_000;

    /// <summary>How many the machine has.</summary>
    public required int Processors { get; init; }

    /// <summary>A subtask that takes half as long; null = all take what they took.</summary>
    public PlannedSubtask? Halved { get; init; }

    /// <summary>How long it all takes.</summary>
    /// <param name="cost">What each subtask costs when it is alone.</param>
    public TimeSpan Makespan(Func<PlannedSubtask, Simulation.Cost> cost)
    {
        bool shares = Processors < Unlimited && (long)Plan.Count * Math.Min(Plan.Count, Options.MaxParallelism) <= MostPairs;
        return shares ? Simulation.Makespan(Plan, Options, Of, Processors) : Simulation.Makespan(Plan, Options, each => Of(each).Alone);

        Simulation.Cost Of(PlannedSubtask subtask) =>
            Halved?.Index == subtask.Index ? cost(subtask) with { Alone = cost(subtask).Alone / 2 } : cost(subtask);
    }

    /// <summary>Each change that one could make by itself, the cheapest first.</summary>
    /// <param name="critical">The critical path.</param>
    /// <param name="duration">How long each takes.</param>
    public IEnumerable<Variant> Changes(IReadOnlyList<PlannedSubtask> critical, Func<PlannedSubtask, TimeSpan> duration)
    {
        if (Options.Schedule == ScheduleMode.Waves && Plan.Waves.Length > 1)
            yield return WithSchedule(ScheduleMode.Eager);
        foreach (Variant more in MoreOfBudgets())
            yield return more;
        yield return WithCores(Math.Min(Options.MaxParallelism, Unlimited) * 2);
        if (critical.MaxBy(duration) is { } longest)
            yield return this with { What = $"split or shorten '{longest.Id}'", Halved = longest };
    }

    /// <summary>What the declaration could grant more of.</summary>
    public IEnumerable<Variant> MoreOfBudgets()
    {
        foreach (Pool pool in Plan.Pools)
            yield return WithPool(pool, Math.Min(pool.Capacity, Unlimited) + 1);
        if (HasAgents)
            yield return WithAgents(Math.Min(Options.MaxAgents, Unlimited) * 2);
        if (Plan.MaxMemory is { } memory)
            yield return WithMemory(memory > long.MaxValue / 2 ? long.MaxValue : memory * 2);
    }

    /// <summary>Each limit of the run taken away; <see cref="What"/> says which.</summary>
    public IEnumerable<Variant> Limits()
    {
        if (Options.Schedule == ScheduleMode.Waves && Plan.Waves.Length > 1)
            yield return WithSchedule(ScheduleMode.Eager) with { What = "the ends of waves" };
        foreach (Pool pool in Plan.Pools)
            yield return WithPool(pool, Unlimited) with { What = $"pool {pool.Name} ({pool.Capacity})" };
        if (HasAgents)
            yield return WithAgents(Unlimited) with { What = $"agents ({Options.MaxAgents})" };
        if (Plan.MaxMemory is not null)
            yield return WithMemory(null) with { What = "memory" };
        yield return WithCores(Unlimited) with { What = Wording.Count(Options.MaxParallelism, "core") };
        // In waves each that runs alone has one of its own.
        if (Options.Schedule == ScheduleMode.Eager && Plan.Subtasks.Any(subtask => !subtask.Subtask.Parallel && subtask.Excluded is null))
            yield return this with { What = "what runs alone (Parallel=false)", Plan = AllParallel() };
    }

    public Variant WithSchedule(ScheduleMode schedule) =>
        this with { What = $"ParallelExecSchedule={schedule}", Options = Options with { Schedule = schedule } };

    /// <summary>A machine with so many cores, and an engine that uses them.</summary>
    public Variant WithCores(int cores) => this with
    {
        What = Wording.Count(cores, "core"),
        Options = Options with { MaxParallelism = cores, NodeCount = cores },
        Processors = cores,
    };

    private bool HasAgents => Plan.Subtasks.Any(subtask => subtask is { Excluded: null, Subtask.Work: AgentWork });

    private Variant WithAgents(int agents) =>
        this with { What = $"ParallelExecMaxAgents={agents}", Options = Options with { MaxAgents = agents } };

    private Variant WithMemory(long? memory) =>
        this with { What = $"{Wording.Memory(memory ?? 0)} of memory", Plan = Plan with { MaxMemory = memory } };

    private Variant WithPool(Pool pool, int capacity) => this with
    {
        What = $"Capacity={capacity} of pool {pool.Name}",
        Plan = Plan with { Pools = Plan.Pools.Replace(pool, pool with { Capacity = capacity }) },
    };

    private ExecutionPlan AllParallel()
    {
        PlannedSubtask[] all =
            [.. Plan.Subtasks.Select(planned => planned with { Subtask = planned.Subtask with { Parallel = true } })];
        return Plan with
        {
            Subtasks = [.. all],
            Waves = [.. Plan.Waves.Select(wave => wave.Select(each => all[each.Index])
            .ToImmutableArray())]
        };
    }
}
