using ParallelExec.Model;

namespace ParallelExec.Planning;

/// <summary>
/// What an isolated subtask changes comes into the project's folder at the end of the run: who depends on it and works there would not see
/// it.
/// </summary>
internal static class IsolationCheck
{
    public static void Check(IReadOnlyList<Subtask> subtasks, Graph graph, string?[] excluded, List<Diagnostic> diagnostics)
    {
        // Where nothing is isolated, nobody pays for what it takes.
        foreach (Subtask subtask in subtasks)
        {
            if (subtask.IsIsolated)
            {
                CheckAll(subtasks, graph, excluded, diagnostics);
                return;
            }
        }
    }

    private static void CheckAll(IReadOnlyList<Subtask> subtasks, Graph graph, string?[] excluded, List<Diagnostic> diagnostics)
    {
        var seen = new bool[subtasks.Count];
        var from = new Queue<(int Isolated, int Index)>();
        for (int index = 0; index < subtasks.Count; index++)
        {
            if (subtasks[index].IsIsolated && excluded[index] is null)
                from.Enqueue((index, index));
        }
        while (from.TryDequeue(out (int Isolated, int Index) next))
        {
            foreach (int dependent in graph.Dependents[next.Index])
            {
                Subtask subtask = subtasks[dependent];
                if (seen[dependent] || subtask.IsIsolated || excluded[dependent] is not null)
                    continue;
                seen[dependent] = true;
                if (subtask is { Work: MilestoneWork, Verify: null, Outputs.IsEmpty: true })
                    from.Enqueue((next.Isolated, dependent));
                else if (!subtask.Always)
                    diagnostics.Add(Blind(subtask, subtasks[next.Isolated]));
            }
        }
    }

    private static Diagnostic Blind(Subtask subtask, Subtask isolated) => Diagnostic.Error(
        Codes.NotIsolated,
        $"'{subtask.Id}' depends on '{isolated.Id}', which works in a worktree of its own, and would not see what that changes: it comes "
            + $"into the project's folder at the end of the run. Add Isolation=\"worktree\" to '{subtask.Id}'"
            + (subtask.Work is CommandWork or ToolWork or AgentWork ? "." : " and make it a Command, or make it the "
                + $"ParallelExecMergeVerify of the run, or remove Isolation from '{isolated.Id}'."),
        subtask.Origin,
        "DependsOn");
}
