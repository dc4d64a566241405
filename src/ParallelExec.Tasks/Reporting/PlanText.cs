using System.Globalization;
using System.Text;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Reporting;

/// <summary>A plan as text: one batch after another, each with what runs in it.</summary>
internal static class PlanText
{
    public static string For(ExecutionPlan plan, RunOptions options)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"{Wording.Count(plan.Count, "subtask")} in {Wording.Count(plan.Waves.Length, "wave")}, at most {options.MaxParallelism} at a "
            + $"time{Agents(plan, options)} ({options.Schedule})");
        LargeSets sets = LargeSets.Of(plan);
        for (int wave = 1; wave <= plan.Waves.Length; wave++)
        {
            string when = wave == 1 ? "ready now" : $"after batch {wave - 1}";
            text.Append(CultureInfo.InvariantCulture, $"\nBatch {wave} ({when}{Memory(plan, options, wave)}):");
            foreach (PlannedSubtask subtask in plan.Waves[wave - 1].Where(subtask => sets.Of(subtask) is null))
                text.Append("\n  ").Append(Line(plan, subtask));
            foreach (IGrouping<string?, PlannedSubtask> set in plan.Waves[wave - 1].Where(subtask => sets.Of(subtask) is not null)
                .GroupBy(sets.Of, StringComparer.Ordinal))
                text.Append("\n  ").Append(SetLine(plan, set.Key!, [.. set.OrderBy(subtask => subtask.Index)]));
        }
        if (plan.Subtasks.Count(subtask => subtask.IsResumed) is > 0 and int done)
            text.Append(CultureInfo.InvariantCulture, $"\nCompleted before: {done}");
        PlannedSubtask[] excluded = [.. plan.Subtasks.Where(subtask => subtask.Excluded is not null && !subtask.IsResumed)];
        if (excluded.Length > 0)
        {
            text.Append("\nLeft out:");
            sets = new LargeSets(excluded);
            foreach (IGrouping<string?, PlannedSubtask> set in excluded.Where(subtask => sets.Of(subtask) is not null)
                .GroupBy(sets.Of, StringComparer.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"\n  {set.Key}: {set.Count()} subtasks: {set.First().Excluded}");
            foreach (PlannedSubtask subtask in excluded.Where(subtask => sets.Of(subtask) is null))
                text.Append("\n  ").Append(subtask.Id).Append(": ").Append(subtask.Excluded);
        }
        return text.ToString();
    }

    /// <summary>Why not all of a batch start together that could: what the largest of them need is more than there is.</summary>
    private static string Memory(ExecutionPlan plan, RunOptions options, int wave)
    {
        if (plan.MaxMemory is not { } max)
            return "";
        double needed = plan.Waves[wave - 1].Select(subtask => (double)subtask.Subtask.Memory).OrderDescending()
            .Take(options.MaxParallelism).Sum();
        return needed > max
            ? $"; those that need most do not fit into {Wording.Memory(max)} of memory together ({Wording.Memory((long)needed)}): some wait"
            : "";
    }

    /// <summary>They are counted apart.</summary>
    public static string Agents(ExecutionPlan plan, RunOptions options) =>
        plan.Subtasks.Any(subtask => subtask is { Excluded: null, Subtask.Work: AgentWork })
            ? $" and {Wording.Count(options.MaxAgents, "agent")}" : "";

    /// <summary>A large set: how many, what the first of them does, and how many of them need not run.</summary>
    private static string SetLine(ExecutionPlan plan, string set, IReadOnlyList<PlannedSubtask> members)
    {
        string line = $"{set}: {members.Count} subtasks, the first of them: {Line(plan, members[0] with { Reused = null })}";
        int upToDate = members.Count(member => member.Reused?.Record is not null),
            known = members.Count(member => member.Reused is not null);
        if (known == 0)
            return line;
        string? why = members.Select(member => member.Reused).FirstOrDefault(reused => reused is { Record: null, Why: not null })?.Why;
        return $"{line} -- {upToDate} up to date" + (upToDate < known ? $", {known - upToDate} run{(why is null ? "" : $": {why}")}" : "");
    }

    private static string Line(ExecutionPlan plan, PlannedSubtask planned)
    {
        Subtask subtask = planned.Subtask;
        var line = new StringBuilder(planned.Id);
        if (subtask.Title.Length > 0)
            line.Append(": ").Append(subtask.Title);
        line.Append(" [").Append(subtask.Parallel ? "parallel" : "alone");
        if (subtask.Always)
            line.Append(", always");
        if (subtask.Service is { } service)
            line.Append(", service").Append(service.Ready is { } ready ? $", ready when {Wording.Shorten(ready.Declared, 60)}" : "");
        if (planned.Estimate is { } estimate)
            line.Append(", about ").Append(Wording.Duration(estimate));
        if (subtask.Memory > 0 && plan.MaxMemory is not null)
            line.Append(", ").Append(Wording.Memory(subtask.Memory));
        line.Append(']');
        string what = subtask.Work switch
        {
            CommandWork command => command.CommandLine.Trim().Split('\n')[0].TrimEnd('\r'),
            ToolWork tool => string.Join(' ', tool.Arguments.Prepend(tool.Tool)),
            ProjectWork { IsDeclaringProject: true } project => $"targets {string.Join(", ", project.Targets)}",
            ProjectWork project =>
                Path.GetFileName(project.ProjectFile) + (project.Targets.IsEmpty ? "" : $" ({string.Join(", ", project.Targets)})"),
            TestWork test => $"tests of {Path.GetFileName(test.Assembly)}"
                + (test.Shards > 1 ? $", part {test.Shard} of {test.Shards}" : "") + (test.Filter.Length > 0 ? $" ({test.Filter})" : ""),
            AgentWork { Agent.Length: > 0 } agent => $"agent {agent.Agent}",
            AgentWork => "agent",
            MilestoneWork => "milestone",
            _ => throw subtask.Work.NotKnown(),
        };
        line.Append(' ').Append(Wording.Shorten(what, 80));
        if (!planned.Dependencies.IsEmpty)
            line.Append(" <- ").Append(Wording.Ids([.. planned.Dependencies.Select(index => plan.Subtasks[index].Id)]));
        if (planned.Kept is { } kept)
            line.Append(" -- affected: ").Append(kept);
        if (planned.Reused is { Why: { } why } reused)
            line.Append(reused.Record is null ? " -- runs: " : " -- up to date: ").Append(why);
        return line.ToString();
    }
}
