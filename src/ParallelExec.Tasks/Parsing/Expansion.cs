using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing.Conversions;
using ParallelExec.Parsing.TaskFolders;
using ParallelExec.Parsing.TestSuites;

namespace ParallelExec.Parsing;

/// <summary>
/// Between declarations and the plan: each kind of declared set becomes its subtasks. A new kind begins here, with an entry in
/// <see cref="Expand"/>.
/// </summary>
/// <param name="projects">Null before a restore: projects do not know then what they are.</param>
internal sealed class Expansion(
    DeclarationSet declared,
    ProjectFiles files,
    RunOptions options,
    IReadOnlyDictionary<string, Team> teams,
    Func<RunOptions, IProjectReader>? projects,
    List<Diagnostic> diagnostics)
{
    // Only a value that shows which way it is written on another system can be told from what an author has written himself.
    private readonly string[] nativePaths = OperatingSystem.IsWindows() ? [] :
        [.. declared.PathValues.Where(path => path.Contains('\\', StringComparison.Ordinal)).OrderByDescending(path => path.Length)];

    /// <summary>What the task folders hold, once expanded.</summary>
    public ImmutableArray<Feature> Features { get; private set; } = [];

    public IEnumerable<Expanded> Expand() => [.. Items(), .. Suites(), .. Converted(), .. Folders()];

    /// <summary>A <c>ParallelTask</c> is one subtask; a service that is a project is two, one with <c>Tasks</c> a chain.</summary>
    private IEnumerable<Expanded> Items()
    {
        var parser = new SubtaskParser(options, teams, diagnostics);
        return declared.Of("ParallelTask")
            .Select(item => item.WithNative(nativePaths))
            .SelectMany(item => parser.Parse(item) is { } subtask
                ? ServiceParser.WithBuild(subtask, item).SelectMany(each => TaskChain.Of(each, item)).Select(each => new Expanded(each))
                : [Expanded.NotUnderstood(item, options)]);
    }

    /// <summary>A <c>ParallelTest</c> is a build and the parts of its suite.</summary>
    private ImmutableArray<Expanded> Suites()
    {
        ImmutableArray<Declaration> items = [.. declared.Of("ParallelTest")];
        if (files.Patterns.Count > 0)
            new EmptyPatterns(files, options, diagnostics).Check("ParallelTest", items);
        return items.IsEmpty ? [] : new SuiteExpansion(options, teams, projects?.Invoke(options), diagnostics).Expand(items);
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
}

/// <param name="IsUnderstood">False: something was wrong with it, which has been told; it has its place in the graph, and never
/// runs.</param>
internal sealed record Expanded(Subtask Subtask, bool IsUnderstood = true)
{
    /// <summary>What stands in the graph for an item that could not be understood.</summary>
    public static Expanded NotUnderstood(Declaration item, RunOptions options) => new(
        new Subtask
        {
            Id = item.Id,
            Work = new MilestoneWork(),
            Origin = item.Origin,
            WorkingDirectory = options.ProjectDirectory,
            DependsOn = item.Metadata.TryGetValue("DependsOn", out MetadataValue? dependencies) ? Values.Ids(dependencies.List) : [],
        },
        IsUnderstood: false);
}
