using System.Text;

namespace ParallelExec.Files;

/// <summary>The lines of a log file, whatever is in it, in bounded memory.</summary>
internal static class LogLines
{
    /// <summary>A line that is longer is cut where it is shown; the log file has all of it. In characters.</summary>
    public const int Longest = 4000;

    /// <summary>So much of a log is read, from its end. In bytes.</summary>
    public const long MostRead = 64L * 1024 * 1024;

    /// <summary>The lines of a log file, made fit for a console: control characters and colours removed, long lines cut.</summary>
    /// <param name="start">Bytes of it that are passed over; no less than <see cref="StartOf"/>.</param>
    /// <returns>None where it is not, or no longer, a plain file: a subtask may do what it likes to it, and a pipe or a device has no
    /// end.</returns>
    public static IEnumerable<string> Read(string logFile, int longestLine = Longest, long start = 0)
    {
        if (!PlainFile.Exists(logFile))
            yield break;
        using FileStream stream = Open(logFile);
        stream.Position = Math.Max(start, StartOf(stream.Length));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var splitter = new LineSplitter(longestLine);
        char[] buffer = new char[16 * 1024];
        int read;
        // What is still growing is not followed.
        for (long left = MostRead; left > 0 && (read = reader.Read(buffer)) > 0; left -= read)
        {
            foreach (string line in splitter.Add(buffer.AsSpan(0, read)))
                yield return line;
        }
        if (splitter.Rest() is { } last)
            yield return last;
    }

    /// <returns>How many lines it has, and whether there are more before them that are not read.</returns>
    public static (int Lines, bool IsCut) Count(string logFile)
    {
        if (!PlainFile.Exists(logFile))
            return (0, false);
        using FileStream stream = Open(logFile);
        long start = StartOf(stream.Length);
        stream.Position = start;
        byte[] buffer = new byte[64 * 1024];
        int lines = 0, read;
        byte last = (byte)'\n';
        for (long left = MostRead; left > 0 && (read = stream.Read(buffer)) > 0; left -= read)
        {
            lines += buffer.AsSpan(0, read).Count((byte)'\n');
            last = buffer[read - 1];
        }
        return (last == (byte)'\n' ? lines : lines + 1, start > 0);
    }

    /// <summary>Where reading begins in a file of that length.</summary>
    public static long StartOf(long length) => Math.Max(0, length - MostRead);

    /// <summary>What is told in place of what is before <see cref="StartOf"/>.</summary>
    public static string WhatIsBefore(string logFile) => $"(what is before the last {MostRead / 1024 / 1024} MB is in {logFile})";

    private static FileStream Open(string logFile) =>
        new(logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
