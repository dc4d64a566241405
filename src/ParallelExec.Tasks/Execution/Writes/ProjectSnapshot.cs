using System.Collections.Immutable;
using ParallelExec.Files;

namespace ParallelExec.Execution.Writes;

/// <summary>What the files of the project's folder were at a moment, without reading them.</summary>
internal sealed class ProjectSnapshot
{
    private readonly Dictionary<string, FileIdentity> files = new(StringComparer.Ordinal);

    private ProjectSnapshot()
    {
    }

    public static ProjectSnapshot Take(WatchedFiles watched)
    {
        var taken = new ProjectSnapshot();
        foreach (string file in watched.Find())
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
