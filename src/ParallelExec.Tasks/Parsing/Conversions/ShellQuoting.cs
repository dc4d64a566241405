using System.Buffers;

namespace ParallelExec.Parsing.Conversions;

/// <summary>
/// How a file's name is written in a command line so that the shell takes it for one text, whatever is in it: outside of quotes, and in
/// quotes that the author has written around it.
/// </summary>
internal sealed class ShellQuoting
{
    private enum Rules { Posix, PowerShell, Cmd }

    private static readonly SearchValues<char> Plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,+@=");

    private readonly Rules rules;

    private ShellQuoting(Rules rules) => this.rules = rules;

    /// <param name="shell">As declared; null = the platform's own.</param>
    public static ShellQuoting Of(string? shell, bool isWindows) =>
        new(Path.GetFileNameWithoutExtension(shell ?? "").ToUpperInvariant() switch
        {
            "PWSH" or "POWERSHELL" => Rules.PowerShell,
            "CMD" => Rules.Cmd,
            "" when isWindows => Rules.Cmd,
            _ => Rules.Posix,
        });

    /// <summary>The quote that is open after a text, where <paramref name="open"/> was before it; NUL = none.</summary>
    public char After(string text, char open)
    {
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == Escape && open != '\'')
                i++;
            else if (open == '\0' ? c == '"' || (c == '\'' && rules != Rules.Cmd) : c == open)
                open = open == '\0' ? c : '\0';
        }
        return open;
    }

    /// <param name="open">The quote in which it stands; NUL = none.</param>
    public string Quote(string value, char open) => (rules, open) switch
    {
        (Rules.Cmd, '\0') => IsPlain(value) ? value : $"\"{Doubled(value, '%')}\"",
        // In a script a percent sign begins a variable, in quotes too.
        (Rules.Cmd, _) => Doubled(value, '%'),
        (Rules.PowerShell, '\0') => IsPlain(value) ? value : $"'{Doubled(value, '\'')}'",
        (Rules.PowerShell, '\'') => Doubled(value, '\''),
        (Rules.PowerShell, _) => Escaped(value, "`\"$", '`'),
        (_, '\0') => IsPlain(value) ? value : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'",
        (_, '\'') => value.Replace("'", "'\\''", StringComparison.Ordinal),
        _ => Escaped(value, "\\\"$`", '\\'),
    };

    private char Escape => rules switch { Rules.Posix => '\\', Rules.PowerShell => '`', _ => '^' };

    private static bool IsPlain(string value) => value.Length > 0 && !value.AsSpan().ContainsAnyExcept(Plain);

    private static string Doubled(string value, char c) => value.Replace(c.ToString(), new string(c, 2), StringComparison.Ordinal);

    private static string Escaped(string value, string special, char escape) =>
        string.Concat(value.Select(c => special.Contains(c, StringComparison.Ordinal) ? $"{escape}{c}" : c.ToString()));
}
