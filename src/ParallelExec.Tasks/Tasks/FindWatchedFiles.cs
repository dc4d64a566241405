using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ParallelExec.Fingerprints;
using ParallelExec.Model;

namespace ParallelExec.Tasks;

/// <summary>What <c>dotnet watch</c> has to watch: the files that subtasks declare as what they read. Not for users.</summary>
[MSBuildMultiThreadableTask]
public sealed class FindWatchedFiles : ParallelTasksTask
{
    /// <summary>Absolute paths.</summary>
    [Output]
    public ITaskItem[] Files { get; private set; } = [];

    /// <summary>Projects that subtasks build or test: they say themselves what they are made of.</summary>
    [Output]
    public ITaskItem[] Projects { get; private set; } = [];

    private protected override bool ExecuteEnabled()
    {
        // What is wrong with the declaration the run tells.
        using AskedProjects asked = Declare(SnapshotEnvironment());
        Subtask[] read = [.. Subtasks.Where(subtask => subtask.Work is not TestWork)];
        PathPattern[] written = [.. Subtasks.SelectMany(subtask => subtask.Outputs)];
        IEnumerable<string> files = read.SelectMany(subtask => subtask.Inputs).DistinctBy(input => (input.Absolute, input.Except.Length))
            .SelectMany(DeclaredFiles.Of)
            .Concat(read.SelectMany(subtask => subtask.ContextFiles))
            // The run itself would start the next one.
            .Where(file => !Array.Exists(written, output => output.Includes(file)))
            .Concat(Subtasks.Select(subtask => subtask.Origin.File)).Append(ProjectFile);
        Files = Items(files.Distinct(StringComparer.Ordinal));
        Projects = Items(Subtasks.Select(subtask => (subtask.Work as ProjectWork)?.ProjectFile).OfType<string>()
            .Where(file => file != ProjectFile && file.EndsWith("proj", StringComparison.OrdinalIgnoreCase) && File.Exists(file))
            .Distinct(StringComparer.Ordinal));
        return true;
    }

    private static ITaskItem[] Items(IEnumerable<string> paths) =>
        [.. paths.Select(path => new TaskItem(path.Replace("%", "%25", StringComparison.Ordinal)))];
}
