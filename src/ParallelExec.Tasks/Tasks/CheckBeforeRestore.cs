using Microsoft.Build.Framework;
using ParallelExec.Parsing;

namespace ParallelExec.Tasks;

/// <summary>
/// Before projects of subtasks are restored: tells errors of the declaration, and whether anything will be built. Not for users.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CheckBeforeRestore : ParallelTasksTask
{
    /// <summary>True where what was declared is all that there will be: no target makes further items.</summary>
    public bool IsComplete { get; set; }

    /// <summary>False where the targets that were asked for build nothing.</summary>
    [Output]
    public bool IsWanted { get; private set; } = true;

    private protected override bool ExecuteEnabled()
    {
        var asked = AskedTargets.Of(Environment.CommandLine);
        IsWanted = AskedTargets.BuildSomething(asked);
        // Beside another SDK a restore is that project's own: it must not fail for subtasks that nobody wants to run now.
        bool runs = Property("_IsStandalone") == "true" || asked.Contains("RunParallelTasks", StringComparer.OrdinalIgnoreCase);
        if (!IsWanted || !IsComplete || !runs)
            return true;
        using AskedProjects projects = Declare(SnapshotEnvironment());
        // Where there is no error, the run will tell the warnings.
        return !HasErrors || ReportDiagnostics();
    }
}
