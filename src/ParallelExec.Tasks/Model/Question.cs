namespace ParallelExec.Model;

/// <summary>What a subtask has asked a person.</summary>
/// <param name="Answer">Empty = nobody has answered yet.</param>
internal sealed record Question(string Text, string Answer)
{
    /// <summary>What the last words of an agent begin with that can not go on without an answer.</summary>
    public const string Mark = "NEEDS INPUT:";

    /// <summary>In characters; what is longer is cut.</summary>
    private const int Longest = 4000;

    /// <summary>The question in what an agent said last: from the mark, at the beginning of a line, to the end.</summary>
    /// <returns>Null where it asks nothing.</returns>
    public static string? In(string said)
    {
        string[] lines = said.Split('\n');
        int at = Array.FindLastIndex(lines, IsMarked);
        return at < 0 ? null : Of(Plain(string.Join('\n', lines[at..]))[Mark.Length..].Trim(' ', '*', '_', '`', '\t', '\r', '\n'));
    }

    /// <returns>Null where the text is blank.</returns>
    public static string? Of(string text) => text.Trim() is { Length: > 0 } question ? Wording.Shorten(question, Longest) : null;

    public static bool IsMarked(string line) => Plain(line).StartsWith(Mark, StringComparison.OrdinalIgnoreCase);

    // Models write in Markdown: **NEEDS INPUT:** is the mark too.
    private static string Plain(string line) => line.TrimStart(' ', '\t', '*', '_', '`', '#', '>');
}
