using ParallelExec.Execution.Reusing;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Services;

/// <summary>Whether anybody will use a service: who is up to date does not.</summary>
internal sealed class ServiceUse(ExecutionPlan plan, Reuse reuse)
{
    private readonly Lock gate = new();

    /// <summary>
    /// Asked when it could start. Where it is not known yet, because what runs beside it may write what its dependents read, it is needed.
    /// What is found up to date stays so for this run.
    /// </summary>
    /// <param name="results">Those of the subtasks that have ended.</param>
    public bool IsNeeded(PlannedSubtask service, IReadOnlyList<SubtaskResult?> results)
    {
        HashSet<int> below = Below(service);
        // One that a user asks for by itself is what is wanted.
        if (below.Count == 0)
            return true;
        lock (gate)
        {
            // In the order in which they would run: what one hands on is part of what the next depends on.
            return below.Select(index => plan.Subtasks[index]).Where(dependent => dependent.Excluded is null)
                .OrderBy(dependent => dependent.Wave).ThenBy(dependent => dependent.Index)
                .Any(dependent => !dependent.Dependencies.All(IsKnown) || !Rests(dependent));
        }

        bool IsKnown(int index) => index == service.Index || below.Contains(index) || results[index] is not null
            || plan.Subtasks[index] is { Excluded: not null } or { Subtask.Service: not null } || reuse.IsResting(plan.Subtasks[index]);
    }

    private bool Rests(PlannedSubtask dependent)
    {
        switch (dependent.Subtask)
        {
            case { Service: not null }:
                return true;
            case { Work: MilestoneWork, Verify: null, Outputs.IsEmpty: true }:
                reuse.Pass(dependent);
                return true;
            default:
                return reuse.Rests(dependent);
        }
    }

    private HashSet<int> Below(PlannedSubtask service)
    {
        var found = new HashSet<int>();
        var open = new Stack<int>(service.Dependents);
        while (open.TryPop(out int index))
        {
            if (!found.Add(index))
                continue;
            foreach (int next in plan.Subtasks[index].Dependents)
                open.Push(next);
        }
        return found;
    }
}
