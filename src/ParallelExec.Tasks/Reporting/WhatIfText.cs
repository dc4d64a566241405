using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Reporting;

/// <summary>What the plan would take on other machines, as a table.</summary>
internal static class WhatIfText
{
    private const int LongestBound = 34;

    /// <param name="measured">How long subtasks took in earlier runs, by id.</param>
    public static string For(ExecutionPlan plan, RunOptions options, IReadOnlyDictionary<string, TimeSpan> measured)
    {
        PlannedSubtask[] work = [.. plan.Subtasks.Where(subtask => subtask is { Excluded: null, Subtask.Work: not MilestoneWork })];
        string[] unknown = [.. work.Where(subtask => Known(subtask) is null).Select(subtask => subtask.Id)];
        if (unknown.Length == work.Length)
            return "What if: nobody knows how long these subtasks take. Run them once (-t:RunParallelTasks), or give them EstimatedDuration.";
        var lines = new List<string>
        {
            $"What if (durations of earlier runs; now {Wording.Count(options.MaxParallelism, "core")}, {options.Schedule}):",
            Row("cores", "schedule", "takes", "bound by", "saves most"),
        };
        foreach (int cores in options.WhatIf.Append(options.MaxParallelism).Distinct().Order())
        {
            foreach (WhatIf machine in WhatIf.Of(plan, options, cores, subtask => Known(subtask) ?? TimeSpan.Zero))
            {
                lines.Add(Row(
                    Wording.Number(cores), $"{machine.Options.Schedule}", Wording.Duration(machine.Takes), machine.BoundBy,
                    machine.Change.Length > 0 ? $"{machine.Change}: {Wording.Duration(machine.Changed)}" : "-"));
            }
        }
        lines.Add($"  {Bottom(plan)}");
        if (unknown.Length > 0)
            lines.Add($"  Of {Wording.Ids(unknown)} nobody knows how long it takes: counted as nothing.");
        return string.Join('\n', lines);

        TimeSpan? Known(PlannedSubtask subtask) => measured.TryGetValue(subtask.Id, out TimeSpan time) ? time : subtask.Estimate;

        string Bottom(ExecutionPlan all)
        {
            (IReadOnlyList<PlannedSubtask> path, TimeSpan length) = Simulation.CriticalPath(all, subtask => Known(subtask) ?? TimeSpan.Zero);
            return $"No machine is faster than the critical path, {Wording.Duration(length)}: {Wording.Path([.. path.Select(each => each.Id)])}";
        }
    }

    private static string Row(string cores, string schedule, string takes, string bound, string change) =>
        $"  {cores,5}  {schedule,-8}  {takes,7}  {Wording.Middle(bound, LongestBound),-LongestBound}  {change}";
}
