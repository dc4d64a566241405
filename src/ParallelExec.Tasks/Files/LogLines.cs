using System.Text;

namespace ParallelExec.Files;

/// <summary>The lines of a log file, whatever is in it, in bounded memory.</summary>
internal static class LogLines
{
    /// <summary>A line that is longer is cut where it is shown; the log file has all of it. In characters.</summary>
    public const int Longest = 4000;

    /// <summary>The lines of a log file, made fit for a console: control characters and colours removed, long lines cut.</summary>
    /// <param name="start">Bytes of it that are passed over.</param>
    public static IEnumerable<string> Read(string logFile, int longestLine = Longest, long start = 0)
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

    /// <returns>How many lines it has.</returns>
    public static int Count(string logFile)
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
}
