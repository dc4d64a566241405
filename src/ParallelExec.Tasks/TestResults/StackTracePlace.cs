using System.Globalization;
using System.Text.RegularExpressions;
using ParallelExec.Model;

namespace ParallelExec.TestResults;

/// <summary>Finds the line of a stack trace that people want to see.</summary>
internal static partial class StackTracePlace
{
    /// <summary>The first file that is there: assertion libraries name files of the machine that built them.</summary>
    /// <param name="exists">Whether a file is there.</param>
    /// <returns>Without a file where none is named.</returns>
    public static SourceLocation Of(string stackTrace, Func<string, bool> exists)
    {
        SourceLocation[] places =
            [.. Frame().Matches(stackTrace).Select(Place)
            .Where(place => Path.IsPathFullyQualified(place.File) || place.File.StartsWith('/'))];
        return Array.Find(places, place => exists(place.File)) ?? places.FirstOrDefault() ?? new SourceLocation("");
    }

    private static SourceLocation Place(Match match) =>
        new(match.Groups["file"].Value,
            int.TryParse(match.Groups["line"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int line) ? line : 0);

    // "   at N.C.M() in /path/file.cs:line 12", of whatever language: what stands between the name and the number is translated.
    [GeneratedRegex(
        @"\) \S+ (?<file>[^\r\n]+?):\D{0,20}(?<line>[0-9]{1,9})\s*$",
        RegexOptions.Multiline | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Frame();
}
