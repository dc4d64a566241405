using System.Collections.Immutable;
using Microsoft.Extensions.FileSystemGlobbing;
using Microsoft.Extensions.FileSystemGlobbing.Abstractions;
using ParallelExec.Model;

namespace ParallelExec.Execution.Output;

/// <summary>Whether declared outputs are there, and whether they have changed.</summary>
internal static class OutputFiles
{
    public static bool Exists(PathPattern output) => output.IsGlob ? AnyMatch(output) : Path.Exists(output.Absolute);

    /// <summary>All files that are among the outputs now; of a folder all files in it.</summary>
    public static ImmutableDictionary<string, Stamp> Stamps(IEnumerable<PathPattern> outputs)
    {
        var stamps = ImmutableDictionary.CreateBuilder<string, Stamp>(StringComparer.Ordinal);
        foreach (string file in outputs.SelectMany(Files))
        {
            var info = new FileInfo(file);
            if (info.Exists)
                stamps[file] = new Stamp(info.LastWriteTimeUtc, info.Length);
        }
        return stamps.ToImmutable();
    }

    private static IEnumerable<string> Files(PathPattern output)
    {
        if (output.IsGlob)
            return Matches(output).Files.Select(match => Path.GetFullPath(match.Path, output.SplitGlob().Folder));
        return Directory.Exists(output.Absolute) ? Directory.EnumerateFiles(output.Absolute, "*", SearchOption.AllDirectories) : [output.Absolute];
    }

    // Apart, so that the globbing library is loaded only where a glob is declared.
    private static bool AnyMatch(PathPattern output) => Matches(output).HasMatches;

    private static PatternMatchingResult Matches(PathPattern output)
    {
        (string folder, string pattern) = output.SplitGlob();
        return Directory.Exists(folder)
            ? new Matcher().AddInclude(pattern).Execute(new DirectoryInfoWrapper(new DirectoryInfo(folder)))
            : new PatternMatchingResult([]);
    }

    /// <summary>What tells whether a file was written.</summary>
    internal readonly record struct Stamp(DateTime WrittenAt, long Length);
}
