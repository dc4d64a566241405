using System.Collections.Immutable;
using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;
using ParallelExec.State;

namespace ParallelExec.Reporting;

/// <summary>The end of a run in a few lines: counts, time, what running in parallel saved, and what would save more.</summary>
internal static class SummaryText
{
    /// <summary>In batches; the console of a run fits one screen.</summary>
    private const int LongestTable = 12;

    private const int LongestReason = 60;

    public static string For(RunResult run, RunOptions options)
    {
        var lines = new List<string> { Headline(run) };
        lines.AddRange(Failures(run));
        if (CostText.All(run) is { IsKnown: true } cost)
            lines.Add($"  agents: {CostText.Of(cost)}");
        lines.AddRange(new NextSteps(options).Lines(NotDone(run)).Select(line => $"  {line}"));
        RunFigures figures = run.FiguresFor(options);
        if (!figures.IsWorthTelling)
            return string.Join('\n', lines);
        Savings all = All(run, figures.Alone);
        lines.Add($"  one after another: {all.Time}, saved {all.Saved}; {CriticalPath(figures)}");
        // People who cut work into batches want to see what each of them brought.
        if (run.Plan.Waves.Length is > 1 and <= LongestTable && run.Plan.Subtasks.Any(subtask => subtask.Subtask.TaskFile is not null))
            lines.AddRange(Table(RecordedRun.Of(run, options), all));
        if (figures.Barriers is { } barriers)
            lines.Add($"  waiting at the ends of waves cost {Wording.Duration(barriers)}{Unlimited("; ", figures)}");
        else if (figures.Unlimited is not null)
            lines.Add("  " + Unlimited("", figures));
        if (figures.Advice is { } advice)
            lines.Add($"  to be faster: {advice.Text}");
        return string.Join('\n', lines);
    }

    private static string Unlimited(string before, RunFigures figures) =>
        figures.Unlimited is { } time ? $"{before}with unlimited cores it takes {Wording.Duration(time)}" : "";

    /// <summary>Several failures are far apart above: which came first is the first thing to look at.</summary>
    private static IEnumerable<string> Failures(RunResult run)
    {
        if (run.Results.Count(result => result.IsFailure) < 2)
            yield break;
        string[] failed = [.. run.Plan.Subtasks
            .Select(subtask => (subtask.Id, subtask.Index, Result: run.Results[subtask.Index]))
            .Where(each => each.Result.IsFailure)
            .OrderBy(each => each.Result.StartedAt + each.Result.Duration)
            .ThenBy(each => each.Index)
            .Select(each => $"{each.Id} ({Wording.Shorten(Wording.OneLine(each.Result.Reason), LongestReason)})")];
        yield return $"  first failed {failed[0]}, then {Wording.Ids(failed[1..])}";
    }

    private static IReadOnlyList<Open> NotDone(RunResult run) => [.. run.Plan.Subtasks
        .Select(subtask => (subtask.Subtask, Result: run.Results[subtask.Index]))
        .Where(each => each.Result.IsFailure || each.Result.Status == SubtaskStatus.Blocked)
        .Select(each => new Open(
            each.Subtask, each.Result.Status == SubtaskStatus.Blocked, each.Result.Reason, each.Result.LogFile))];

    /// <summary>What the whole run has saved.</summary>
    public static Savings All(RunResult run, AloneTimes alone) => new(alone.Sum, run.Duration, alone.IsAtMost);

    private static IEnumerable<string> Table(RecordedRun run, Savings all)
    {
        yield return Row("batch", "subtasks", "sequential", "parallel", "saved");
        foreach ((int batch, int count, Savings savings) in BatchSavings.Of(run))
            yield return Figures(Wording.Number(batch), count, savings);
        yield return Figures("all", run.Subtasks.Count(subtask => subtask.StartedAt is not null), all);

        static string Figures(string name, int count, Savings savings) =>
            Row(name, Wording.Number(count), savings.TimeCell, Wording.Duration(savings.Parallel), savings.SavedCell);

        static string Row(params string[] cells) => "  " + string.Concat(cells.Select(cell => cell.PadLeft(12)));
    }

    public static string Counts(RunResult run)
    {
        int[] counts = new int[Enum.GetValues<SubtaskStatus>().Length];
        foreach (PlannedSubtask subtask in run.Plan.Subtasks)
        {
            if (subtask.Excluded is null)
                counts[(int)run.Results[subtask.Index].Status]++;
        }
        var told = new List<string>();
        for (int status = 0; status < counts.Length; status++)
        {
            if (counts[status] > 0)
                told.Add($"{counts[status]} {Wording.Of((SubtaskStatus)status)}");
        }
        return string.Join(", ", told) + Proofs(run.Results.Select(result => result.Proof));
    }

    /// <summary>Only where agents' words stand beside proof, or alone, is the difference worth a word.</summary>
    public static string Proofs(IEnumerable<Proof?> proofs)
    {
        int proven = 0, believed = 0;
        foreach (Proof? proof in proofs)
        {
            proven += proof == Proof.Proven ? 1 : 0;
            believed += proof == Proof.Believed ? 1 : 0;
        }
        return believed == 0 ? "" : $", of agents {proven} proven and {believed} believed";
    }

    private static string Headline(RunResult run)
    {
        string outcome = run.Succeeded ? run.IsBlocked ? "Waiting for an answer" : "Succeeded" : run.Stopped is null ? "Failed" : "Stopped";
        int killed = 0;
        foreach (SubtaskResult result in run.Results)
            killed += result.Killed.Length;
        int resumed = run.Plan.Subtasks.Count(subtask => subtask.IsResumed);
        int excluded = run.Plan.Subtasks.Length - run.Plan.Count - resumed;
        return $"{outcome}: {Wording.Count(run.Plan.Count, "subtask")} in {Wording.Duration(run.Duration)}"
            + (run.Plan.Count > 0 ? $" ({Counts(run)})" : "")
            + (resumed > 0 ? $"; {resumed} completed before" : "")
            + (excluded > 0 ? $"; {excluded} left out" : "")
            + (killed > 0 ? $"; {killed} {(killed == 1 ? "process" : "processes")} had to be killed" : "");
    }

    private static string CriticalPath(RunFigures figures)
    {
        ImmutableArray<PlannedSubtask> path = figures.CriticalPath;
        string[] ids = [.. path.Select(subtask =>
            path.Length == 1 ? subtask.Id : $"{subtask.Id} {Wording.Duration(figures.Alone.Times[subtask.Index])}")];
        return $"critical path {Wording.Duration(figures.CriticalTime)}: {Wording.Path(ids)}";
    }
}
