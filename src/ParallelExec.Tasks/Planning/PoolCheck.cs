using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Planning;

/// <summary>Every pool that is asked for exists and is large enough.</summary>
internal static class PoolCheck
{
    public static void Check(IReadOnlyList<Subtask> subtasks, IReadOnlyList<Pool> pools, List<Diagnostic> diagnostics)
    {
        Dictionary<string, int> capacities = pools.ToDictionary(pool => pool.Name, pool => pool.Capacity, StringComparer.OrdinalIgnoreCase);
        foreach (Subtask subtask in subtasks)
        {
            foreach (IGrouping<string, PoolUse> uses in subtask.Pools.GroupBy(use => use.Name, StringComparer.OrdinalIgnoreCase))
            {
                (string name, long units) = (uses.Key, uses.Sum(use => (long)use.Units));
                string? problem = !capacities.TryGetValue(name, out int capacity)
                    ? $"asks for the pool '{name}', which is not declared.{Suggestion.DidYouMean(name, capacities.Keys)} Add <ParallelPool "
                        + $"Include=\"{name}\" Capacity=\"{units}\" />."
                    : units > capacity ? $"asks for {units} units of the pool '{name}', which has {capacity}. It could never start." : null;
                if (problem is not null)
                    diagnostics.Add(Diagnostic.Error(Codes.Pool, $"'{subtask.Id}' {problem}", subtask.Origin, "Pools"));
            }
        }
    }
}
