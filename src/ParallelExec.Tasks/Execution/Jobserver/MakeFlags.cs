using System.Collections.Immutable;
using System.Globalization;

namespace ParallelExec.Execution.Jobserver;

/// <summary>The variable <c>MAKEFLAGS</c>, by which make tells its children where jobs come from, and the options that undo it.</summary>
internal static class MakeFlags
{
    public const string Variable = "MAKEFLAGS";

    private static readonly string[] Makes = ["make", "gmake", "gnumake", "mingw32-make"];

    /// <param name="given">What the build has in it already, of which all stays that says nothing about jobs.</param>
    public static string With(string given, int jobs, string auth)
    {
        // "options -- variables"; options without a hyphen are one word of letters, and come first.
        int at = given.StartsWith("-- ", StringComparison.Ordinal) ? 0 : given.IndexOf(" -- ", StringComparison.Ordinal);
        string options = at < 0 ? given : given[..at], variables = at < 0 ? "" : " " + given[at..].TrimStart();
        IEnumerable<string> kept = options.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(option => !IsOfJobs(option));
        return string.Create(
            CultureInfo.InvariantCulture, $"{string.Join(' ', kept)} -j{jobs} --jobserver-auth={auth}{variables}");
    }

    /// <summary>
    /// The arguments without a number of jobs of their own, with which make and ninja leave the jobserver; <c>-j1</c> stays, because who
    /// writes that means it.
    /// </summary>
    public static ImmutableArray<string> WithoutJobs(string program, ImmutableArray<string> arguments)
    {
        if (!IsMake(program) && !IsNinja(program))
            return arguments;
        var kept = ImmutableArray.CreateBuilder<string>(arguments.Length);
        for (int i = 0; i < arguments.Length; i++)
        {
            bool hasNext = i + 1 < arguments.Length && arguments[i + 1].Length > 0 && arguments[i + 1].All(char.IsAsciiDigit);
            if (arguments[i] is "-j" or "--jobs" && hasNext && arguments[i + 1] != "1")
                i++;
            else if (!(arguments[i] is "-j" or "--jobs" && !hasNext) && !IsNumbered(arguments[i]))
                kept.Add(arguments[i]);
        }
        return kept.ToImmutable();
    }

    public static bool IsMake(string program) => Makes.Contains(NameOf(program), StringComparer.OrdinalIgnoreCase);

    public static bool IsNinja(string program) => NameOf(program).Equals("ninja", StringComparison.OrdinalIgnoreCase);

    private static string NameOf(string program) =>
        program.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? Path.GetFileName(program)[..^4] : Path.GetFileName(program);

    private static bool IsNumbered(string argument)
    {
        string? number = argument.StartsWith("-j", StringComparison.Ordinal) ? argument[2..]
            : argument.StartsWith("--jobs=", StringComparison.Ordinal) ? argument[7..] : null;
        return number is { Length: > 0 } and not "1" && number.All(char.IsAsciiDigit);
    }

    private static bool IsOfJobs(string option) =>
        option.StartsWith("-j", StringComparison.Ordinal) || option.StartsWith("--jobs", StringComparison.Ordinal);
}
