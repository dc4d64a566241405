using System.Collections.Immutable;

namespace ParallelExec.Parsing;

/// <summary>All that an author has declared, and what it was declared in; nothing in it was checked.</summary>
/// <param name="ProjectFile">The declaring project; absolute.</param>
internal sealed record DeclarationSet(string ProjectFile)
{
    /// <summary>In declaration order; the type of each stands in its origin.</summary>
    public ImmutableArray<Declaration> Items { get; init; } = [];

    /// <summary>The <c>ParallelExec…</c> properties that the SDK hands over, without their prefix.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Those of the build (<c>-p:</c>), whatever their names.</summary>
    public IReadOnlyDictionary<string, string> GlobalProperties { get; init; } = ImmutableDictionary<string, string>.Empty;
    public IReadOnlyDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Files beside the project in which declarations are looked for: <c>Directory.Build.props</c> and the like.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>Folder of the SDK, whose files declare nothing of the author; empty = not known.</summary>
    public string SdkDirectory { get; init; } = "";

    /// <summary>Values of MSBuild's own path properties, such as <c>OutputPath</c>, which hold <c>bin\Debug/</c> on every system.</summary>
    public ImmutableArray<string> PathValues { get; init; } = [];

    /// <summary>The <c>-m</c> of this build.</summary>
    public int NodeCount { get; init; } = 1;

    public IEnumerable<Declaration> Of(string itemType) =>
        Items.Where(item => item.Origin.ItemType.Equals(itemType, StringComparison.OrdinalIgnoreCase));
}
