using System.Text;
using System.Text.RegularExpressions;

namespace ParallelExec.Model;

/// <summary>
/// Makes text of others harmless where it is shown: a terminal obeys escape sequences, and a CI obeys lines in its log. Ids, titles, file
/// names and what commands write all hold what somebody else has chosen. Log files keep what was written.
/// </summary>
internal static partial class PlainText
{
    private static readonly string[] LocaleVariables = ["LC_ALL", "LC_CTYPE", "LANG"];
    private static readonly string[] CiVariables = ["GITHUB_ACTIONS", "TF_BUILD", "GITLAB_CI", "TEAMCITY_VERSION"];

    /// <summary>Whether a CI reads the log.</summary>
    /// <param name="variable">A variable of the build's environment.</param>
    public static bool IsReadByCi(Func<string, string?> variable) =>
        CiVariables.Any(name => variable(name) is { Length: > 0 } value && !value.Equals("false", StringComparison.OrdinalIgnoreCase));

    /// <summary>A console that can show ASCII only: its encoding, or the locale, says so.</summary>
    /// <param name="variable">A variable of the build's environment.</param>
    public static bool IsAsciiOnly(Encoding console, Func<string, string?> variable)
    {
        const string Mark = "\u2713";
        string locale = LocaleVariables.Select(variable).FirstOrDefault(value => value is { Length: > 0 }) ?? "";
        return locale is "C" or "POSIX" || console.GetString(console.GetBytes(Mark)) != Mark;
    }

    /// <summary>The text without control characters (line breaks and tabs stay) and without halves of characters.</summary>
    /// <param name="ci">Commands to a CI are broken up by a space: <c>: :error</c>, <c>## vso[</c>.</param>
    public static string Of(string text, bool ci)
    {
        string plain = NeedsCleaning(text) ? Clean(text) : text;
        // The runners of GitHub look behind leading space, those of the others anywhere in a line.
        if (ci && plain.Contains("::", StringComparison.Ordinal))
            plain = GitHubCommand().Replace(plain, "$1: :");
        if (ci && plain.Contains("##", StringComparison.Ordinal))
            plain = BracketCommand().Replace(plain, "## ");
        return plain;
    }

    private static bool NeedsCleaning(string text)
    {
        foreach (char c in text)
        {
            if (IsControl(c) || char.IsSurrogate(c))
                return true;
        }
        return false;
    }

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\r' && i + 1 < text.Length && text[i + 1] == '\n')
                continue;
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                clean.Append(c).Append(text[++i]);
            else
                clean.Append(IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c);
        }
        return clean.ToString();
    }

    private static bool IsControl(char c) => char.IsControl(c) && c is not ('\t' or '\n');

    [GeneratedRegex(@"(^\s*)::", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex GitHubCommand();

    [GeneratedRegex(@"##(?=(?:vso|teamcity)?\[)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BracketCommand();
}
