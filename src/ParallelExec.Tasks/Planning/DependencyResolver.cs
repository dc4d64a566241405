using System.Text.RegularExpressions;
using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Planning;

/// <summary>Resolves the ids and wildcards of <c>DependsOn</c>.</summary>
internal static class DependencyResolver
{
    /// <summary>Looking for what was meant compares all ids: where hundreds are missing, the cause is another.</summary>
    private const int MostSuggested = 100;

    /// <summary>The graph, and those of whose edges some lead nowhere: these are left out of it and reported.</summary>
    public static (Graph Graph, HashSet<int> Incomplete) Resolve(IReadOnlyList<Subtask> subtasks, List<Diagnostic> diagnostics)
    {
        var byId = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (int i = 0; i < subtasks.Count; i++)
            byId.TryAdd(subtasks[i].Id, i);

        var wildcards = new Dictionary<string, List<int>>(StringComparer.OrdinalIgnoreCase);
        var missing = new Dictionary<string, List<int>>(StringComparer.OrdinalIgnoreCase);
        var dependencies = new List<int>[subtasks.Count];
        for (int i = 0; i < subtasks.Count; i++)
        {
            dependencies[i] = [];
            foreach (string name in subtasks[i].DependsOn)
            {
                if (name.Contains('*', StringComparison.Ordinal))
                    AddMatches(name, i);
                else if (byId.TryGetValue(name, out int index))
                    dependencies[i].Add(index);
                else if (missing.TryGetValue(name, out List<int>? askers))
                    askers.Add(i);
                else
                    missing[name] = [i];
            }
        }
        int told = 0;
        foreach ((string name, List<int> askers) in missing)
            ReportMissing(name, askers, suggest: told++ < MostSuggested);
        var incomplete = new HashSet<int>();
        foreach (List<int> askers in missing.Values)
            incomplete.UnionWith(askers);
        return (Graph.FromDependencies(dependencies), incomplete);

        void AddMatches(string pattern, int asker)
        {
            if (!wildcards.TryGetValue(pattern, out List<int>? matches))
            {
                Regex regex = Values.Wildcard(pattern);
                matches = [.. Enumerable.Range(0, subtasks.Count).Where(index => regex.IsMatch(subtasks[index].Id))];
                wildcards[pattern] = matches;
            }
            int before = dependencies[asker].Count;
            // A wildcard never means the subtask itself, nor what its item has become beside it: "DependsOn=*" is "after all the others".
            dependencies[asker].AddRange(matches.Where(index => index != asker && subtasks[index].Origin != subtasks[asker].Origin));
            if (dependencies[asker].Count == before)
            {
                diagnostics.Add(Diagnostic.Warning(
                    Codes.EmptyWildcard, $"'{subtasks[asker].Id}' depends on '{pattern}', which matches no other subtask.",
                        subtasks[asker].Origin, "DependsOn"));
            }
        }

        void ReportMissing(string name, List<int> askers, bool suggest)
        {
            string who = string.Join(", ", askers.Distinct().Take(5).Select(index => $"'{subtasks[index].Id}'"))
                + (askers.Count > 5 ? $" and {askers.Count - 5} more" : "");
            diagnostics.Add(Diagnostic.Error(
                Codes.MissingDependency,
                $"There is no subtask '{name}'; {who} depend{(askers.Count == 1 ? "s" : "")} on "
                    + $"it.{Values.CommaHint(name)}{(suggest ? Suggestion.DidYouMean(name, byId.Keys) : "")}",
                subtasks[askers[0]].Origin,
                "DependsOn"));
        }
    }
}
