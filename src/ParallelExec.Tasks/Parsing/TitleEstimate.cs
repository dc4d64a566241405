using System.Globalization;
using System.Text.RegularExpressions;

namespace ParallelExec.Parsing;

/// <summary>People write how long a piece of work takes into its title: <c>Payment API (2 hours)</c>.</summary>
internal static partial class TitleEstimate
{
    // Longer is no estimate of a subtask, and a number of any length must not overflow.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <returns>What stands in brackets, the last of several; null where nothing is a duration there.</returns>
    public static TimeSpan? In(string title)
    {
        if (!title.Contains('(', StringComparison.Ordinal))
            return null;
        TimeSpan? found = null;
        foreach (Match match in Form().Matches(title))
        {
            double minutes = (Number(match, "days") * 24 * 60) + (Number(match, "hours") * 60) + Number(match, "minutes")
                + (Number(match, "seconds") / 60);
            if (minutes > 0 && minutes <= Longest.TotalMinutes)
                found = TimeSpan.FromMinutes(minutes);
        }
        return found;
    }

    private static double Number(Match match, string group) =>
        match.Groups[group] is { Success: true } text ? double.Parse(text.Value, CultureInfo.InvariantCulture) : 0;

    // No bare "d": "Viewer (3d)" is no three days.
    [GeneratedRegex(
        @"\(\s*(?:~|about\s|approx\.?\s|est\.?:?\s)?\s*(?:(?<days>[0-9]+(?:\.[0-9]+)?)\s*days?)?"
        + @"\s*(?:(?<hours>[0-9]+(?:\.[0-9]+)?)\s*(?:h|hrs?|hours?))?"
        + @"\s*(?:(?<minutes>[0-9]+(?:\.[0-9]+)?)\s*(?:m|mins?|minutes?))?"
        + @"\s*(?:(?<seconds>[0-9]+(?:\.[0-9]+)?)\s*(?:s|secs?|seconds?))?\s*\)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Form();
}
