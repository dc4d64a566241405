using System.Collections.Immutable;
using Microsoft.Extensions.FileSystemGlobbing;
using Microsoft.Extensions.FileSystemGlobbing.Abstractions;
using ParallelExec.Model;

namespace ParallelExec.Fingerprints;

/// <summary>The files that declared <c>Inputs</c> and <c>Outputs</c> stand for.</summary>
internal static class DeclaredFiles
{
    public static bool Exists(PathPattern declared) => declared.IsGlob ? AnyMatch(declared) : Path.Exists(declared.Absolute);

    /// <summary>Absolute paths: of a pattern all that match, of a folder all files in it; a path without wildcards also where nothing is there.</summary>
    public static IEnumerable<string> Of(PathPattern declared)
    {
        if (declared.IsGlob)
            return Matches(declared).Files.Select(match => Path.GetFullPath(match.Path, declared.SplitGlob().Folder));
        return Directory.Exists(declared.Absolute) ? Directory.EnumerateFiles(declared.Absolute, "*", SearchOption.AllDirectories) : [declared.Absolute];
    }

    /// <summary>Whether a file, which need not be there, is one that the declaration stands for.</summary>
    public static bool Includes(PathPattern declared, string file)
    {
        if (!declared.IsGlob)
            return file == Path.GetFullPath(declared.Absolute) || file.StartsWith(Path.GetFullPath(declared.Absolute) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        (string folder, string pattern) = declared.SplitGlob();
        return new Matcher().AddInclude(pattern).Match(Path.GetFullPath(folder), file).HasMatches;
    }

    /// <summary>All files that are among the outputs now, by path.</summary>
    public static ImmutableArray<OutputStamp> Stamps(ImmutableArray<PathPattern> outputs)
    {
        if (outputs.IsEmpty)
            return [];
        var stamps = new SortedDictionary<string, OutputStamp>(StringComparer.Ordinal);
        foreach (string file in outputs.SelectMany(Of))
        {
            if (StampOf(file) is { } stamp)
                stamps[file] = stamp;
        }
        return [.. stamps.Values];
    }

    public static OutputStamp? StampOf(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? new OutputStamp(file, info.Length, info.LastWriteTimeUtc) : null;
    }

    // Apart, so that the globbing library is loaded only where a glob is declared.
    private static bool AnyMatch(PathPattern declared) => Matches(declared).HasMatches;

    private static PatternMatchingResult Matches(PathPattern declared)
    {
        (string folder, string pattern) = declared.SplitGlob();
        return Directory.Exists(folder)
            ? new Matcher().AddInclude(pattern).Execute(new DirectoryInfoWrapper(new DirectoryInfo(folder)))
            : new PatternMatchingResult([]);
    }
}
