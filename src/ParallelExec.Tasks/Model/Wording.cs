using System.Buffers;
using System.Globalization;

namespace ParallelExec.Model;

/// <summary>How durations and long texts are shown to people.</summary>
internal static class Wording
{
    private static readonly SearchValues<char> AfterHost = SearchValues.Create("/?# '\"");

    /// <summary><c>0.4s</c>, <c>12.3s</c>, <c>4m05s</c>, <c>1h02m</c>.</summary>
    public static string Duration(TimeSpan duration)
    {
        TimeSpan rounded = TimeSpan.FromSeconds(Math.Round(duration.TotalSeconds));
        // What would be rounded to 60.0s is a minute.
        if (duration.TotalSeconds < 59.95)
            return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0}s");
        return rounded < TimeSpan.FromHours(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)rounded.TotalMinutes}m{rounded.Seconds:00}s")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)rounded.TotalHours}h{rounded.Minutes:00}m");
    }

    /// <summary><c>12s</c>, else as <see cref="Duration"/>.</summary>
    public static string Seconds(TimeSpan duration) => duration.TotalSeconds < 59.5
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0}s") : Duration(duration);

    /// <summary><c>350 MB</c>, <c>1.5 GB</c>, with 1024 as the step, as memory is counted.</summary>
    public static string Memory(long bytes)
    {
        const double Mega = 1024 * 1024;
        return bytes < 1000 * Mega
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / Mega:0} MB")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes / Mega / 1024:0.0} GB");
    }

    /// <summary>Not in the middle of a character: a half of one is no text, and writers of JSON refuse it.</summary>
    public static string Shorten(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 4]) ? length - 4 : length - 3)] + "...";

    /// <summary>Without its middle: both ends of an id tell which it is.</summary>
    public static string Middle(string text, int length)
    {
        if (text.Length <= length)
            return text;
        int end = (length - 2) / 2;
        return $"{text.AsSpan(0, length - 2 - end)}..{text.AsSpan(text.Length - end)}";
    }

    /// <summary>A name that may have line breaks in it, where one line is meant.</summary>
    public static string OneLine(string text) =>
        text.Replace("\r\n", " ", StringComparison.Ordinal).Replace('\n', ' ').Replace('\r', ' ');

    /// <summary>Some ids, and how many more there are.</summary>
    public static string Ids(IReadOnlyCollection<string> ids, int shown = 8) =>
        string.Join(", ", ids.Take(shown)) + (ids.Count > shown ? $" and {ids.Count - shown} more" : "");

    /// <summary>A chain; of a long one both ends.</summary>
    public static string Path(IReadOnlyList<string> steps) => steps.Count <= 8 ? string.Join(" -> ", steps)
        : $"{string.Join(" -> ", steps.Take(4))} -> ... -> {string.Join(" -> ", steps.TakeLast(3))}";

    public static string Of(Proof proof) => proof == Proof.Proven ? "proven" : "believed";

    public static string Of(Model.SubtaskStatus status) => status switch
    {
        Model.SubtaskStatus.TimedOut => "timed out",
        Model.SubtaskStatus.UpToDate => "up to date",
        _ => status.ToString().ToLowerInvariant(),
    };

    public static string Number(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary><c>12,345</c>.</summary>
    public static string Large(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>US dollars: <c>$0.42</c>, small amounts with more digits.</summary>
    public static string Money(decimal usd) => "$" + usd.ToString(usd < 0.1m ? "0.00##" : "0.00", CultureInfo.InvariantCulture);

    public static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";

    /// <summary><c>212 tests, 1 failed, 3 skipped</c>.</summary>
    public static string Tests(TestSummary tests) => string.Join(", ", new[]
    {
        Count(tests.Total, "test"), tests.Failed > 0 ? $"{tests.Failed} failed" : "", tests.Skipped > 0 ? $"{tests.Skipped} skipped" : "",
        tests.Flaky > 0 ? $"{tests.Flaky} flaky" : "",
    }.Where(text => text.Length > 0));

    /// <summary>What is told of a bug of ours: enough to find it.</summary>
    public static string Bug(Exception e) =>
        $"ParallelExec failed itself. Report this text as a bug of ParallelExec, with the version and what was run: {e}";

    /// <summary>Addresses in it without the user and password that they may hold.</summary>
    public static string WithoutUserInfo(string text)
    {
        int from = 0;
        while (text.IndexOf("://", from, StringComparison.Ordinal) is >= 0 and int at)
        {
            from = at + 3;
            int end = text.AsSpan(from).IndexOfAny(AfterHost);
            int user = text.AsSpan(from, end < 0 ? text.Length - from : end).LastIndexOf('@');
            if (user >= 0)
                text = $"{text.AsSpan(0, from)}***{text.AsSpan(from + user)}";
        }
        return text;
    }
}
