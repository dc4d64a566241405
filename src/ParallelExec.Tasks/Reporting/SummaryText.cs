using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Reporting;

/// <summary>The end of a run in a few lines: counts, time, what running in parallel saved, and what would save more.</summary>
internal static class SummaryText
{
    /// <summary>Below this, advice would be about noise.</summary>
    private static readonly TimeSpan WorthAdvice = TimeSpan.FromSeconds(1);

    /// <summary>In batches; the console of a run fits one screen.</summary>
    private const int LongestTable = 12;

    public static string For(RunResult run, RunOptions options)
    {
        var lines = new List<string> { Headline(run) };
        TimeSpan sequential = Sequential(run);
        // Where nothing had to be done there is nothing to compare.
        bool worked = run.Results.Any(result => result is { IsReused: false, Status: not SubtaskStatus.Skipped });
        if (worked && sequential > TimeSpan.Zero && run.Plan.Count > 1)
            lines.Add($"  one after another: {Wording.Duration(sequential)}, saved {Saved(run, sequential)}%; {CriticalPath(run)}");
        // People who cut work into batches want to see what each of them brought.
        if (worked && run.Plan.Waves.Length is > 1 and <= LongestTable && run.Plan.Subtasks.Any(subtask => subtask.Subtask.TaskFile is not null))
            lines.AddRange(Table(run));
        if (run.Succeeded && sequential >= WorthAdvice && run.Plan.Count > 1)
            lines.AddRange(Advice(run, options));
        return string.Join('\n', lines);
    }

    /// <summary>The time that the same work takes one after another: the sum of what was measured.</summary>
    public static TimeSpan Sequential(RunResult run) => run.Results.Aggregate(TimeSpan.Zero, (sum, result) => sum + result.Duration);

    public static int Saved(RunResult run, TimeSpan sequential) => Saved(sequential, run.Duration);

    /// <summary>What was measured for each batch that has run: how many subtasks, their times in sequence, and from the first start to the last end.</summary>
    public static IEnumerable<(int Batch, int Count, TimeSpan Sequential, TimeSpan Parallel, int Saved)> Batches(RunResult run)
    {
        for (int wave = 1; wave <= run.Plan.Waves.Length; wave++)
        {
            SubtaskResult[] ran = [.. run.Plan.Waves[wave - 1].Select(subtask => run.Results[subtask.Index]).Where(result => result.StartedAt is not null)];
            if (ran.Length == 0)
                continue;
            TimeSpan sequential = ran.Aggregate(TimeSpan.Zero, (sum, result) => sum + result.Duration);
            TimeSpan parallel = ran.Max(result => result.StartedAt!.Value + result.Duration) - ran.Min(result => result.StartedAt!.Value);
            yield return (wave, ran.Length, sequential, parallel, Saved(sequential, parallel));
        }
    }

    private static int Saved(TimeSpan sequential, TimeSpan parallel) =>
        sequential <= TimeSpan.Zero ? 0 : (int)Math.Max(0, Math.Round(100 * (1 - (parallel / sequential))));

    private static IEnumerable<string> Table(RunResult run)
    {
        yield return Row("batch", "subtasks", "sequential", "parallel", "saved");
        foreach ((int batch, int count, TimeSpan sequential, TimeSpan parallel, int saved) in Batches(run))
            yield return Row(Wording.Number(batch), Wording.Number(count), Wording.Duration(sequential), Wording.Duration(parallel), $"{saved}%");
        TimeSpan all = Sequential(run);
        yield return Row("all", Wording.Number(run.Results.Count(result => result.StartedAt is not null)), Wording.Duration(all), Wording.Duration(run.Duration), $"{Saved(run, all)}%");

        static string Row(params string[] cells) => "  " + string.Concat(cells.Select(cell => cell.PadLeft(12)));
    }

    public static string Counts(RunResult run)
    {
        IEnumerable<string> counts = run.Plan.Subtasks
            .Where(subtask => subtask.Excluded is null)
            .GroupBy(subtask => run.Results[subtask.Index].Status)
            .OrderBy(group => group.Key)
            .Select(group => $"{group.Count()} {Wording.Of(group.Key)}");
        return string.Join(", ", counts);
    }

    private static string Headline(RunResult run)
    {
        string outcome = run.Succeeded ? "Succeeded" : run.Stopped is null ? "Failed" : "Stopped";
        int killed = run.Results.Sum(result => result.Killed.Length);
        int resumed = run.Plan.Subtasks.Count(subtask => subtask.IsResumed);
        int excluded = run.Plan.Subtasks.Length - run.Plan.Count - resumed;
        return $"{outcome}: {Wording.Count(run.Plan.Count, "subtask")} in {Wording.Duration(run.Duration)}"
            + (run.Plan.Count > 0 ? $" ({Counts(run)})" : "")
            + (resumed > 0 ? $"; {resumed} completed before" : "")
            + (excluded > 0 ? $"; {excluded} left out" : "")
            + (killed > 0 ? $"; {killed} {(killed == 1 ? "process" : "processes")} had to be killed" : "");
    }

    private static string CriticalPath(RunResult run)
    {
        (IReadOnlyList<PlannedSubtask> path, TimeSpan length) = Simulation.CriticalPath(run.Plan, subtask => Duration(run, subtask));
        string[] ids = [.. path.Where(subtask => Duration(run, subtask) > TimeSpan.Zero).Select(subtask => subtask.Id)];
        string shown = ids.Length <= 8 ? string.Join(" -> ", ids) : $"{string.Join(" -> ", ids.Take(4))} -> ... -> {string.Join(" -> ", ids.TakeLast(3))}";
        return $"critical path {Wording.Duration(length)}: {shown}";
    }

    private static IEnumerable<string> Advice(RunResult run, RunOptions options)
    {
        TimeSpan inWaves = Play(run, options with { Schedule = ScheduleMode.Waves });
        TimeSpan eager = Play(run, options with { Schedule = ScheduleMode.Eager });
        TimeSpan barriers = inWaves - eager;
        if (options.Schedule == ScheduleMode.Waves && run.Plan.Waves.Length > 1)
            yield return $"  waiting at the ends of waves cost {Wording.Duration(barriers > TimeSpan.Zero ? barriers : TimeSpan.Zero)}";

        TimeSpan now = options.Schedule == ScheduleMode.Waves ? inWaves : eager;
        int more = options.MaxParallelism * 2;
        TimeSpan wider = Play(run, options with { MaxParallelism = more, NodeCount = more });
        (IReadOnlyList<PlannedSubtask> path, TimeSpan length) = Simulation.CriticalPath(run.Plan, subtask => Duration(run, subtask));
        PlannedSubtask? longest = path.MaxBy(subtask => Duration(run, subtask));
        if (options.Schedule == ScheduleMode.Waves && barriers > now * 0.1)
            yield return $"  to be faster: ParallelExecSchedule=Eager, about {Wording.Duration(eager)}";
        else if (now - wider > now * 0.1)
            yield return $"  to be faster: on a machine with {more} cores (or ParallelExecMaxParallelism={more} where subtasks mostly wait), about {Wording.Duration(wider)}";
        else if (longest is not null && Duration(run, longest) > length * 0.4)
            yield return $"  to be faster: split or shorten '{longest.Id}', which is {Wording.Duration(Duration(run, longest))} of the critical path";
    }

    private static TimeSpan Play(RunResult run, RunOptions options) => Simulation.Makespan(run.Plan, options, subtask => Duration(run, subtask));

    private static TimeSpan Duration(RunResult run, PlannedSubtask subtask) => run.Results[subtask.Index].Duration;
}
