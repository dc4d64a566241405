using ParallelExec.Model;

namespace ParallelExec.Planning;

/// <summary>Two subtasks that may run at the same time must not write the same place.</summary>
internal static class WriteConflicts
{
    /// <summary>Where everything writes one place, each pair of ten thousand would be a message.</summary>
    private const int MostTold = 1000;

    /// <param name="looked">Those of which it is known when they run, if they run.</param>
    /// <returns>The graph, with further edges where conflicts are serialized.</returns>
    public static Graph Resolve(
        IReadOnlyList<Subtask> subtasks, Graph graph, int[] levels, bool[] looked, RunOptions options, List<Diagnostic> diagnostics)
    {
        if (!subtasks.Any(subtask => !subtask.Outputs.IsEmpty))
            return graph;
        bool eager = options.Schedule == ScheduleMode.Eager, serialize = options.WriteConflicts == WriteConflictMode.Serialize;
        var found = new Dictionary<(int First, int Second), (PathPattern First, PathPattern Second)>();
        var reach = new Reach(graph);
        // What runs alone meets nobody, and neither does what works in a tree of its own: of two such, the merge tells.
        (int Index, PathPattern Output)[] outputs =
            [.. Enumerable.Range(0, subtasks.Count)
                .Where(index => looked[index] && subtasks[index] is { Parallel: true, IsIsolated: false })
                .SelectMany(index => subtasks[index].Outputs.Select(output => (index, output)))];
        foreach ((int a, PathPattern outputA, int b, PathPattern outputB) in Overlaps(outputs, levels, Follows))
        {
            // Edges lead from a later to an earlier (level, declaration): such edges can never close a ring. Serialized are also those that
            // would not meet: an edge between two others can move them together.
            bool inOrder = (levels[a], a).CompareTo((levels[b], b)) < 0;
            (int, int) pair = inOrder ? (a, b) : (b, a);
            if (found.ContainsKey(pair) || !(serialize || eager || levels[a] == levels[b]) || !outputA.Overlaps(outputB))
                continue;
            if (serialize || levels[a] == levels[b] || !reach.Contains(from: pair.Item2, on: pair.Item1))
                found.Add(pair, inOrder ? (outputA, outputB) : (outputB, outputA));
            if (!serialize && found.Count == MostTold)
                break;
        }
        if (serialize)
            return graph.With([.. found.Keys.Select(pair => (pair.Second, pair.First))]);
        foreach ((int first, int second) in found.Keys.OrderBy(pair => pair.Second).ThenBy(pair => pair.First))
        {
            (PathPattern firstOutput, PathPattern secondOutput) = found[(first, second)];
            diagnostics.Add(Describe(subtasks[first], firstOutput, subtasks[second], secondOutput, options));
        }
        return graph;

        // Of the next two it follows that the first of three and the last are well too.
        bool Follows(int earlier, int later) =>
            serialize || (eager ? reach.Contains(from: later, on: earlier) : levels[earlier] != levels[later]);
    }

    private static Diagnostic Describe(Subtask first, PathPattern firstOutput, Subtask second, PathPattern secondOutput, RunOptions options)
    {
        string what = firstOutput.Absolute == secondOutput.Absolute
            ? $"both write '{secondOutput.Declared}'"
            : $"write places that overlap: '{firstOutput.Declared}' and '{secondOutput.Declared}'";
        string message = $"'{first.Id}' and '{second.Id}' may run at the same time and {what}. "
            + $"Add DependsOn=\"{first.Id}\" to '{second.Id}', or set ParallelExecWriteConflicts to Serialize.";
        Severity severity = options.WriteConflicts == WriteConflictMode.Warn ? Severity.Warning : Severity.Error;
        return new Diagnostic(Codes.WriteConflict, severity, message, second.Origin, "Outputs");
    }

    /// <summary>
    /// Pairs that can overlap, in order of their paths; of each, the one that comes later is compared with those before it.
    /// </summary>
    /// <param name="follows">
    /// Whether the second of two in this order never runs beside the first. Of equal outputs only neighbours are told while each follows
    /// the one before it: then all do.
    /// </param>
    private static IEnumerable<(int A, PathPattern OutputA, int B, PathPattern OutputB)> Overlaps(
        (int Index, PathPattern Output)[] outputs, int[] levels, Func<int, int, bool> follows)
    {
        (int Index, PathPattern Output)[] sorted =
            [.. outputs.OrderBy(entry => entry.Output.Absolute, StringComparer.Ordinal).ThenBy(entry => levels[entry.Index])
                .ThenBy(entry => entry.Index)];
        var before = new OutputTrie();
        var found = new List<int>();
        // The last of equal outputs without exceptions, while they are a chain.
        int last = -1;
        bool isChain = true;
        for (int i = 0; i < sorted.Length; i++)
        {
            (int index, PathPattern output) = sorted[i];
            bool isPlain = output.Except.IsEmpty;
            int neighbour = isPlain && last >= 0 && sorted[last].Output.Absolute == output.Absolute ? last : -1;
            // Said twice by one subtask.
            if (neighbour >= 0 && sorted[neighbour].Index == index)
                continue;
            before.Find(output, found);
            if (isPlain)
            {
                isChain = neighbour < 0 || (isChain && follows(sorted[neighbour].Index, index));
                last = i;
            }
            foreach (int place in found)
            {
                (int other, PathPattern otherOutput) = sorted[place];
                if (other == index)
                    continue;
                bool isEarlierInChain = isChain && isPlain && otherOutput.Except.IsEmpty && output.Absolute == otherOutput.Absolute;
                if (!isEarlierInChain && output.MayOverlap(otherOutput))
                    yield return (other, otherOutput, index, output);
            }
            if (isChain && neighbour >= 0)
                yield return (sorted[neighbour].Index, sorted[neighbour].Output, index, output);
            found.Clear();
            before.Add(output, i);
        }
    }
}
