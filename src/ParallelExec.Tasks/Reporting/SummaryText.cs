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

    private const int LongestReason = 60;

    public static string For(RunResult run, RunOptions options)
    {
        var lines = new List<string> { Headline(run) };
        lines.AddRange(Failures(run));
        // Where nothing had to be done there is nothing to compare, and to find that out for ten thousand would cost more than all else.
        if (!run.Plan.Subtasks.Any(Worked))
            return string.Join('\n', lines);
        AloneTimes alone = run.Alone;
        Savings all = All(run, alone);
        if (all.Sequential > TimeSpan.Zero && run.Plan.Count > 1)
            lines.Add($"  one after another: {all.Time}, saved {all.Saved}; {CriticalPath(run, alone)}");
        // People who cut work into batches want to see what each of them brought.
        if (run.Plan.Waves.Length is > 1 and <= LongestTable && run.Plan.Subtasks.Any(subtask => subtask.Subtask.TaskFile is not null))
            lines.AddRange(Table(run, alone));
        if (run.Succeeded && all.Sequential >= WorthAdvice && run.Plan.Count > 1)
            lines.AddRange(Advice(run, alone, options));
        return string.Join('\n', lines);

        bool Worked(PlannedSubtask subtask) =>
            subtask.Subtask.Work is not MilestoneWork
                && run.Results[subtask.Index] is { IsReused: false, Status: not SubtaskStatus.Skipped };
    }

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
            .Select(each => $"{each.Id} ({Wording.Shorten(each.Result.Reason, LongestReason)})")];
        yield return $"  first failed {failed[0]}, then {Wording.Ids(failed[1..])}";
    }

    /// <summary>What the whole run has saved.</summary>
    public static Savings All(RunResult run, AloneTimes alone) => new(alone.Sum, run.Duration, alone.IsAtMost);

    /// <summary>For each batch that has run: how many subtasks, and what it saved. It took from its first start to its last end.</summary>
    public static IEnumerable<(int Batch, int Count, Savings Savings)> Batches(RunResult run, AloneTimes alone)
    {
        for (int wave = 1; wave <= run.Plan.Waves.Length; wave++)
        {
            PlannedSubtask[] ran = [.. run.Plan.Waves[wave - 1].Where(subtask => run.Results[subtask.Index].StartedAt is not null)];
            if (ran.Length == 0)
                continue;
            SubtaskResult[] results = [.. ran.Select(subtask => run.Results[subtask.Index])];
            TimeSpan sequential = ran.Aggregate(TimeSpan.Zero, (sum, subtask) => sum + alone.Times[subtask.Index]);
            TimeSpan parallel = results.Max(result => result.StartedAt!.Value + result.Duration)
                - results.Min(result => result.StartedAt!.Value);
            yield return (wave, ran.Length, new Savings(sequential, parallel, alone.IsAtMost));
        }
    }

    private static IEnumerable<string> Table(RunResult run, AloneTimes alone)
    {
        yield return Row("batch", "subtasks", "sequential", "parallel", "saved");
        foreach ((int batch, int count, Savings savings) in Batches(run, alone))
            yield return Figures(Wording.Number(batch), count, savings);
        yield return Figures("all", run.Results.Count(result => result.StartedAt is not null), All(run, alone));

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
        int proven = run.Results.Count(result => result.Proof == Proof.Proven);
        int believed = run.Results.Count(result => result.Proof == Proof.Believed);
        var told = new List<string>();
        for (int status = 0; status < counts.Length; status++)
        {
            if (counts[status] > 0)
                told.Add($"{counts[status]} {Wording.Of((SubtaskStatus)status)}");
        }
        // Only where agents' words stand beside proof, or alone, is the difference worth a word.
        if (believed > 0)
            told.Add($"of agents {proven} proven and {believed} believed");
        return string.Join(", ", told);
    }

    private static string Headline(RunResult run)
    {
        string outcome = run.Succeeded ? "Succeeded" : run.Stopped is null ? "Failed" : "Stopped";
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

    private static string CriticalPath(RunResult run, AloneTimes alone)
    {
        (IReadOnlyList<PlannedSubtask> path, TimeSpan length) = Simulation.CriticalPath(run.Plan, subtask => alone.Times[subtask.Index]);
        string[] ids = [.. path.Where(subtask => alone.Times[subtask.Index] > TimeSpan.Zero).Select(subtask => subtask.Id)];
        string shown = ids.Length <= 8 ? string.Join(" -> ", ids)
            : $"{string.Join(" -> ", ids.Take(4))} -> ... -> {string.Join(" -> ", ids.TakeLast(3))}";
        return $"critical path {Wording.Duration(length)}: {shown}";
    }

    private static IEnumerable<string> Advice(RunResult run, AloneTimes alone, RunOptions options)
    {
        TimeSpan inWaves = Play(options with { Schedule = ScheduleMode.Waves }, run.Cores);
        TimeSpan eager = Play(options with { Schedule = ScheduleMode.Eager }, run.Cores);
        TimeSpan barriers = inWaves - eager;
        if (options.Schedule == ScheduleMode.Waves && run.Plan.Waves.Length > 1)
            yield return $"  waiting at the ends of waves cost {Wording.Duration(barriers > TimeSpan.Zero ? barriers : TimeSpan.Zero)}";

        TimeSpan now = options.Schedule == ScheduleMode.Waves ? inWaves : eager;
        int more = options.MaxParallelism * 2;
        RunOptions twice = options with { MaxParallelism = more, NodeCount = more };
        TimeSpan denser = Play(twice, run.Cores);
        TimeSpan wider = Play(twice, Math.Max(more, run.Cores));
        (IReadOnlyList<PlannedSubtask> path, TimeSpan length) = Simulation.CriticalPath(run.Plan, subtask => alone.Times[subtask.Index]);
        PlannedSubtask? longest = path.MaxBy(subtask => alone.Times[subtask.Index]);
        if (options.Schedule == ScheduleMode.Waves && barriers > now * 0.1)
            yield return $"  to be faster: ParallelExecSchedule=Eager, about {Wording.Duration(eager)}";
        else if (now - denser > now * 0.1 && denser <= wider * 1.1)
            yield return $"  to be faster: ParallelExecMaxParallelism={more}, about {Wording.Duration(denser)}";
        else if (now - wider > now * 0.1)
            yield return $"  to be faster: on a machine with {more} cores, about {Wording.Duration(wider)}";
        else if (longest is not null && alone.Times[longest.Index] > length * 0.4)
            yield return $"  to be faster: split or shorten '{longest.Id}', {Which(alone.Times[longest.Index])}";

        TimeSpan Play(RunOptions other, int cores) => Simulation.Makespan(run.Plan, other, Cost, cores);

        // Of what nobody has counted it is assumed that it computes: more places alone do not make that faster.
        Simulation.Cost Cost(PlannedSubtask subtask)
        {
            TimeSpan time = alone.Times[subtask.Index];
            return new(time, run.Results[subtask.Index].Cpu is not { } use ? 1 : time > TimeSpan.Zero ? use.Time / time : 0);
        }

        static string Which(TimeSpan time) => $"which is {Wording.Duration(time)} of the critical path";
    }
}
