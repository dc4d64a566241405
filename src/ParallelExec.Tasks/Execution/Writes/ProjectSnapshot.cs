using System.Collections.Immutable;
using ParallelExec.Files;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Writes;

/// <summary>What the files of the project's folder were at a moment, without reading them.</summary>
internal sealed class ProjectSnapshot
{
    private readonly Dictionary<string, FileIdentity> files = new(StringComparer.Ordinal);

    private ProjectSnapshot()
    {
    }

    /// <summary>
    /// What a pattern of the whole project stands for: that leaves out <c>bin</c>, <c>obj</c> and hidden folders. And without what is ours,
    /// packages, and logs that the engine writes while the run goes on.
    /// </summary>
    public static PathPattern Watched(ExecutionPlan plan, RunOptions options)
    {
        string[] ours =
        [
            options.Directory, options.CacheDirectory,
            .. plan.Subtasks.Select(subtask => subtask.Subtask.TaskFile?.Feature).OfType<string>(),
            .. plan.Subtasks.Select(subtask => subtask.Subtask.Team?.SharedContext).OfType<string>(),
        ];
        return PathPattern.List(
            [
                "**", "!**/node_modules", "!**/*.binlog", "!msbuild*.log",
                .. ours.Where(path => path.Length > 0 && RealPaths.IsInside(options.ProjectDirectory, path) && !IsLeftOut(path))
                    .Distinct(StringComparer.Ordinal).Select(path => "!" + path),
            ],
            options.ProjectDirectory)[0];

        bool IsLeftOut(string path) => Path.GetRelativePath(options.ProjectDirectory, path).Split(Path.DirectorySeparatorChar)
            .Any(name => PatternSegment.IsLeftOutFolder(name));
    }

    public static ProjectSnapshot Take(PathPattern watched)
    {
        var taken = new ProjectSnapshot();
        foreach (string file in FileWalk.Files(watched))
        {
            if (FileIdentity.Of(file) is { } identity)
                taken.files[file] = identity;
        }
        return taken;
    }

    /// <returns>By path; the time is null where nobody knows it: of what has gone.</returns>
    public ImmutableArray<(string File, DateTime? At)> ChangesTo(ProjectSnapshot later)
    {
        var changes = ImmutableArray.CreateBuilder<(string File, DateTime? At)>();
        foreach ((string file, FileIdentity now) in later.files)
        {
            if (!files.TryGetValue(file, out FileIdentity before) || before != now)
                changes.Add((file, now.ChangedAt));
        }
        foreach (string file in files.Keys)
        {
            if (!later.files.ContainsKey(file))
                changes.Add((file, null));
        }
        changes.Sort((a, b) => string.CompareOrdinal(a.File, b.File));
        return changes.DrainToImmutable();
    }
}
