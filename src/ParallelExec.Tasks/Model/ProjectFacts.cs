using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>What an MSBuild project says of itself, as the engine evaluates it; nothing of it was built.</summary>
/// <param name="File">Absolute.</param>
/// <param name="Properties">Those that were asked for; empty text where it says nothing.</param>
/// <param name="ProjectReferences">Absolute paths, in order.</param>
/// <param name="PackageReferences">Names, in order.</param>
/// <param name="Imports">Absolute paths of all files that it is made of, with its own.</param>
internal sealed record ProjectFacts(
    string File,
    ImmutableSortedDictionary<string, string> Properties,
    ImmutableArray<string> ProjectReferences,
    ImmutableArray<string> PackageReferences,
    ImmutableArray<string> Imports)
{
    /// <summary>Folders outside of its own that files of it lie in; absolute.</summary>
    public ImmutableArray<string> LinkedFolders { get; init; } = [];

    public string this[string property] => Properties.GetValueOrDefault(property, "");
}

/// <summary>Asks projects what they are. The engine that runs this build does it.</summary>
internal interface IProjectReader
{
    /// <param name="globalProperties">On top of those of this build; <c>TargetFramework</c> for one of several.</param>
    /// <returns>Null where it can not be read; then <paramref name="problem"/> says why.</returns>
    ProjectFacts? Read(string projectFile, IReadOnlyDictionary<string, string> globalProperties, out string problem);
}
