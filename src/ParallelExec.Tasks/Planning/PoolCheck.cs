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
            foreach (PoolUse use in subtask.Pools)
            {
                string? problem = !capacities.TryGetValue(use.Name, out int capacity)
                    ? $"asks for the pool '{use.Name}', which is not declared.{Suggestion.DidYouMean(use.Name, capacities.Keys)} Add <ParallelPool Include=\"{use.Name}\" Capacity=\"{use.Units}\" />."
                    : use.Units > capacity ? $"asks for {use.Units} units of the pool '{use.Name}', which has {capacity}. It could never start." : null;
                if (problem is not null)
                    diagnostics.Add(Diagnostic.Error(Codes.Pool, $"'{subtask.Id}' {problem}", subtask.Origin, "Pools"));
            }
        }
    }
}
