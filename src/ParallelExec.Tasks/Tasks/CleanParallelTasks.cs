using Microsoft.Build.Framework;
using ParallelExec.Model;
using ParallelExec.State;

namespace ParallelExec.Tasks;

/// <summary>Removes what ParallelExec wrote.</summary>
[MSBuildMultiThreadableTask]
public sealed class CleanParallelTasks : ParallelTasksTask
{
    private protected override bool ExecuteEnabled()
    {
        // What can be no path names nothing that was written.
        string directory = Property("ParallelExecDirectory").Replace("\0", "", StringComparison.Ordinal);
        string path = Path.GetFullPath(directory, Path.GetDirectoryName(ProjectFile)!);
        if (RunDirectory.Clean(path) is { } problem)
        {
            if (problem.Severity == Severity.Error)
                Log.LogError(null, problem.Code, null, null, ProjectFile, 0, 0, 0, 0, "{0}", problem.Message);
            else
                Log.LogWarning(null, problem.Code, null, null, ProjectFile, 0, 0, 0, 0, "{0}", problem.Message);
        }
        return !Log.HasLoggedErrors;
    }
}
