using System.Text;
using ParallelExec.Agents;

namespace ParallelExec.Reporting;

/// <summary>Shows a log file, or a part of it, as text: in bounded memory, whatever is in the file.</summary>
internal static class OutputBlock
{
    /// <summary>A line that is longer is cut where it is shown; the log file has all of it.</summary>
    private const int LongestLine = 4000;

    /// <summary>Lines that go to the log together, so that nothing can come between them.</summary>
    private const int ChunkCharacters = 64 * 1024;

    /// <param name="lastLines">How many lines to show at most, from the end; null = all.</param>
    /// <param name="readable">Makes a line readable, or leaves it out (null); null = all are text.</param>
    /// <param name="parse">Turns a line into a diagnostic of the build; null = none is looked for.</param>
    public static void Show(IRunLog log, string logFile, string indent, int? lastLines, Func<string, bool>? parse, Func<string, string?>? readable = null)
    {
        if (!File.Exists(logFile))
            return;
        int skip = lastLines is { } most ? Math.Max(0, CountLines(logFile) - most) : 0;
        var chunk = new StringBuilder();
        if (skip > 0 && lastLines > 0)
            chunk.Append(indent).Append('(').Append(skip).Append(" lines before are in ").Append(logFile).Append(")\n");
        int number = 0;
        foreach (string raw in ReadLines(logFile, readable is null ? LongestLine : AgentTranscript.LongestRaw))
        {
            number++;
            if ((readable is null ? raw : readable(raw)) is not { } line)
                continue;
            // Errors are looked for in all of it, also in what is too long ago to be shown.
            if (parse is not null && MayBeDiagnostic(line))
            {
                Flush(log, chunk);
                if (parse(line))
                    continue;
            }
            if (number <= skip)
                continue;
            chunk.Append(indent).Append(line).Append('\n');
            if (chunk.Length > ChunkCharacters)
                Flush(log, chunk);
        }
        Flush(log, chunk);
    }

    /// <summary>The lines of a log file, made fit for a console: control characters and colours removed, long lines cut.</summary>
    /// <param name="start">Bytes of it that are passed over.</param>
    public static IEnumerable<string> ReadLines(string logFile, int longestLine = LongestLine, long start = 0)
    {
        using var stream = new FileStream(logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = start;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var splitter = new LineSplitter(longestLine);
        char[] buffer = new char[16 * 1024];
        int read;
        while ((read = reader.Read(buffer)) > 0)
        {
            foreach (string line in splitter.Add(buffer.AsSpan(0, read)))
                yield return line;
        }
        if (splitter.Rest() is { } last)
            yield return last;
    }

    private static int CountLines(string logFile)
    {
        using var stream = new FileStream(logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] buffer = new byte[64 * 1024];
        int lines = 0, read;
        byte last = (byte)'\n';
        while ((read = stream.Read(buffer)) > 0)
        {
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
            last = buffer[read - 1];
        }
        return last == (byte)'\n' ? lines : lines + 1;
    }

    // A cheap look first: the real parser costs some microseconds a line.
    private static bool MayBeDiagnostic(string line) =>
        line.Contains("error", StringComparison.OrdinalIgnoreCase) || line.Contains("warning", StringComparison.OrdinalIgnoreCase);

    private static void Flush(IRunLog log, StringBuilder chunk)
    {
        if (chunk.Length == 0)
            return;
        log.Message(chunk.ToString().TrimEnd('\n'));
        chunk.Clear();
    }

    /// <summary>Cuts a stream of characters into lines, keeping at most <paramref name="longestLine"/> characters of each.</summary>
    internal sealed class LineSplitter(int longestLine = LongestLine)
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
}
