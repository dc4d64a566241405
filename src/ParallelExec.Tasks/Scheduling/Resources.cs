using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>What may run beside what: the parallelism, the pools, and subtasks that run alone.</summary>
internal sealed class Resources
{
    /// <summary>The pool that agents share without asking for it; no declared one can have this name.</summary>
    private static readonly PoolUse AgentPlace = new("\0agents", 1);

    private readonly RunOptions options;
    private readonly Dictionary<string, PoolState> pools;
    private int running;
    private int coresTaken;
    private int projectsRunning;
    private bool aloneRunning;

    public Resources(ExecutionPlan plan, RunOptions options)
    {
        this.options = options;
        pools = plan.Pools.ToDictionary(pool => pool.Name, pool => new PoolState { Free = pool.Capacity }, StringComparer.OrdinalIgnoreCase);
        pools[AgentPlace.Name] = new PoolState { Free = options.MaxAgents };
    }

    /// <summary>The engine has its own limit (<c>-m</c>) and queues what is above it; where our limit is lower, ours holds.</summary>
    public bool EngineQueuesProjects => options.MaxParallelism > 1 && options.MaxParallelism >= options.NodeCount;

    public Taken TryTake(PlannedSubtask subtask)
    {
        if (aloneRunning || (!subtask.Subtask.Parallel && running > 0))
            return Taken.NotYetAndNobodyAfterIt;
        if (Uses(subtask).Any(use => pools[use.Name].Free < use.Units))
            return Taken.PoolIsFull;
        // Nobody is passed by smaller ones for ever: who does not fit keeps its place at the head.
        if (!Fits(subtask.Subtask))
            return Taken.NotYetAndNobodyAfterIt;

        running++;
        aloneRunning = !subtask.Subtask.Parallel;
        if (IsProject(subtask.Subtask))
            projectsRunning++;
        else
            coresTaken += Cores(subtask.Subtask);
        foreach (PoolUse use in Uses(subtask))
            pools[use.Name].Free -= use.Units;
        return Taken.Yes;
    }

    /// <returns>Those that waited for a pool which has room for them now.</returns>
    public IReadOnlyList<PlannedSubtask> Release(PlannedSubtask subtask)
    {
        running--;
        aloneRunning = false;
        if (IsProject(subtask.Subtask))
            projectsRunning--;
        else
            coresTaken -= Cores(subtask.Subtask);
        var freed = new List<PlannedSubtask>();
        foreach (PoolUse use in Uses(subtask))
            pools[use.Name].Free += use.Units;
        foreach (PoolUse use in Uses(subtask))
            TakeWaiting(pools[use.Name], use.Name, freed);
        return freed;
    }

    public void WaitForPool(PlannedSubtask subtask)
    {
        string full = Uses(subtask).First(use => pools[use.Name].Free < use.Units).Name;
        pools[full].Waiting.Add((subtask.Rank, subtask));
    }

    public void Forget(PlannedSubtask subtask)
    {
        foreach (PoolUse use in Uses(subtask))
            pools[use.Name].Waiting.Remove((subtask.Rank, subtask));
    }

    private static void TakeWaiting(PoolState pool, string name, List<PlannedSubtask> freed)
    {
        int room = pool.Free;
        while (pool.Waiting.Count > 0)
        {
            (int rank, PlannedSubtask first) = pool.Waiting.Min;
            room -= Uses(first).First(use => use.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Units;
            if (room < 0)
                return;
            pool.Waiting.Remove((rank, first));
            freed.Add(first);
        }
    }

    private bool Fits(Subtask subtask)
    {
        if (IsProject(subtask))
        {
            return EngineQueuesProjects || (projectsRunning < options.MaxParallelism && CoresInUse < options.MaxParallelism);
        }
        int cores = Cores(subtask);
        return cores == 0 || CoresInUse + cores <= options.MaxParallelism;
    }

    // Projects leave one place to commands, so that those run beside them; alone they may fill the machine.
    private int CoresInUse => coresTaken + (options.MaxParallelism == 1 ? projectsRunning : Math.Min(projectsRunning, options.MaxParallelism - 1));

    // More cores than there are means all of them.
    private int Cores(Subtask subtask) => Math.Min(subtask.Cores, options.MaxParallelism);

    private static ImmutableArray<PoolUse> Uses(PlannedSubtask subtask) =>
        subtask.Subtask.Work is AgentWork ? subtask.Subtask.Pools.Add(AgentPlace) : subtask.Subtask.Pools;

    private static bool IsProject(Subtask subtask) => subtask.Work is ProjectWork;

    private sealed class PoolState
    {
        public int Free { get; set; }
        public SortedSet<(int Rank, PlannedSubtask Subtask)> Waiting { get; } = new(Comparer<(int Rank, PlannedSubtask Subtask)>.Create((a, b) => a.Rank.CompareTo(b.Rank)));
    }
}

/// <summary>The answer to a subtask that wants to start.</summary>
internal enum Taken
{
    Yes,
    PoolIsFull,
    NotYetAndNobodyAfterIt,
}
