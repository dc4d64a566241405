using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing.TaskFolders;

namespace ParallelExec.Parsing;

/// <summary>
/// Between declarations and the plan: each kind of declared set becomes its subtasks. A new kind begins here, with an entry in
/// <see cref="Expand"/>.
/// </summary>
internal sealed class Expansion(
    DeclarationSet declared, RunOptions options, IReadOnlyDictionary<string, Team> teams, List<Diagnostic> diagnostics)
{
    /// <summary>What the task folders hold, once expanded.</summary>
    public ImmutableArray<Feature> Features { get; private set; } = [];

    public IEnumerable<Expanded> Expand() => [.. Items(), .. Folders()];

    /// <summary>A <c>ParallelTask</c> is one subtask; a service that is a project is two.</summary>
    private IEnumerable<Expanded> Items()
    {
        var parser = new SubtaskParser(options, teams, diagnostics);
        // Only a value that shows which way it is written on another system can be told from what an author has written himself.
        string[] paths = OperatingSystem.IsWindows() ? [] : 
            [.. declared.PathValues.Where(path => path.Contains('\\', StringComparison.Ordinal)).OrderByDescending(path => path.Length)];
        return declared.Of("ParallelTask")
            .Select(item => item.WithNative(paths))
            .SelectMany(item => parser.Parse(item) is { } subtask
                ? ServiceParser.WithBuild(subtask, item).Select(each => new Expanded(each))
                : [new Expanded(Unreadable(item), IsUnderstood: false)]);
    }

    /// <summary>A task folder is as many as it has files.</summary>
    private IEnumerable<Expanded> Folders()
    {
        Features = new TaskFolderReader(options, diagnostics).Read();
        return Features.SelectMany(feature => feature.Subtasks).Select(subtask => new Expanded(subtask));
    }

    private Subtask Unreadable(Declaration item) => new()
    {
        Id = item.Id,
        Work = new MilestoneWork(),
        Origin = item.Origin,
        WorkingDirectory = options.ProjectDirectory,
        DependsOn = item.Metadata.TryGetValue("DependsOn", out MetadataValue? dependencies) ? dependencies.List : [],
    };
}

/// <param name="IsUnderstood">False: something was wrong with it, which has been told; it has its place in the graph, and never runs.</param>
internal sealed record Expanded(Subtask Subtask, bool IsUnderstood = true);
