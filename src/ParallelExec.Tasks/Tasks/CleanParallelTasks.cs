using Microsoft.Build.Framework;
using ParallelExec.Model;
using ParallelExec.State;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace ParallelExec.Tasks;

/// <summary>Removes what ParallelExec wrote.</summary>
[MSBuildMultiThreadableTask]
public sealed class CleanParallelTasks : MSBuildTask
{
    /// <summary><c>$(ParallelExecDirectory)</c>, absolute or relative to the project.</summary>
    [Required]
    public string Directory { get; set; } = "";

    /// <summary>The declaring project.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <inheritdoc />
    public override bool Execute()
    {
        string path = Path.GetFullPath(Directory, Path.GetDirectoryName(ProjectFile)!);
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
