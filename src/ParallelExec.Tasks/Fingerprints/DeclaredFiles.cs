using System.Collections.Immutable;
using System.Globalization;
using ParallelExec.Model;

namespace ParallelExec.Fingerprints;

/// <summary>The files that declared <c>Inputs</c> and <c>Outputs</c> stand for.</summary>
internal static class DeclaredFiles
{
    public static bool Exists(PathPattern declared) => declared.IsGlob ? FileWalk.Files(declared).Any() : Path.Exists(declared.FullPath);

    /// <summary>
    /// Absolute paths: of a pattern all that match, of a folder all files in it; a path without wildcards also where nothing is there.
    /// </summary>
    public static IEnumerable<string> Of(PathPattern declared) =>
        declared.IsGlob || Directory.Exists(declared.FullPath) ? FileWalk.Files(declared) : [declared.FullPath];

    /// <summary>Those that are not there, as they are told.</summary>
    public static string[] Missing(ImmutableArray<PathPattern> declared) =>
        [.. declared.Where(output => !Exists(output)).Select(output => $"'{output.Declared}'{Hint(output)}")];

    /// <summary>All files that are there of what is declared, each once, by path.</summary>
    public static string[] Existing(ImmutableArray<PathPattern> declared) =>
        declared.IsEmpty ? []
            : [.. declared.SelectMany(Of).Where(File.Exists).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Size and time of all files that are among the outputs now, by path.</summary>
    public static ImmutableArray<OutputStamp> Stamps(ImmutableArray<PathPattern> outputs) =>
        [.. Existing(outputs).Select(file => new OutputStamp(file, SizeAndTime(file) ?? Fingerprint.NoFile))];

    public static string? SizeAndTime(string file)
    {
        var info = new FileInfo(file);
        return info.Exists ? string.Create(CultureInfo.InvariantCulture, $"{info.Length} {info.LastWriteTimeUtc:O}") : null;
    }

    private static string Hint(PathPattern declared) =>
        declared.IsGlob && FileWalk.Files(declared, everywhere: true).FirstOrDefault() is { } file
        ? $" (wildcards do not enter bin, obj and hidden folders, where '{Path.GetFileName(file)}' is: spell the folder, as in bin/**)"
        : "";
}
