using System.IO.Enumeration;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Writes;

/// <summary>
/// The files of a project that are looked at: what <c>**</c> stands for, which is nothing in <c>bin</c>, <c>obj</c> and hidden folders, and
/// without packages, what is ours, and logs that the engine writes while the run goes on. A pattern would cost more than looking does.
/// </summary>
internal sealed class WatchedFiles(ExecutionPlan plan, RunOptions options)
{
    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    private readonly HashSet<string> ours = new(
        new[] { options.Directory, options.CacheDirectory }
            .Concat(plan.Subtasks.Select(subtask => subtask.Subtask.TaskFile?.Feature).OfType<string>())
            .Concat(plan.Subtasks.Select(subtask => subtask.Subtask.Team?.SharedContext).OfType<string>())
            .Select(Path.TrimEndingDirectorySeparator),
        StringComparer.FromComparison(PatternSegment.Comparison));

    /// <summary>Absolute paths. It follows no link to a folder; what can not be read is not there.</summary>
    public IEnumerable<string> Find()
    {
        var open = new Stack<string>([options.ProjectDirectory]);
        while (open.TryPop(out string? folder))
        {
            foreach ((string path, bool isFolder) in Entries(folder))
            {
                if (ours.Contains(path))
                    continue;
                if (isFolder)
                    open.Push(path);
                else
                    yield return path;
            }
        }
    }

    private static List<(string Path, bool IsFolder)> Entries(string folder)
    {
        var found = new List<(string Path, bool IsFolder)>();
        try
        {
            found.AddRange(new FileSystemEnumerable<(string, bool)>(
                folder, (ref FileSystemEntry entry) => (entry.ToFullPath(), entry.IsDirectory), All)
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) => entry.IsDirectory
                    ? (entry.Attributes & FileAttributes.ReparsePoint) == 0 && !IsLeftOutFolder(entry.FileName)
                    : !IsLogOfTheEngine(entry.FileName),
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has gone, or its path is longer than the system can open.
        }
        return found;
    }

    private static bool IsLeftOutFolder(ReadOnlySpan<char> name) =>
        PatternSegment.IsLeftOutFolder(name) || name.Equals("node_modules", PatternSegment.Comparison);

    private static bool IsLogOfTheEngine(ReadOnlySpan<char> name) => name.EndsWith(".binlog", StringComparison.OrdinalIgnoreCase)
        || (name.StartsWith("msbuild", StringComparison.OrdinalIgnoreCase) && name.EndsWith(".log", StringComparison.OrdinalIgnoreCase));
}
