using System.Diagnostics.CodeAnalysis;
using ParallelExec.Caching;
using ParallelExec.Files;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Reusing;

/// <summary>What subtasks would write, taken from a cache in place of their work, and given to it after their work.</summary>
internal sealed class CachedOutputs(RunOptions options, OutputCache cache, Reuse reuse)
{
    /// <param name="fingerprint">As all is before the work; null where nothing is declared that it reads.</param>
    /// <returns>Null where the cache has nothing that can be used.</returns>
    public SubtaskResult? Restore(PlannedSubtask planned, Fingerprint? fingerprint, CancellationToken cancel)
    {
        if (!IsAsked(planned, fingerprint) || cache.Find(planned, fingerprint, cancel) is not { } found)
            return null;
        string logFile = LogFiles.PathOf(options, planned.Subtask);
        try
        {
            found.Restore(planned.Subtask, logFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What stands there now is what stands there before any work: the work writes it.
            return null;
        }
        if (planned.Subtask.Outputs.Any(output => !DeclaredFiles.Exists(output))
            || reuse.RecordOf(planned, found.Unpacked.Values, found.Unpacked.Notes) is not { } record)
            return null;
        reuse.HandOn(planned, record);
        return new SubtaskResult
        {
            Status = SubtaskStatus.Restored,
            Reason = "came from the cache",
            LogFile = File.Exists(logFile) ? logFile : "",
            Values = record.Values,
            Record = record,
        };
    }

    /// <summary>What it runs for, when the cache was asked in vain.</summary>
    public string? Why(PlannedSubtask planned, Reused reused) =>
        IsAsked(planned, reused.Fingerprint) ? $"{reused.Why ?? Reused.NeverSucceeded}, and it is not in the cache" : reused.Why;

    /// <param name="fingerprint">As all was before the work: who asks for it has not done the work either.</param>
    public void Store(PlannedSubtask planned, Fingerprint? fingerprint, SubtaskResult result)
    {
        if (result.Record is { Fingerprint.IsSettled: true } record && IsAsked(planned, fingerprint))
            cache.Store(planned, fingerprint, record, result.LogFile);
    }

    /// <summary>What is up to date is kept too: another checkout has not done it, nor has this one when it was cleaned.</summary>
    public void Keep(PlannedSubtask planned, Fingerprint? fingerprint, SuccessRecord record)
    {
        if (record.Fingerprint.IsSettled && fingerprint is { IsSettled: true } && IsAsked(planned, fingerprint))
            cache.Keep(planned, fingerprint, record, LogFiles.PathOf(options, planned.Subtask));
    }

    private bool IsAsked(PlannedSubtask planned, [NotNullWhen(true)] Fingerprint? fingerprint) =>
        fingerprint is { IsSettled: true } && Reuse.IsUpToDateChecked(planned.Subtask, options);
}
