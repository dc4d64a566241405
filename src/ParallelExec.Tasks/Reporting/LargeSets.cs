using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Reporting;

/// <summary>The sets of a plan that have more members than anybody wants a line for each of.</summary>
internal sealed class LargeSets
{
    private readonly Dictionary<string, int> counts = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="members">Those that count, of all sets.</param>
    public LargeSets(IEnumerable<PlannedSubtask> members)
        : this(members.Select(member => member.Subtask.Set).OfType<SubtaskSet>().Select(set => set.Id))
    {
    }

    /// <param name="sets">The set of each member.</param>
    public LargeSets(IEnumerable<string> sets)
    {
        foreach (string set in sets)
            counts[set] = counts.GetValueOrDefault(set) + 1;
        foreach (string small in counts.Where(count => count.Value <= SubtaskSet.MostNamed).Select(count => count.Key).ToArray())
            counts.Remove(small);
    }

    public static LargeSets Of(ExecutionPlan plan) => new(plan.Subtasks.Where(subtask => subtask.Excluded is null));

    /// <returns>Its id; null where the subtask is told of by itself.</returns>
    public string? Of(PlannedSubtask subtask) => subtask.Subtask.Set is { } set && counts.ContainsKey(set.Id) ? set.Id : null;

    public bool Has(string set) => counts.ContainsKey(set);

    /// <summary>It only stands for such a set.</summary>
    public bool IsMilestone(PlannedSubtask subtask) => subtask.Subtask is { Work: MilestoneWork, Set: null }
        && counts.ContainsKey(subtask.Id);

    public int Count(string set) => counts[set];

    /// <summary>How many of each status, in words.</summary>
    public static string Counts(IEnumerable<SubtaskStatus> statuses) =>
        string.Join(", ",
            statuses.GroupBy(status => status).OrderBy(group => group.Key).Select(group => $"{group.Count()} {Wording.Of(group.Key)}"));
}
