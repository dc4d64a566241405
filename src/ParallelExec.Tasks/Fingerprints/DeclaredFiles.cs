using System.Collections.Immutable;
using System.Globalization;
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

    /// <summary>All files that are there of what is declared, each once, by path.</summary>
    public static string[] Existing(ImmutableArray<PathPattern> declared) =>
        declared.IsEmpty ? [] : [.. declared.SelectMany(Of).Where(File.Exists).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Size and time of all files that are among the outputs now, by path.</summary>
    public static ImmutableArray<OutputStamp> Stamps(ImmutableArray<PathPattern> outputs) =>
        [.. Existing(outputs).Select(file => new OutputStamp(file, SizeAndTime(file) ?? Fingerprint.NoFile))];

    public static string? SizeAndTime(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? string.Create(CultureInfo.InvariantCulture, $"{info.Length} {info.LastWriteTimeUtc:O}") : null;
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
