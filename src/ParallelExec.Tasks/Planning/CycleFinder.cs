using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Planning;

/// <summary>Finds what depends on itself, and shows each such ring once.</summary>
internal static class CycleFinder
{
    private const int LongestShown = 20;

    /// <returns>True where there is none.</returns>
    public static bool Report(Graph graph, IReadOnlyList<Subtask> subtasks, List<Diagnostic> diagnostics)
    {
        List<int> order = graph.TopologicalOrder();
        if (order.Count == graph.Count)
            return true;
        var stuck = new HashSet<int>(Enumerable.Range(0, graph.Count));
        stuck.ExceptWith(order);

        // From each stuck one, follow dependencies that are stuck too: the walk must come round. What was walked
        // before belongs to a ring that was shown, or leads to one. (What merely depends on a ring is walked last.)
        var walked = new HashSet<int>();
        foreach (int start in stuck.Order())
        {
            var path = new List<int>();
            var place = new Dictionary<int, int>();
            int current = start;
            while (!walked.Contains(current) && place.TryAdd(current, path.Count))
            {
                path.Add(current);
                current = graph.Dependencies[current].First(stuck.Contains);
            }
            if (place.TryGetValue(current, out int from) && !walked.Contains(current))
                diagnostics.Add(Describe([.. path.Skip(from)], subtasks));
            walked.UnionWith(path);
        }
        return false;
    }

    private static Diagnostic Describe(List<int> ring, IReadOnlyList<Subtask> subtasks)
    {
        int first = ring.IndexOf(ring.Min());
        string[] ids = [.. ring.Skip(first).Concat(ring.Take(first)).Append(ring[first]).Select(index => subtasks[index].Id)];
        string shown = ids.Length <= LongestShown
            ? string.Join(" -> ", ids)
            : string.Join(" -> ", ids.Take(LongestShown / 2)) + $" -> ({ids.Length - LongestShown} more) -> "
                + string.Join(" -> ", ids.TakeLast(LongestShown / 2));
        Subtask owner = subtasks[ring[first]];
        return Diagnostic.Error(
            Codes.Cycle,
            $"Subtasks depend on each other in a ring: {shown}. Remove one of these DependsOn, for example '{ids[1]}' from '{ids[0]}'.",
            owner.Origin,
            "DependsOn");
    }
}
