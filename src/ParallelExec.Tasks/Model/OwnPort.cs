using System.Globalization;

namespace ParallelExec.Model;

/// <summary><c>{port}</c>: the free port of its own that a service gets.</summary>
internal static class OwnPort
{
    public const string Placeholder = "{port}";

    /// <summary>The value under which it is handed on.</summary>
    public const string ValueName = "PORT";

    public static bool IsIn(string? text) => text is not null && Next(text, 0) >= 0;

    public static string Fill(string text, int port)
    {
        int at = 0;
        while ((at = Next(text, at)) >= 0)
        {
            string number = port.ToString(CultureInfo.InvariantCulture);
            text = $"{text.AsSpan(0, at)}{number}{text.AsSpan(at + Placeholder.Length)}";
            at += number.Length;
        }
        return text;
    }

    // ${port} is a variable of the shell.
    private static int Next(string text, int from)
    {
        while ((from = text.IndexOf(Placeholder, from, StringComparison.Ordinal)) > 0 && text[from - 1] == '$')
            from += Placeholder.Length;
        return from;
    }
}
