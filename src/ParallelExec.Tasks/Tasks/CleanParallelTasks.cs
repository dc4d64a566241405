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
        try
        {
            RunDirectory.Clean(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.LogError(null, Codes.StateNotWritable, null, null, 0, 0, 0, 0, "'{0}' can not be removed: {1}", path, e.Message);
        }
        return !Log.HasLoggedErrors;
    }
}
