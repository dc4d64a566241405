using System.Collections.Immutable;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning.Dotnet;

namespace ParallelExec.Planning;

/// <summary>The only way from subtasks to a plan: resolves, checks, orders. Everything in it is linear in subtasks and edges.</summary>
internal static class Planner
{
    /// <param name="subtasks">Validated, with unique ids, in declaration order.</param>
    /// <param name="lastDurations">Measured in the last run, by id; may be empty.</param>
    /// <param name="projects">Says what projects reference; null = nobody asks.</param>
    /// <param name="changes">What no change in them reaches is left out; null = nothing is.</param>
    /// <param name="peaks">The most memory that each was seen to need, by id; null = of none.</param>
    /// <returns>The plan, or null where <paramref name="diagnostics"/> got an error.</returns>
    public static ExecutionPlan? Plan(
        ImmutableArray<Subtask> subtasks,
        ImmutableArray<Pool> pools,
        RunOptions options,
        IReadOnlyDictionary<string, TimeSpan> lastDurations,
        List<Diagnostic> diagnostics,
        IProjectReader? projects = null,
        ChangedFiles? changes = null,
        IReadOnlyDictionary<string, long>? peaks = null)
    {
        int errorsBefore = Errors(diagnostics);
        PoolCheck.Check(subtasks, pools, diagnostics);
        (Graph graph, HashSet<int> incomplete) = DependencyResolver.Resolve(subtasks, diagnostics);
        string?[] excluded = Selection.Apply(subtasks, graph, options, diagnostics);
        ProjectClosure? closure = projects is null ? null : new ProjectClosure(projects);
        string?[]? kept = changes is null ? null : new Affected(subtasks, graph, changes, options, closure).Apply(excluded);
        CycleFinder.Report(graph, subtasks, diagnostics);
        ServiceCheck.Check(subtasks, graph, diagnostics);
        IsolationCheck.Check(subtasks, graph, excluded, diagnostics);
        // Beside other errors: only of what these say nothing about, because a dependency that is missing may be what keeps two apart.
        bool[] uncertain = graph.Uncertain(incomplete);
        var looked = new bool[subtasks.Length];
        for (int i = 0; i < looked.Length; i++)
            looked[i] = excluded[i] is null && !uncertain[i];
        graph = WriteConflicts.Resolve(subtasks, graph, Waves.Levels(graph, excluded), looked, options, diagnostics);
        if (closure is not null && options.DotnetConflicts != DotnetConflictMode.Off && DotnetConflicts.MayBe(subtasks))
        {
            graph = new DotnetConflicts(subtasks, graph, Waves.Levels(graph, excluded), looked, options, closure)
                .Resolve(diagnostics);
        }
        if (Errors(diagnostics) > errorsBefore)
            return null;

        var estimates = new TimeSpan?[subtasks.Length];
        for (int i = 0; i < estimates.Length; i++)
            estimates[i] = subtasks[i].EstimatedDuration ?? Measured(subtasks[i], lastDurations) ?? subtasks[i].TitledDuration;
        int[] ranks = Waves.Ranks(graph, subtasks, estimates);
        int[] waves = Waves.Number(subtasks, Waves.Levels(graph, excluded), excluded);

        ImmutableArray<PlannedSubtask> planned = [.. subtasks.Select((subtask, index) => new PlannedSubtask
        {
            Subtask = WithMemory(subtask, peaks),
            Index = index,
            Dependencies = graph.Dependencies[index],
            Dependents = graph.Dependents[index],
            Wave = waves[index],
            Rank = ranks[index],
            Excluded = excluded[index],
            Kept = kept?[index],
            Estimate = estimates[index],
        })];
        var plan = new ExecutionPlan
        {
            Subtasks = planned,
            Waves = InWaves(planned),
            Pools = pools,
            MaxMemory = planned.Any(subtask => subtask.Subtask.Memory > 0) ? options.MaxMemory.Of(MachineMemory.Bytes) : null,
            Count = planned.Count(subtask => subtask.Excluded is null),
        };
        Balance.Check(plan, diagnostics);
        return plan;
    }

    private static Subtask WithMemory(Subtask subtask, IReadOnlyDictionary<string, long>? peaks) =>
        subtask.Memory == 0 && peaks is not null && peaks.TryGetValue(subtask.Id, out long peak) ? subtask with { Memory = peak } : subtask;

    /// <summary>The waves in their order; in each the subtasks by rank.</summary>
    private static ImmutableArray<ImmutableArray<PlannedSubtask>> InWaves(ImmutableArray<PlannedSubtask> planned)
    {
        var byRank = new PlannedSubtask[planned.Length];
        int last = 0;
        foreach (PlannedSubtask subtask in planned)
        {
            byRank[subtask.Rank] = subtask;
            last = Math.Max(last, subtask.Wave);
        }
        var members = new List<PlannedSubtask>[last];
        for (int i = 0; i < last; i++)
            members[i] = [];
        foreach (PlannedSubtask subtask in byRank)
        {
            if (subtask.Wave > 0)
                members[subtask.Wave - 1].Add(subtask);
        }
        var waves = ImmutableArray.CreateBuilder<ImmutableArray<PlannedSubtask>>(last);
        foreach (List<PlannedSubtask> wave in members)
            waves.Add([.. wave]);
        return waves.MoveToImmutable();
    }

    private static TimeSpan? Measured(Subtask subtask, IReadOnlyDictionary<string, TimeSpan> lastDurations) =>
        lastDurations.TryGetValue(subtask.Id, out TimeSpan last) ? last : null;

    private static int Errors(List<Diagnostic> diagnostics) => diagnostics.Count(diagnostic => diagnostic.Severity == Severity.Error);
}
