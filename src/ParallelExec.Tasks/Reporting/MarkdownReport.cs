using System.Text;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.State;

namespace ParallelExec.Reporting;

/// <summary><c>summary.md</c>: the run as a table, for a job summary of CI or a comment.</summary>
internal static class MarkdownReport
{
    public const string Name = "summary.md";

    public static void Write(string directory, RecordedRun run, SecretMasker? masker)
    {
        string text = For(run);
        WholeFile.Write(Path.Combine(directory, Name), stream => stream.Write(Encoding.UTF8.GetBytes(masker?.Apply(text) ?? text)));
    }

    public static string For(RunOptions options, RunResult run) => For(RecordedRun.Of(run, options));

    public static string For(RecordedRun run)
    {
        var text = new StringBuilder();
        var all = new Savings(run.OneAfterAnother, run.Duration, run.IsAtMost);
        text.Append("# ").Append(Path.GetFileNameWithoutExtension(run.Project))
            .Append(run.Status switch
            {
                "Succeeded" => ": succeeded",
                "Blocked" => ": waiting for an answer",
                _ => run.Reason.Length == 0 ? ": failed" : ": stopped",
            }).Append("\n\n");
        RecordedSubtask[] rows = [.. run.Subtasks.Where(subtask => subtask.Wave > 0)];
        text.Append(LargeSets.Counts(rows.Select(subtask => subtask.Status)))
            .Append(SummaryText.Proofs(rows.Select(subtask => subtask.Proof))).Append(" in ").Append(Wording.Duration(run.Duration));
        if (all.Sequential > TimeSpan.Zero)
            text.Append("; one after another ").Append(all.Time).Append(", saved ").Append(all.Saved);
        if (run.Usage is { IsKnown: true } cost)
            text.Append("\n\nAgents: ").Append(CostText.Of(cost));
        text.Append("\n\n| wave | subtask | status | time | why |\n| ---: | --- | --- | ---: | --- |\n");
        var sets = new LargeSets(rows.Where(subtask => subtask.Set.Length > 0).Select(subtask => subtask.Set));
        var told = new HashSet<string>(StringComparer.Ordinal);
        // Failures first: that is what a reader comes for. The sort is stable: else they stand as they were declared.
        foreach (RecordedSubtask subtask in rows.OrderBy(subtask => !subtask.IsFailure).ThenBy(subtask => subtask.Wave))
        {
            if (!subtask.IsFailure && sets.Has(subtask.Set))
            {
                if (told.Add(subtask.Set))
                    AppendSet(text, rows, subtask);
                continue;
            }
            text.Append("| ").Append(subtask.Wave)
                .Append(" | ").Append(Cell(subtask.Title.Length > 0 ? $"{subtask.Id}: {subtask.Title}" : subtask.Id))
                .Append(" | ").Append(subtask.Status).Append(subtask.Proof is { } proof ? $" ({Wording.Of(proof)})" : "")
                .Append(" | ").Append(subtask.Status == SubtaskStatus.Skipped ? "" : Wording.Duration(subtask.Duration))
                .Append(" | ").Append(Cell(Why(subtask))).Append(" |\n");
        }
        AppendBatches(text, run);
        return text.ToString();
    }

    /// <summary>Of a large set one row, and those of its failures above.</summary>
    private static void AppendSet(StringBuilder text, RecordedSubtask[] rows, RecordedSubtask first)
    {
        RecordedSubtask[] members = [.. rows.Where(subtask => subtask.Set.Equals(first.Set, StringComparison.OrdinalIgnoreCase))];
        TimeSpan time = members.Aggregate(TimeSpan.Zero, (sum, subtask) => sum + subtask.Duration);
        text.Append("| ").Append(first.Wave).Append(" | ").Append(Cell($"{first.Set}: {members.Length} subtasks"))
            .Append(" | ").Append(LargeSets.Counts(members.Select(subtask => subtask.Status)))
            .Append(" | ").Append(Wording.Duration(time)).Append(" |  |\n");
    }

    private static void AppendBatches(StringBuilder text, RecordedRun run)
    {
        (int Batch, int Count, Savings Savings)[] batches = [.. BatchSavings.Of(run)];
        if (batches.Length < 2)
            return;
        text.Append("\n| batch | subtasks | sequential | parallel | saved |\n| ---: | ---: | ---: | ---: | ---: |\n");
        foreach ((int batch, int count, Savings savings) in batches)
        {
            text.Append("| ").Append(batch).Append(" | ").Append(count)
                .Append(" | ").Append(savings.TimeCell).Append(" | ").Append(Wording.Duration(savings.Parallel))
                .Append(" | ").Append(savings.SavedCell).Append(" |\n");
        }
    }

    private static string Why(RecordedSubtask subtask) => subtask.Usage is { IsKnown: true } usage
        ? string.Join("; ", new[] { subtask.Reason, CostText.Of(usage) }.Where(text => text.Length > 0)) : subtask.Reason;

    private static string Cell(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
