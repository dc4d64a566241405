using System.Text;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Reporting;

/// <summary><c>summary.md</c>: the run as a table, for a job summary of CI or a comment.</summary>
internal static class MarkdownReport
{
    public static void Write(RunOptions options, RunResult run, SecretMasker? masker)
    {
        string text = For(options, run);
        WholeFile.Write(
            Path.Combine(options.Directory, "summary.md"), stream => stream.Write(Encoding.UTF8.GetBytes(masker?.Apply(text) ?? text)));
    }

    public static string For(RunOptions options, RunResult run)
    {
        var text = new StringBuilder();
        AloneTimes alone = run.Alone;
        Savings all = SummaryText.All(run, alone);
        text.Append("# ").Append(Path.GetFileNameWithoutExtension(options.ProjectFile))
            .Append(run.Succeeded ? ": succeeded\n\n" : run.Stopped is null ? ": failed\n\n" : ": stopped\n\n");
        text.Append(SummaryText.Counts(run)).Append(" in ").Append(Wording.Duration(run.Duration));
        if (all.Sequential > TimeSpan.Zero)
            text.Append("; one after another ").Append(all.Time).Append(", saved ").Append(all.Saved);
        text.Append("\n\n| wave | subtask | status | time | why |\n| ---: | --- | --- | ---: | --- |\n");
        LargeSets sets = LargeSets.Of(run.Plan);
        var told = new HashSet<string>(StringComparer.Ordinal);
        // Failures first: that is what a reader comes for.
        PlannedSubtask[] rows = [.. run.Plan.Subtasks.Where(subtask => subtask.Excluded is null)];
        Array.Sort(rows, (a, b) =>
        {
            int order = run.Results[b.Index].IsFailure.CompareTo(run.Results[a.Index].IsFailure);
            order = order != 0 ? order : a.Wave.CompareTo(b.Wave);
            return order != 0 ? order : a.Index.CompareTo(b.Index);
        });
        foreach (PlannedSubtask subtask in rows)
        {
            SubtaskResult result = run.Results[subtask.Index];
            string? set = result.IsFailure ? null : sets.Of(subtask);
            if (set is not null)
            {
                if (told.Add(set))
                    AppendSet(text, run, sets, set, subtask.Wave);
                continue;
            }
            text.Append("| ").Append(subtask.Wave)
                .Append(" | ").Append(Cell(subtask.Subtask.Title.Length > 0 ? $"{subtask.Id}: {subtask.Subtask.Title}" : subtask.Id))
                .Append(" | ").Append(result.Status).Append(result.Proof is { } proof ? $" ({Wording.Of(proof)})" : "")
                .Append(" | ").Append(result.Status == SubtaskStatus.Skipped ? "" : Wording.Duration(result.Duration))
                .Append(" | ").Append(Cell(result.Reason)).Append(" |\n");
        }
        AppendBatches(text, run, alone);
        return text.ToString();
    }

    /// <summary>Of a large set one row, and those of its failures above.</summary>
    private static void AppendSet(StringBuilder text, RunResult run, LargeSets sets, string set, int wave)
    {
        SubtaskResult[] members =
            [.. run.Plan.Subtasks.Where(subtask => subtask.Excluded is null && sets.Of(subtask) == set)
            .Select(subtask => run.Results[subtask.Index])];
        TimeSpan time = members.Aggregate(TimeSpan.Zero, (sum, result) => sum + result.Duration);
        text.Append("| ").Append(wave).Append(" | ").Append(Cell($"{set}: {members.Length} subtasks"))
            .Append(" | ").Append(LargeSets.Counts(members.Select(result => result.Status)))
            .Append(" | ").Append(Wording.Duration(time)).Append(" |  |\n");
    }

    private static void AppendBatches(StringBuilder text, RunResult run, AloneTimes alone)
    {
        if (run.Plan.Waves.Length < 2)
            return;
        (int Batch, int Count, Savings Savings)[] batches = [.. SummaryText.Batches(run, alone)];
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

    private static string Cell(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}
