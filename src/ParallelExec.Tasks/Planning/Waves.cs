using ParallelExec.Model;

namespace ParallelExec.Planning;

/// <summary>Levels, waves and the order within a wave.</summary>
internal static class Waves
{
    /// <summary>
    /// One more than the highest level of what it depends on. An excluded one takes no level, but passes on those below it.
    /// </summary>
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

    /// <summary>
    /// Each level is one wave of those that may run side by side, then one wave for each that may not, in declaration order.
    /// </summary>
    public static int[] Number(IReadOnlyList<Subtask> subtasks, int[] levels, string?[] excluded)
    {
        // Of each level: whether some run side by side, and how many run alone. A level is never more than the count.
        var together = new int[subtasks.Count + 1];
        var alone = new int[subtasks.Count + 1];
        for (int i = 0; i < subtasks.Count; i++)
        {
            if (excluded[i] is not null)
                continue;
            if (subtasks[i].Parallel)
                together[levels[i]] = 1;
            else
                alone[levels[i]]++;
        }
        // The wave of those side by side, and the next one of those alone.
        var side = new int[subtasks.Count + 1];
        var next = new int[subtasks.Count + 1];
        int wave = 1;
        for (int level = 0; level < next.Length; level++)
        {
            side[level] = wave;
            next[level] = wave + together[level];
            wave = next[level] + alone[level];
        }
        var waves = new int[subtasks.Count];
        for (int i = 0; i < subtasks.Count; i++)
        {
            if (excluded[i] is null)
                waves[i] = subtasks[i].Parallel ? side[levels[i]] : next[levels[i]]++;
        }
        return waves;
    }

    /// <summary>The total order: longest path to the end first (list scheduling), then declaration order.</summary>
    public static int[] Ranks(Graph graph, IReadOnlyList<Subtask> subtasks, TimeSpan?[] estimates)
    {
        // Where nobody knows, all count the same; where some are known, the unknown count as the middle one of them.
        long unknown = Middle(estimates);
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
        var first = new int[graph.Count];
        for (int i = 0; i < first.Length; i++)
            first[i] = i;
        Array.Sort(first, (a, b) => toTheEnd[a] != toTheEnd[b] ? toTheEnd[b].CompareTo(toTheEnd[a]) : a.CompareTo(b));
        for (int rank = 0; rank < first.Length; rank++)
            ranks[first[rank]] = rank;
        return ranks;
    }

    private static long Middle(TimeSpan?[] estimates)
    {
        int count = 0;
        var known = new long[estimates.Length];
        foreach (TimeSpan? estimate in estimates)
        {
            if (estimate is { } time)
                known[count++] = time.Ticks;
        }
        if (count > 1)
            Array.Sort(known, 0, count);
        return count == 0 ? TimeSpan.TicksPerSecond : known[count / 2];
    }
}
