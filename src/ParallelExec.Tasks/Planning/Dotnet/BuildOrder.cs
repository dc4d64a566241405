using System.Collections.Immutable;

namespace ParallelExec.Planning.Dotnet;

/// <summary>A project or a solution that somebody builds, restores, or runs as it was built.</summary>
/// <param name="File">Absolute.</param>
/// <param name="Properties">Global properties.</param>
/// <param name="Framework">The one that is asked for; empty = those of the project.</param>
/// <param name="Builds">False with <c>--no-build</c>: what it built before is read.</param>
/// <param name="WithReferences">False with <c>--no-dependencies</c>.</param>
/// <param name="Command">As people call it: <c>dotnet test</c>; empty where the engine of this run does it.</param>
internal sealed record BuildOrder(
    string File,
    ImmutableSortedDictionary<string, string> Properties,
    string Framework,
    bool Builds,
    bool Restores,
    bool WithReferences,
    string Command)
{
    /// <summary>False: it looks as a build does, and writes in <c>obj</c>, but nothing that is run: <c>dotnet format</c>.</summary>
    public bool MakesOutput { get; init; } = true;

    public bool ByCommand => Command.Length > 0;
}
