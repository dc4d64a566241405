using System.Globalization;
using System.Text.RegularExpressions;
using ParallelExec.Model;

namespace ParallelExec.TestResults;

/// <summary>Finds the line of a stack trace that people want to see.</summary>
internal static partial class StackTracePlace
{
    private const string Root = "/_/";

    /// <summary>The first file that is there: assertion libraries name files of the machine that built them.</summary>
    /// <param name="find">A file's path on this machine; null where it is not there.</param>
    /// <returns>Without a file where none is there.</returns>
    public static SourceLocation Of(string stackTrace, Func<string, string?> find)
    {
        foreach (Match match in Frame().Matches(stackTrace))
        {
            if (find(match.Groups["file"].Value) is { } file)
                return new SourceLocation(file,
                    int.TryParse(match.Groups["line"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int line) ? line : 0);
        }
        return new SourceLocation("");
    }

    /// <summary>Finds files also where a build for CI has written <c>/_/</c> for the root of its repository.</summary>
    /// <param name="projectFile">Of the tests; absolute.</param>
    public static Func<string, string?> Near(string projectFile) => path =>
    {
        if (!path.StartsWith(Root, StringComparison.Ordinal))
            return File.Exists(path) ? path : null;
        for (string? folder = Path.GetDirectoryName(projectFile); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            string file = Path.Combine(folder, path[Root.Length..]);
            if (File.Exists(file))
                return file;
        }
        return null;
    };

    // "   at N.C.M() in /path/file.cs:line 12", of whatever language: what stands between the name and the number is translated.
    // A name of F# may have brackets and spaces itself, so a file is what begins as a whole path.
    [GeneratedRegex(
        @"\) \S+ (?<file>(/|\\\\|[A-Za-z]:[/\\])[^\r\n]*?):\D{0,20}(?<line>[0-9]{1,9})\s*$",
        RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Frame();
}
