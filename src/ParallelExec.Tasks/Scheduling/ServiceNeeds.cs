using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>
/// Who still needs which service: all that depend on it, directly or not, since its port is handed on to them all, and a milestone may
/// stand between. A plan without services pays nothing.
/// </summary>
internal sealed class ServiceNeeds
{
    private readonly Dictionary<int, PlannedSubtask[]> dependents = [];
    private readonly Dictionary<int, List<PlannedSubtask>> servicesOf = [];
    private readonly Dictionary<int, int> needed = [];
    private readonly List<PlannedSubtask> services = [];
    private readonly HashSet<int> told = [];
    private readonly List<PlannedSubtask> unneeded = [];

    private ServiceNeeds()
    {
    }

    public static ServiceNeeds Of(ExecutionPlan plan)
    {
        var needs = new ServiceNeeds();
        foreach (PlannedSubtask service in plan.Subtasks)
        {
            if (service is { Subtask.Service: not null, Excluded: null })
                needs.Add(service, plan);
        }
        return needs;
    }

    public IReadOnlyList<PlannedSubtask> DependentsOf(PlannedSubtask service) => dependents.GetValueOrDefault(service.Index, []);

    /// <summary>It has ended, or will not run.</summary>
    public void Ended(PlannedSubtask subtask)
    {
        if (!servicesOf.TryGetValue(subtask.Index, out List<PlannedSubtask>? served))
            return;
        foreach (PlannedSubtask service in served)
        {
            if (--needed[service.Index] == 0)
                unneeded.Add(service);
        }
    }

    /// <summary>One that nobody needed when it started is ended only now: until it was ready, it was work like any other.</summary>
    public void Serves(PlannedSubtask service)
    {
        if (needed[service.Index] == 0)
            unneeded.Add(service);
    }

    /// <summary>Nothing new starts: also one that is not ready yet is ended where nobody needs it.</summary>
    public void Stop() => unneeded.AddRange(services.Where(service => needed[service.Index] == 0));

    public IReadOnlyList<PlannedSubtask> TakeUnneeded(Func<PlannedSubtask, bool> runs)
    {
        if (unneeded.Count == 0)
            return [];
        PlannedSubtask[] taken = [.. unneeded.Where(service => runs(service) && told.Add(service.Index))];
        unneeded.Clear();
        return taken;
    }

    private void Add(PlannedSubtask service, ExecutionPlan plan)
    {
        var seen = new HashSet<int>();
        // What was left out of the run stands between two that are in it.
        var open = new Stack<int>(service.Dependents);
        while (open.TryPop(out int index))
        {
            if (!seen.Add(index))
                continue;
            foreach (int next in plan.Subtasks[index].Dependents)
                open.Push(next);
        }
        PlannedSubtask[] found = [.. seen.Order().Select(index => plan.Subtasks[index]).Where(subtask => subtask.Excluded is null)];
        dependents[service.Index] = found;
        needed[service.Index] = found.Length;
        services.Add(service);
        foreach (PlannedSubtask dependent in found)
        {
            if (!servicesOf.TryGetValue(dependent.Index, out List<PlannedSubtask>? all))
                servicesOf[dependent.Index] = all = [];
            all.Add(service);
        }
    }
}
