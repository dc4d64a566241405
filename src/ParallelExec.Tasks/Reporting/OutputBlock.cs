using System.Text;
using ParallelExec.Agents;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Reporting.Ci;

namespace ParallelExec.Reporting;

/// <summary>Shows a log file, or a part of it, as text: in bounded memory, whatever is in the file.</summary>
internal static class OutputBlock
{
    /// <summary>Lines that go to the log together, so that nothing can come between them.</summary>
    private const int ChunkCharacters = 64 * 1024;

    /// <param name="lastLines">How many lines to show at most, from the end; null = all.</param>
    /// <param name="readable">Makes a line readable, or leaves it out (null); null = all are text.</param>
    /// <param name="parse">Turns a line into a diagnostic of the build; null = none is looked for.</param>
    /// <param name="group">Stands around it, where there is anything to show; null = nothing does.</param>
    public static void Show(
        IRunLog log, string logFile, string indent, int? lastLines, Func<string, bool>? parse, Func<string, string?>? readable = null,
        CiGroup? group = null)
    {
        if (!PlainFile.Exists(logFile))
            return;
        (int lines, bool isCut) = lastLines is null
            ? (0, LogLines.StartOf(new FileInfo(logFile).Length) > 0)
            : LogLines.Count(logFile);
        int skip = lastLines is { } most ? Math.Max(0, lines - most) : 0;
        var chunk = new StringBuilder();
        bool isOpen = false;
        if (isCut && lastLines != 0)
            chunk.Append(indent).Append(LogLines.WhatIsBefore(logFile)).Append('\n');
        else if (skip > 0 && lastLines > 0)
            chunk.Append(indent).Append('(').Append(skip).Append(" lines before are in ").Append(logFile).Append(")\n");
        int number = 0;
        foreach (string raw in LogLines.Read(logFile, readable is null ? LogLines.Longest : AgentTranscript.LongestRaw))
        {
            number++;
            if ((readable is null ? raw : readable(raw)) is not { } line)
                continue;
            // Errors are looked for in all of it, also in what is too long ago to be shown.
            if (parse is not null && MayBeDiagnostic(line))
            {
                Flush();
                if (parse(line))
                    continue;
            }
            if (number <= skip)
                continue;
            chunk.Append(indent).Append(line).Append('\n');
            if (chunk.Length > ChunkCharacters)
                Flush();
        }
        Flush();
        if (isOpen)
            log.Command(group!.End, group.AtLineStart);

        void Flush()
        {
            if (chunk.Length == 0)
                return;
            if (group is not null && !isOpen)
                log.Command(group.Begin, group.AtLineStart);
            isOpen = group is not null;
            log.Message(chunk.ToString().TrimEnd('\n'));
            chunk.Clear();
        }
    }

    // A cheap look first: the real parser costs some microseconds a line.
    private static bool MayBeDiagnostic(string line) =>
        line.Contains("error", StringComparison.OrdinalIgnoreCase) || line.Contains("warning", StringComparison.OrdinalIgnoreCase);
}
