using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Execution.Output;

/// <summary>Says in the log of a subtask that is retried where an attempt ends, and how.</summary>
internal static class AttemptLine
{
    /// <summary>At its end; nothing where the attempt has no log.</summary>
    public static void Append(string logFile, int attempt, SubtaskResult result, TimeSpan took)
    {
        // Nothing is written through a link that the subtask has put there.
        if (!PlainFile.Exists(logFile) || new FileInfo(logFile).LinkTarget is not null)
            return;
        try
        {
            using var log = new FileStream(logFile, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            bool atLineStart = log.Length == 0 || (log.Seek(-1, SeekOrigin.End) >= 0 && log.ReadByte() == '\n');
            log.Seek(0, SeekOrigin.End);
            log.Write(System.Text.Encoding.UTF8.GetBytes((atLineStart ? "" : "\n") + For(attempt, result, took) + "\n"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A log without this line is still a log.
        }
    }

    // No reason: it can hold what the command holds.
    private static string For(int attempt, SubtaskResult result, TimeSpan took) =>
        $"--- attempt {Wording.Number(attempt)} {Wording.Of(result.Status)}"
        + (result.ExitCode is { } code and not 0 ? $" with exit code {code}" : result.Code is not null ? $" ({result.Code})" : "")
        + $" after {Wording.Duration(took)} ---";
}
