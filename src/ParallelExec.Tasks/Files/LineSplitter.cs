using System.Text;

namespace ParallelExec.Files;

/// <summary>Cuts a stream of characters into lines, keeping at most <paramref name="longestLine"/> characters of each.</summary>
internal sealed class LineSplitter(int longestLine = LogLines.Longest)
{
    private readonly StringBuilder line = new();
    private long cut;

    public List<string> Add(ReadOnlySpan<char> text)
    {
        var lines = new List<string>();
        while (true)
        {
            int end = text.IndexOf('\n');
            ReadOnlySpan<char> part = end < 0 ? text : text[..end];
            int room = Math.Min(part.Length, longestLine - line.Length);
            line.Append(part[..room]);
            cut += part.Length - room;
            if (end < 0)
                return lines;
            lines.Add(Take());
            text = text[(end + 1)..];
        }
    }

    /// <summary>What stands after the last line break; null where that is nothing.</summary>
    public string? Rest() => line.Length == 0 ? null : Take();

    private string Take()
    {
        string text = Clean(line.ToString()) + (cut > 0 ? $" ... ({cut} characters more)" : "");
        line.Clear();
        cut = 0;
        return text;
    }

    private static string Clean(string text)
    {
        text = text.TrimEnd('\r');
        if (!text.Any(IsControl))
            return text;
        var clean = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            // A colour: escape, '[', parameters, a letter.
            if (text[i] == '\e' && i + 1 < text.Length && text[i + 1] == '[')
            {
                i += 2;
                while (i < text.Length && text[i] is < '@' or > '~')
                    i++;
                continue;
            }
            clean.Append(IsControl(text[i]) ? '\uFFFD' : text[i]);
        }
        return clean.ToString();
    }

    private static bool IsControl(char c) => char.IsControl(c) && c != '\t';
}
