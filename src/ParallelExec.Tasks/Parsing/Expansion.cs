using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing.Conversions;
using ParallelExec.Parsing.TaskFolders;

namespace ParallelExec.Parsing;

/// <summary>
/// Between declarations and the plan: each kind of declared set becomes its subtasks. A new kind begins here, with an entry in
/// <see cref="Expand"/>.
/// </summary>
internal sealed class Expansion(
    DeclarationSet declared, ProjectFiles files, RunOptions options, IReadOnlyDictionary<string, Team> teams, List<Diagnostic> diagnostics)
{
    // Only a value that shows which way it is written on another system can be told from what an author has written himself.
    private readonly string[] nativePaths = OperatingSystem.IsWindows() ? [] :
        [.. declared.PathValues.Where(path => path.Contains('\\', StringComparison.Ordinal)).OrderByDescending(path => path.Length)];

    /// <summary>What the task folders hold, once expanded.</summary>
    public ImmutableArray<Feature> Features { get; private set; } = [];

    public IEnumerable<Expanded> Expand() => [.. Items(), .. Converted(), .. Folders()];

    /// <summary>A <c>ParallelTask</c> is one subtask.</summary>
    private IEnumerable<Expanded> Items()
    {
        var parser = new SubtaskParser(options, teams, diagnostics);
        return declared.Of("ParallelTask")
            .Select(item => item.WithNative(nativePaths))
            .Select(item => parser.Parse(item) is { } subtask ? new Expanded(subtask) : new Expanded(Unreadable(item), IsUnderstood: false));
    }

    /// <summary>A <c>ParallelConvert</c> is a subtask for each file, and a milestone.</summary>
    private IEnumerable<Expanded> Converted() =>
        new ConvertExpansion(declared, files, options, new SubtaskParser(options, teams, diagnostics), nativePaths, diagnostics).Expand();

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
