using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>What may run beside what: budgets, all of one kind, and subtasks that run alone.</summary>
internal sealed class Resources
{
    private readonly CoreBudget cores;
    private readonly UnitBudget agents;
    private readonly MemoryBudget? memory;
    private readonly Dictionary<string, UnitBudget> pools;

    /// <summary>Without services that are ready: those are there for what runs beside them, also for one that runs alone.</summary>
    private int running;
    private bool aloneRunning;

    public Resources(ExecutionPlan plan, RunOptions options, LentJobs? lent)
    {
        cores = new CoreBudget(options, lent);
        agents = new UnitBudget(options.MaxAgents, _ => 1);
        memory = plan.MaxMemory is { } max ? new MemoryBudget(max) : null;
        pools = plan.Pools.ToDictionary(
            pool => pool.Name, pool => new UnitBudget(pool.Capacity, subtask => UnitsOf(pool, subtask)), StringComparer.OrdinalIgnoreCase);
    }

    /// <inheritdoc cref="CoreBudget.EngineQueuesProjects" />
    public bool EngineQueuesProjects => cores.EngineQueuesProjects;

    /// <summary>Who waits for something that nobody sees, and for what, in words; empty where nobody does.</summary>
    public string Waits => string.Join(", ", new[] { memory?.Why() ?? "", cores.Why }.Where(why => why.Length > 0));

    public Taken TryTake(PlannedSubtask subtask)
    {
        if (aloneRunning || (!subtask.Subtask.Parallel && running > 0))
        {
            cores.WantNoMore();
            return Taken.NotYetAndNobodyAfterIt;
        }
        // Who would wait aside does not make others wait.
        if (Lacking(subtask) is { } lacking)
            return lacking.KeepsOrder ? Taken.NotYetAndNobodyAfterIt : Taken.WaitsAside;
        running++;
        aloneRunning = !subtask.Subtask.Parallel;
        foreach (Budget budget in BudgetsOf(subtask.Subtask))
            budget.Take(subtask.Subtask);
        return Taken.Yes;
    }

    /// <summary>A service is ready. It keeps what it has taken.</summary>
    public void Serve() => running--;

    /// <param name="served">It is a service that was ready.</param>
    /// <returns>Those that waited aside for what may have room for them now.</returns>
    public IReadOnlyList<PlannedSubtask> Release(PlannedSubtask subtask, bool served)
    {
        if (!served)
        {
            running--;
            aloneRunning = false;
        }
        foreach (Budget budget in BudgetsOf(subtask.Subtask))
            budget.Release(subtask.Subtask);
        return [.. BudgetsOf(subtask.Subtask).SelectMany(budget => budget.TakeWaiting())];
    }

    public void WaitAside(PlannedSubtask subtask) => Lacking(subtask)!.WaitAside(subtask);

    /// <summary>It does not start any more.</summary>
    /// <returns>Those that waited aside behind it.</returns>
    public IReadOnlyList<PlannedSubtask> Forget(PlannedSubtask subtask)
    {
        foreach (Budget budget in BudgetsOf(subtask.Subtask))
            budget.Forget(subtask);
        cores.WantNoMore();
        return [.. BudgetsOf(subtask.Subtask).SelectMany(budget => budget.TakeWaiting())];
    }

    /// <summary>The first budget that has no room for it; null where all have.</summary>
    private Budget? Lacking(PlannedSubtask subtask) => BudgetsOf(subtask.Subtask).FirstOrDefault(budget => !budget.Fits(subtask.Subtask));

    /// <summary>All that a subtask takes of; those that let others pass come first.</summary>
    private IEnumerable<Budget> BudgetsOf(Subtask subtask)
    {
        foreach (string name in subtask.Pools.Select(use => use.Name).Distinct(StringComparer.OrdinalIgnoreCase))
            yield return pools[name];
        if (subtask.Work is AgentWork)
            yield return agents;
        if (memory is not null && subtask.Memory > 0)
            yield return memory;
        yield return cores;
    }

    private static int UnitsOf(Pool pool, Subtask subtask) =>
        subtask.Pools.Where(use => use.Name.Equals(pool.Name, StringComparison.OrdinalIgnoreCase)).Sum(use => use.Units);
}

/// <summary>The answer to a subtask that wants to start.</summary>
internal enum Taken
{
    Yes,

    /// <summary>It comes again when what it lacks is given back.</summary>
    WaitsAside,
    NotYetAndNobodyAfterIt,
}
