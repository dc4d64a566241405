using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ParallelExec.Parsing;

/// <summary>The forms of single values. Each returns null for a text that is not of its form.</summary>
internal static partial class Values
{
    public const string DurationForm = "a duration such as 90s, 5m, 1h30m, 500ms or 00:05:00";

    /// <summary>A time-out goes into a timer of 32 bits: about 49 days.</summary>
    private const double LongestMilliseconds = uint.MaxValue - 1;

    private const int MostCores = 4096;
    private const int MostCounts = 16;

    public static TimeSpan? Duration(string text)
    {
        text = text.Trim();
        if (ColonDuration().Match(text) is { Success: true } colons)
        {
            return TimeSpan.TryParse(colons.Value, CultureInfo.InvariantCulture, out TimeSpan span)
                && span.TotalMilliseconds < LongestMilliseconds
                ? span
                : null;
        }
        Match match = UnitDuration().Match(text);
        if (!match.Success || text.Length == 0)
            return null;
        double milliseconds = 0;
        for (int group = 1; group <= 5; group++)
        {
            if (match.Groups[group].Success)
                milliseconds += double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) * UnitMilliseconds[group - 1];
        }
        return milliseconds < LongestMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
    }

    public static bool? Boolean(string text) => text.Trim().ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" => true,
        "FALSE" or "NO" or "OFF" => false,
        _ => null,
    };

    public static int? WholeNumber(string text, int least) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least ? number : null;

    public const string CoreCountsForm = "one or more whole numbers up to 4096, such as 16 or 2;4;8";

    /// <summary>How many cores machines have. Blanks part them too: in <c>-p:</c> the engine takes the rest for itself.</summary>
    public static ImmutableArray<int>? CoreCounts(string text)
    {
        string[] texts = text.Split([';', ',', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        int?[] counts = [.. texts.Select(count => WholeNumber(count, 1))];
        return Array.TrueForAll(counts, count => count is <= MostCores) && counts.Length is > 0 and <= MostCounts
            ? [.. counts.Select(count => count!.Value).Distinct()] : null;
    }

    /// <summary>A size in bytes: a whole number and KB, MB, GB or TB, each a thousand times the one before.</summary>
    public static long? Size(string text)
    {
        text = text.Trim().ToUpperInvariant();
        int unit = Array.FindIndex(Units, name => text.EndsWith(name, StringComparison.Ordinal));
        return unit >= 0 && long.TryParse(text[..^2].TrimEnd(), NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            && count is > 0 and < 1_000_000
            ? count * (long)Math.Pow(1000, unit + 1)
            : null;
    }

    public const string MoneyForm = "an amount in US dollars, such as 5 or 0.50";

    public static decimal? Money(string text) =>
        decimal.TryParse(text.Trim().TrimStart('$'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal usd)
            && usd > 0 ? usd : null;

    public const string TokensForm = "a whole number, 1 or more, such as 500000, 500k or 2M";

    public static long? Tokens(string text)
    {
        text = text.Trim();
        long unit = text.Length == 0 ? 1 : text[^1] switch { 'k' or 'K' => 1000, 'm' or 'M' => 1_000_000, _ => 1 };
        return long.TryParse(unit > 1 ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            && count is > 0 and < 1_000_000_000_000 ? count * unit : null;
    }

    /// <summary>An amount of memory in bytes. <c>2g</c> has steps of 1024, as for java and containers; <c>2GB</c> of 1000.</summary>
    public static long? Memory(string text)
    {
        Match match = MemoryAmount().Match(text.Trim());
        if (!match.Success)
            return null;
        double step = match.Groups[3].Value.Equals("B", StringComparison.OrdinalIgnoreCase) ? 1000 : 1024;
        int power = "KMGT".IndexOf(char.ToUpperInvariant(match.Groups[2].Value[0]), StringComparison.Ordinal) + 1;
        double bytes = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * Math.Pow(step, power);
        return bytes is >= 1 and < 1e18 ? (long)bytes : null;
    }

    public const string MemoryForm = "an amount of memory such as 512m, 1.5g or 2GB";

    private static readonly string[] Units = ["KB", "MB", "GB", "TB"];

    public static TEnum? OneOf<TEnum>(string text)
        where TEnum : struct, Enum =>
        // By name only: the framework takes numbers too, and several names at once.
        (TEnum?)Named(typeof(TEnum), text.Trim());

    // Not the generic forms of it: these are compiled anew, at each start, for each enum.
    private static object? Named(Type type, string text) =>
        Array.Find(Enum.GetNames(type), name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } known
            ? Enum.Parse(type, known) : null;

    /// <summary>What to say that <see cref="OneOf"/> takes.</summary>
    public static string NamesOf(Type type) => $"one of {string.Join(", ", Enum.GetNames(type))}";

    /// <summary><c>NAME=value</c>; the value may hold further equals signs.</summary>
    public static KeyValuePair<string, string>? Assignment(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 ? new(text[..equals].Trim(), text[(equals + 1)..]) : null;
    }

    /// <summary>True for an id of the contract: letters, digits and <c>. _ - : /</c>, 200 characters at most.</summary>
    public static bool IsId(string id) =>
        id.Length is > 0 and <= 200 && id.All(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or ':' or '/');

    public static ImmutableArray<string> List(string text) =>
        [.. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>A list of ids, or of wildcards over them. No id has a space in it, so a space, or a line's end, separates too.</summary>
    public static ImmutableArray<string> Ids(IEnumerable<string> entries) =>
        [.. entries.SelectMany(entry => entry.Split(IdSeparators, StringSplitOptions.RemoveEmptyEntries))];

    private static readonly char[] IdSeparators = [';', ' ', '\t', '\r', '\n'];

    /// <summary>What to say of an id that nobody has: a comma separates nowhere in MSBuild.</summary>
    public static string CommaHint(string id) =>
        id.Contains(',', StringComparison.Ordinal) ? " Several are separated by ';', which on a command line is written %3B." : "";

    /// <summary>Authors write either slash, as MSBuild lets them: its own path properties hold <c>bin\Debug/</c> on every system.</summary>
    public static string NativePath(string path) => OperatingSystem.IsWindows() ? path : path.Replace('\\', '/');

    /// <summary>A wildcard over ids: <c>*</c> stands for any characters, ignoring case.</summary>
    public static Regex Wildcard(string pattern) => new(
        "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static readonly double[] UnitMilliseconds = [86_400_000, 3_600_000, 60_000, 1000, 1];

    [GeneratedRegex(
        @"^(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m(?!s))?(?:([0-9]+(?:\.[0-9]+)?)s)?(?:([0-9]+)ms)?$", RegexOptions.CultureInvariant)]
    private static partial Regex UnitDuration();

    [GeneratedRegex(@"^([0-9]{1,12}(?:\.[0-9]{1,6})?) ?([kKmMgGtT])([bB]|[iI][bB])?$", RegexOptions.CultureInvariant)]
    private static partial Regex MemoryAmount();

    [GeneratedRegex(@"^([0-9]+\.)?[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex ColonDuration();
}
