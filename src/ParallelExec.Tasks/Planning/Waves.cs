using ParallelExec.Model;

namespace ParallelExec.Planning;

/// <summary>Levels, waves and the order within a wave.</summary>
internal static class Waves
{
    /// <summary>One more than the highest level of what it depends on. An excluded one takes no level, but passes on those below it.</summary>
    public static int[] Levels(Graph graph, string?[] excluded)
    {
        var levels = new int[graph.Count];
        foreach (int index in graph.TopologicalOrder())
        {
            int below = 0;
            foreach (int dependency in graph.Dependencies[index])
                below = Math.Max(below, levels[dependency]);
            levels[index] = below + (excluded[index] is null ? 1 : 0);
        }
        return levels;
    }

    /// <summary>Each level is one wave of those that may run side by side, then one wave for each that may not, in declaration order.</summary>
    public static int[] Number(IReadOnlyList<Subtask> subtasks, int[] levels, string?[] excluded)
    {
        var waves = new int[subtasks.Count];
        int wave = 0;
        foreach (IGrouping<int, int> level in Enumerable.Range(0, subtasks.Count)
            .Where(index => excluded[index] is null)
            .GroupBy(index => levels[index])
            .OrderBy(level => level.Key))
        {
            if (level.Any(index => subtasks[index].Parallel))
            {
                wave++;
                foreach (int index in level.Where(index => subtasks[index].Parallel))
                    waves[index] = wave;
            }
            foreach (int index in level.Where(index => !subtasks[index].Parallel))
                waves[index] = ++wave;
        }
        return waves;
    }

    /// <summary>The total order: longest path to the end first (list scheduling), then declaration order.</summary>
    public static int[] Ranks(Graph graph, IReadOnlyList<Subtask> subtasks, TimeSpan?[] estimates)
    {
        // Where nobody knows, all count the same; where some are known, the unknown count as the middle one of them.
        long[] known = [.. estimates.Where(estimate => estimate is not null).Select(estimate => estimate!.Value.Ticks).Order()];
        long unknown = known.Length == 0 ? TimeSpan.TicksPerSecond : known[known.Length / 2];
        var toTheEnd = new long[graph.Count];
        List<int> order = graph.TopologicalOrder();
        for (int place = order.Count - 1; place >= 0; place--)
        {
            int index = order[place];
            long longest = 0;
            foreach (int dependent in graph.Dependents[index])
                longest = Math.Max(longest, toTheEnd[dependent]);
            toTheEnd[index] = longest + (subtasks[index].Work is MilestoneWork ? 0 : estimates[index]?.Ticks ?? unknown);
        }
        var ranks = new int[graph.Count];
        int rank = 0;
        foreach (int index in Enumerable.Range(0, graph.Count).OrderByDescending(index => toTheEnd[index]).ThenBy(index => index))
            ranks[index] = rank++;
        return ranks;
    }
}
