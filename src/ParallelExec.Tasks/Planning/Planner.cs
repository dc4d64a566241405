using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Planning;

/// <summary>The only way from subtasks to a plan: resolves, checks, orders. Everything in it is linear in subtasks and edges.</summary>
internal static class Planner
{
    /// <param name="subtasks">Validated, with unique ids, in declaration order.</param>
    /// <param name="lastDurations">Measured in the last run, by id; may be empty.</param>
    /// <returns>The plan, or null where <paramref name="diagnostics"/> got an error.</returns>
    public static ExecutionPlan? Plan(
        ImmutableArray<Subtask> subtasks,
        ImmutableArray<Pool> pools,
        RunOptions options,
        IReadOnlyDictionary<string, TimeSpan> lastDurations,
        List<Diagnostic> diagnostics)
    {
        int errorsBefore = Errors(diagnostics);
        PoolCheck.Check(subtasks, pools, diagnostics);
        (Graph graph, HashSet<int> incomplete) = DependencyResolver.Resolve(subtasks, diagnostics);
        string?[] excluded = Selection.Apply(subtasks, graph, options, diagnostics);
        CycleFinder.Report(graph, subtasks, diagnostics);
        // Beside other errors: only of what these say nothing about, because a dependency that is missing may be what keeps two apart.
        bool[] uncertain = graph.Uncertain(incomplete);
        bool[] looked = [.. subtasks.Select((subtask, index) => excluded[index] is null && !uncertain[index])];
        graph = WriteConflicts.Resolve(subtasks, graph, Waves.Levels(graph, excluded), looked, options, diagnostics);
        if (Errors(diagnostics) > errorsBefore)
            return null;

        TimeSpan?[] estimates = [.. subtasks.Select(subtask => subtask.EstimatedDuration ?? Measured(subtask, lastDurations))];
        int[] ranks = Waves.Ranks(graph, subtasks, estimates);
        int[] waves = Waves.Number(subtasks, Waves.Levels(graph, excluded), excluded);

        ImmutableArray<PlannedSubtask> planned = [.. subtasks.Select((subtask, index) => new PlannedSubtask
        {
            Subtask = subtask,
            Index = index,
            Dependencies = graph.Dependencies[index],
            Dependents = graph.Dependents[index],
            Wave = waves[index],
            Rank = ranks[index],
            Excluded = excluded[index],
            Estimate = estimates[index],
        })];
        var plan = new ExecutionPlan
        {
            Subtasks = planned,
            Waves = [.. planned.Where(subtask => subtask.Wave > 0)
                .GroupBy(subtask => subtask.Wave)
                .OrderBy(wave => wave.Key)
                .Select(wave => wave.OrderBy(subtask => subtask.Rank).ToImmutableArray())],
            Pools = pools,
            Count = planned.Count(subtask => subtask.Excluded is null),
        };
        Balance.Check(plan, diagnostics);
        return plan;
    }

    private static TimeSpan? Measured(Subtask subtask, IReadOnlyDictionary<string, TimeSpan> lastDurations) =>
        lastDurations.TryGetValue(subtask.Id, out TimeSpan last) ? last : null;

    private static int Errors(List<Diagnostic> diagnostics) => diagnostics.Count(diagnostic => diagnostic.Severity == Severity.Error);
}
