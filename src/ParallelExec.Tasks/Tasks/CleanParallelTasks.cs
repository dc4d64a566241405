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
        string directory = Property("ParallelExecDirectory");
        if (directory.Contains('\0', StringComparison.Ordinal))
        {
            const string message = "ParallelExecDirectory has a NUL character (%00) in it, which no text here can have. Remove it.";
            Log.LogError(null, Codes.InvalidValue, null, null, ProjectFile, 0, 0, 0, 0, message);
            return false;
        }
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
