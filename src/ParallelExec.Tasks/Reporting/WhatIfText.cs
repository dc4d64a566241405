using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;
using ParallelExec.State;

namespace ParallelExec.Reporting;

/// <summary>What the plan would take on other machines, as a table.</summary>
internal sealed class WhatIfText
{
    private const int LongestBound = 34;

    private static readonly string[] Headings = ["cores", "schedule", "takes", "bound by", "saves most"];

    private readonly ExecutionPlan plan;
    private readonly RunOptions options;
    private readonly IReadOnlyDictionary<string, TimeSpan> measured;
    private readonly Dictionary<string, RecordedSubtask> lastRun;

    /// <param name="measured">How long subtasks took in earlier runs, by id.</param>
    /// <param name="lastRun">What it is known of how long each takes alone, and computes; null where there is none.</param>
    public WhatIfText(ExecutionPlan plan, RunOptions options, IReadOnlyDictionary<string, TimeSpan> measured, RecordedRun? lastRun)
    {
        (this.plan, this.options, this.measured) = (plan, options, measured);
        this.lastRun = new Dictionary<string, RecordedSubtask>(StringComparer.OrdinalIgnoreCase);
        foreach (RecordedSubtask subtask in lastRun?.Subtasks ?? [])
        {
            if (subtask is { Status: SubtaskStatus.Succeeded, HasTime: true })
                this.lastRun[subtask.Id] = subtask;
        }
    }

    /// <param name="processors">How many this machine has.</param>
    public string For(int processors)
    {
        PlannedSubtask[] work = [.. plan.Subtasks.Where(subtask => subtask is { Excluded: null, Subtask.Work: not MilestoneWork })];
        string[] unknown = [.. work.Where(subtask => Known(subtask) is null).Select(subtask => subtask.Id)];
        if (unknown.Length == work.Length)
        {
            return "What if? Nobody knows how long these subtasks take. Run them once (-t:RunParallelTasks), or give them "
                + "EstimatedDuration.";
        }
        TimeSpan now = new Variant("", plan, options) { Processors = processors }.Makespan(Cost);
        var rows = new List<string[]> { Headings };
        foreach (int cores in options.WhatIf.Order())
            rows.AddRange(WhatIf.Of(plan, options, cores, Cost).Select(machine => Row(cores, machine)));
        (IReadOnlyList<PlannedSubtask> path, TimeSpan length) = Simulation.CriticalPath(plan, subtask => Cost(subtask).Alone);
        List<string> lines =
        [
            $"What if? Here, with {options.Schedule} and at most {options.MaxParallelism} at a time, it takes about "
                + $"{Wording.Duration(now)}.",
            .. Table(rows),
            $"  No machine is faster than the critical path, {Wording.Duration(length)}: {Wording.Path([.. path.Select(each => each.Id)])}",
        ];
        if (unknown.Length > 0)
            lines.Add($"  Counted as nothing, because nobody knows how long it takes: {Wording.Ids(unknown)}");
        return string.Join('\n', lines);
    }

    private Simulation.Cost Cost(PlannedSubtask subtask)
    {
        TimeSpan alone = Known(subtask) ?? TimeSpan.Zero;
        // Of what nobody has counted it is assumed that it computes.
        double? processors = lastRun.TryGetValue(subtask.Id, out RecordedSubtask? last) && last.Cpu is { } cpu && alone > TimeSpan.Zero
            ? cpu / alone : null;
        return new Simulation.Cost(alone, processors ?? 1);
    }

    /// <summary>In the last run, as if alone; else as in those before, else as declared; null where nobody knows.</summary>
    private TimeSpan? Known(PlannedSubtask subtask) => lastRun.TryGetValue(subtask.Id, out RecordedSubtask? last) ? last.Alone
        : measured.TryGetValue(subtask.Id, out TimeSpan time) ? time : subtask.Estimate;

    private static string[] Row(int cores, WhatIf machine) =>
    [
        Wording.Number(cores), $"{machine.Options.Schedule}", Wording.Duration(machine.Takes),
        Wording.Middle(machine.BoundBy, LongestBound),
        machine.Change.Length > 0 ? $"{machine.Change}: {Wording.Duration(machine.Changed)}" : "-",
    ];

    private static IEnumerable<string> Table(List<string[]> rows)
    {
        int[] widths = [.. rows[0].Select((_, column) => rows.Max(row => row[column].Length))];
        // Numbers to the right.
        return rows.Select(row => "  " + string.Join("  ", row.Select((cell, column) =>
            column is 0 or 2 ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).TrimEnd());
    }
}
