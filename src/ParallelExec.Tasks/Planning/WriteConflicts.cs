using ParallelExec.Model;

namespace ParallelExec.Planning;

/// <summary>Two subtasks that may run at the same time must not write the same place.</summary>
internal static class WriteConflicts
{
    /// <returns>The graph, with further edges where conflicts are serialized.</returns>
    public static Graph Resolve(
        IReadOnlyList<Subtask> subtasks, Graph graph, int[] levels, string?[] excluded, RunOptions options, List<Diagnostic> diagnostics)
    {
        var edges = new List<(int From, int On)>();
        var reported = new HashSet<(int, int)>();
        foreach ((int a, PathPattern outputA, int b, PathPattern outputB) in Overlaps(subtasks, excluded))
        {
            bool serialize = options.WriteConflicts == WriteConflictMode.Serialize;
            if (!subtasks[a].Parallel || !subtasks[b].Parallel || (!serialize && !MeetInTime(a, b)) || !reported.Add((Math.Min(a, b), Math.Max(a, b))))
                continue;
            // Serialized are also those that would not meet: an edge between two others can move them together. Edges lead from a later to an earlier (level, declaration): such edges can never close a ring.
            (int first, int second) = (levels[a], a).CompareTo((levels[b], b)) < 0 ? (a, b) : (b, a);
            if (serialize)
                edges.Add((second, first));
            else
                Report(first, first == a ? outputA : outputB, second, first == a ? outputB : outputA);
        }
        return graph.With(edges);

        bool MeetInTime(int a, int b) =>
            options.Schedule == ScheduleMode.Waves ? levels[a] == levels[b] : !graph.Reaches(a, b) && !graph.Reaches(b, a);

        void Report(int first, PathPattern firstOutput, int second, PathPattern secondOutput)
        {
            string what = firstOutput.Absolute == secondOutput.Absolute
                ? $"both write '{secondOutput.Declared}'"
                : $"write places that overlap: '{firstOutput.Declared}' and '{secondOutput.Declared}'";
            string message = $"'{subtasks[first].Id}' and '{subtasks[second].Id}' may run at the same time and {what}. "
                + $"Add DependsOn=\"{subtasks[first].Id}\" to '{subtasks[second].Id}', or set ParallelExecWriteConflicts to Serialize.";
            diagnostics.Add(new Diagnostic(
                Codes.WriteConflict,
                options.WriteConflicts == WriteConflictMode.Warn ? Severity.Warning : Severity.Error,
                message,
                subtasks[second].Origin,
                "Outputs"));
        }
    }

    /// <summary>Pairs of outputs that overlap. Plain paths are looked up, so that only globs are compared one by one.</summary>
    private static IEnumerable<(int A, PathPattern OutputA, int B, PathPattern OutputB)> Overlaps(IReadOnlyList<Subtask> subtasks, string?[] excluded)
    {
        var plain = new Dictionary<string, List<(int Index, PathPattern Output)>>(
            OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        var all = new List<(int Index, PathPattern Output)>();
        for (int i = 0; i < subtasks.Count; i++)
        {
            if (excluded[i] is null)
                all.AddRange(subtasks[i].Outputs.Select(output => (i, output)));
        }
        foreach ((int index, PathPattern output) in all.Where(entry => !entry.Output.IsGlob))
        {
            if (!plain.TryGetValue(output.Absolute, out List<(int, PathPattern)>? owners))
                plain[output.Absolute] = owners = [];
            owners.Add((index, output));
        }

        foreach ((int index, PathPattern output) in all)
        {
            if (output.IsGlob)
                continue;
            // The same path, and every folder above it.
            for (string path = output.Absolute; path.Length > 0; path = path[..Math.Max(0, path.LastIndexOf('/'))])
            {
                if (!plain.TryGetValue(path, out List<(int Index, PathPattern Output)>? owners))
                    continue;
                foreach ((int other, PathPattern otherOutput) in owners)
                {
                    if (other != index && (path.Length < output.Absolute.Length || other < index))
                        yield return (other, otherOutput, index, output);
                }
            }
        }

        List<(int Index, PathPattern Output)> globs = [.. all.Where(entry => entry.Output.IsGlob)];
        foreach ((int index, PathPattern glob) in globs)
        {
            foreach ((int other, PathPattern otherOutput) in all)
            {
                if (other != index && (!otherOutput.IsGlob || other < index) && glob.Overlaps(otherOutput))
                    yield return (other, otherOutput, index, glob);
            }
        }
    }
}
