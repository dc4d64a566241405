using Microsoft.Build.Framework;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Tasks;

/// <summary>Tells all errors and warnings of the declaration at once, and does nothing else.</summary>
[MSBuildMultiThreadableTask]
public sealed class ValidateParallelTasks : ParallelTasksTask
{
    private protected override bool ExecuteEnabled()
    {
        Dictionary<string, string> environment = SnapshotEnvironment();
        ExecutionPlan? plan = MakePlan(environment);
        CheckAgents(plan, environment);
        if (!ReportDiagnostics() || plan is null)
            return false;
        using var log = new EngineLog(TerminalLogger);
        log.Message($"{Wording.Count(plan.Subtasks.Length, "subtask")}: no errors.");
        log.DrainTo(BuildEngine);
        return true;
    }
}
