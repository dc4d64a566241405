using System.Text.RegularExpressions;
using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Planning;

/// <summary><c>ParallelExecOnly</c> and <c>ParallelExecSkip</c>: which subtasks are in this run.</summary>
internal static class Selection
{
    /// <returns>For each subtask why it is left out, null where it is in.</returns>
    public static string?[] Apply(IReadOnlyList<Subtask> subtasks, Graph graph, RunOptions options, List<Diagnostic> diagnostics)
    {
        var excluded = new string?[subtasks.Count];
        if (!options.Only.IsEmpty)
        {
            bool[] wanted = WithCleanup(subtasks, graph, WithDependencies(graph, Matches("ParallelExecOnly", options.Only)));
            for (int i = 0; i < excluded.Length; i++)
                excluded[i] = wanted[i] ? null : "not asked for by ParallelExecOnly";
        }
        // What is skipped counts as done for what depends on it: the user vouches for it.
        foreach (int index in Matches("ParallelExecSkip", options.Skip))
            excluded[index] = "left out by ParallelExecSkip";
        for (int i = 0; i < excluded.Length; i++)
        {
            if (subtasks[i].TaskFile is { Status: TaskFileStatus.Completed } file)
                excluded[i] ??= $"completed before, says {Path.GetFileName(file.Path)}";
        }
        return excluded;

        int[] Matches(string property, IReadOnlyList<string> patterns)
        {
            var matches = new HashSet<int>();
            foreach (string pattern in patterns)
            {
                Regex regex = Values.Wildcard(pattern);
                int found = 0;
                for (int i = 0; i < subtasks.Count; i++)
                {
                    if (regex.IsMatch(subtasks[i].Id))
                    {
                        found++;
                        matches.Add(i);
                    }
                }
                if (found == 0)
                {
                    diagnostics.Add(Diagnostic.Error(
                        Codes.NothingSelected,
                        $"{property} names '{pattern}', but no subtask has that "
                            + $"id.{Values.CommaHint(pattern)}{Suggestion.DidYouMean(pattern, subtasks.Select(subtask => subtask.Id))} "
                            + $"-t:PlanParallelTasks lists them."));
                }
            }
            return [.. matches];
        }
    }

    /// <summary>
    /// What runs is cleaned up. What else the cleanup waits for is not brought by it, but for services, without which it could not work.
    /// </summary>
    private static bool[] WithCleanup(IReadOnlyList<Subtask> subtasks, Graph graph, bool[] wanted)
    {
        var open = new Stack<int>(Enumerable.Range(0, subtasks.Count).Where(index => wanted[index]));
        while (open.TryPop(out int index))
        {
            foreach (int cleanup in graph.Dependents[index].Where(dependent => subtasks[dependent].Always && !wanted[dependent]))
            {
                wanted[cleanup] = true;
                open.Push(cleanup);
                bool[] brought = WithDependencies(
                    graph, graph.Dependencies[cleanup].Where(service => subtasks[service].Service is not null));
                for (int i = 0; i < wanted.Length; i++)
                    wanted[i] |= brought[i];
            }
        }
        return wanted;
    }

    private static bool[] WithDependencies(Graph graph, IEnumerable<int> roots)
    {
        var wanted = new bool[graph.Count];
        var open = new Stack<int>(roots);
        while (open.TryPop(out int index))
        {
            if (wanted[index])
                continue;
            wanted[index] = true;
            foreach (int dependency in graph.Dependencies[index])
                open.Push(dependency);
        }
        return wanted;
    }
}
