using ParallelExec.State;

namespace ParallelExec.Reporting;

/// <summary>What each batch of a run has saved.</summary>
internal static class BatchSavings
{
    /// <summary>For each batch that has run: how many subtasks, and what it saved. It took from its first start to its last end.</summary>
    public static IEnumerable<(int Batch, int Count, Savings Savings)> Of(RecordedRun run)
    {
        foreach (IGrouping<int, RecordedSubtask> batch in run.Subtasks.Where(subtask => subtask is { Wave: > 0, StartedAt: not null })
            .GroupBy(subtask => subtask.Wave).OrderBy(batch => batch.Key))
        {
            TimeSpan sequential = batch.Aggregate(TimeSpan.Zero, (sum, subtask) => sum + subtask.Alone);
            TimeSpan parallel = batch.Max(subtask => subtask.StartedAt!.Value + subtask.Duration)
                - batch.Min(subtask => subtask.StartedAt!.Value);
            yield return (batch.Key, batch.Count(), new Savings(sequential, parallel, run.IsAtMost));
        }
    }
}
