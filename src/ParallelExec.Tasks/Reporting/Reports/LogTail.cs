using ParallelExec.Files;
using ParallelExec.State;

namespace ParallelExec.Reporting.Reports;

/// <summary>The end of a log, for a report: bounded, whatever the log holds.</summary>
internal static class LogTail
{
    /// <summary>In lines; the console shows the same of a failure.</summary>
    public const int OfFailures = 100;
    public const int OfOthers = 25;
    private const int LongestLine = 500;

    /// <summary>So much is read, from its end: enough for the lines, and for what their escape sequences take.</summary>
    private const int BytesALine = 1_000;

    /// <returns>Its last lines; none where it has no log, or none any more.</returns>
    public static List<string> Of(string directory, RecordedSubtask subtask, int lines)
    {
        List<string> last = [];
        if (subtask.LogFile.Length == 0)
            return last;
        // By its name there: the folder may have been brought from another machine.
        string path = Path.Combine(directory, LinkTo(subtask));
        try
        {
            var file = new FileInfo(path);
            long start = file.Exists ? Math.Max(0, file.Length - (lines * BytesALine)) : 0;
            foreach (string line in LogLines.Read(path, LongestLine, start))
            {
                if (last.Count > lines)
                    last.RemoveAt(0);
                last.Add(line);
            }
            bool cut = start > 0 || last.Count > lines;
            // Where it was cut into, the first is no whole line.
            if (cut && last.Count > 1)
                last.RemoveAt(0);
            if (cut)
                last.Insert(0, "(what is before this is in the log file)");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is not shown. What is told of the subtask is in run.json.
        }
        return last;
    }

    /// <summary>Its log, from where the reports are.</summary>
    public static string LinkTo(RecordedSubtask subtask) => $"logs/{LogFiles.SafeName(subtask.Id)}.log";
}
