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
        bool eager = options.Schedule == ScheduleMode.Eager, serialize = options.WriteConflicts == WriteConflictMode.Serialize;
        var found = new Dictionary<(int First, int Second), (PathPattern First, PathPattern Second)>();
        var reach = new Reach(graph);
        // What runs alone meets nobody.
        (int Index, PathPattern Output)[] outputs =
            [.. Enumerable.Range(0, subtasks.Count).Where(index => looked[index] && subtasks[index].Parallel)
                .SelectMany(index => subtasks[index].Outputs.Select(output => (index, output)))];
        foreach ((int a, PathPattern outputA, int b, PathPattern outputB) in Overlaps(outputs, levels, chained: serialize))
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
    /// Pairs that can overlap: the beginning of one without wildcards is the beginning of the other. In order of these beginnings the
    /// candidates for each are those that are still open, as brackets are, so nothing is compared with all others.
    /// </summary>
    /// <param name="chained">Of equal outputs only neighbours are wanted.</param>
    private static IEnumerable<(int A, PathPattern OutputA, int B, PathPattern OutputB)> Overlaps(
        (int Index, PathPattern Output)[] outputs, int[] levels, bool chained)
    {
        // In capitals also where the system tells "a" from "A": that brings candidates, and what overlaps is asked again.
        (string Prefix, string Whole, int Index, PathPattern Output)[] sorted =
            [.. outputs.Select(output => (output.Output.Prefix.ToUpperInvariant(), output.Output.Absolute, output.Index, output.Output))
                .OrderBy(entry => entry.Item1, StringComparer.Ordinal).ThenBy(entry => entry.Absolute, StringComparer.Ordinal)
                .ThenBy(entry => levels[entry.Index]).ThenBy(entry => entry.Index)];
        var open = new List<int>();
        for (int i = 0; i < sorted.Length; i++)
        {
            (string prefix, string whole, int index, PathPattern output) = sorted[i];
            while (open.Count > 0 && !prefix.StartsWith(sorted[open[^1]].Prefix, StringComparison.Ordinal))
                open.RemoveAt(open.Count - 1);
            bool linked = false;
            for (int place = open.Count - 1; place >= 0; place--)
            {
                (_, string otherWhole, int other, PathPattern otherOutput) = sorted[open[place]];
                bool equal = chained && output.Except.IsEmpty && otherOutput.Except.IsEmpty && whole == otherWhole;
                if (other == index || (equal && linked) || !output.MayOverlap(otherOutput))
                    continue;
                linked |= equal;
                yield return (other, otherOutput, index, output);
            }
            open.Add(i);
        }
    }
}
