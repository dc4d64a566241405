using ParallelExec.Model;

namespace ParallelExec.Planning;

/// <summary>A service is there for those that depend on it, and they must know when.</summary>
internal static class ServiceCheck
{
    public static void Check(IReadOnlyList<Subtask> subtasks, Graph graph, List<Diagnostic> diagnostics)
    {
        for (int index = 0; index < subtasks.Count; index++)
        {
            if (subtasks[index] is not { Service: { } service } subtask)
                continue;
            if (graph.Dependents[index].IsEmpty)
            {
                diagnostics.Add(Diagnostic.Warning(
                    Codes.DoesNotApply,
                    $"'{subtask.Id}' is a service on which nothing depends: it is started, and ended as soon as it is ready. Add "
                        + $"DependsOn=\"{subtask.Id}\" to what needs it.",
                    subtask.Origin,
                    "Service"));
            }
            else if (service.Ready is null)
            {
                diagnostics.Add(Diagnostic.Error(
                    Codes.InvalidValue,
                    $"'{subtask.Id}' is a service on which '{subtasks[graph.Dependents[index][0]].Id}' depends, and nothing says when it "
                        + $"is ready. "
                    + $"Add ReadyWhen: {ReadinessForm.Expected}.",
                    subtask.Origin,
                    "Service"));
            }
        }
    }
}
