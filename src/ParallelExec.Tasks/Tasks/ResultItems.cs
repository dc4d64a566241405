using System.Globalization;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.State;

namespace ParallelExec.Tasks;

/// <summary>Results and plans as the items that targets return.</summary>
internal static class ResultItems
{
    public static ITaskItem For(PlannedSubtask planned, SubtaskResult result, SecretMasker? masker)
    {
        var item = new TaskItem(TaskItemEscape(planned.Id));
        Set(item, "Status", result.Status.ToString());
        Set(item, "Reason", masker?.Apply(result.Reason) ?? result.Reason);
        Set(item, "Wave", Number(planned.Wave));
        Set(item, "ExitCode", result.ExitCode is { } exitCode ? Number(exitCode) : "");
        Set(item, "Attempts", Number(result.Attempts));
        Set(item, "StartedAt", result.StartedAt is { } startedAt ? Iso8601.Of(startedAt) : "");
        Set(item, "DurationMs", Number(RunFile.Milliseconds(result.Duration)));
        Set(item, "LogFile", result.LogFile);
        Set(item, "Group", masker?.Apply(planned.Subtask.Group) ?? planned.Subtask.Group);
        Set(item, "Title", masker?.Apply(planned.Subtask.Title) ?? planned.Subtask.Title);
        // Of two names that are one here the first counts, as for environment variables (PEX3011).
        if (result.Values.Count == 0)
            return item;
        foreach (IGrouping<string, KeyValuePair<string, string>> same in result.Values.GroupBy(value => "Output_" + MetadataName(value.Key), StringComparer.OrdinalIgnoreCase))
            Set(item, same.Key, masker?.Apply(same.First().Value) ?? same.First().Value);
        return item;
    }

    public static ITaskItem For(ExecutionPlan plan, PlannedSubtask planned, SecretMasker? masker)
    {
        var item = new TaskItem(TaskItemEscape(planned.Id));
        Set(item, "Wave", Number(planned.Wave));
        Set(item, "DependsOn", string.Join(';', planned.Dependencies.Select(index => plan.Subtasks[index].Id)));
        Set(item, "Kind", planned.Subtask.Work.Kind);
        Set(item, "Status", PlanStatus.Of(planned));
        Set(item, "EstimatedMs", planned.Estimate is { } estimate ? Number(RunFile.Milliseconds(estimate)) : "");
        Set(item, "Reason", PlanStatus.Reason(planned));
        Set(item, "Group", masker?.Apply(planned.Subtask.Group) ?? planned.Subtask.Group);
        Set(item, "Title", masker?.Apply(planned.Subtask.Title) ?? planned.Subtask.Title);
        return item;
    }

    // Values are texts, not MSBuild expressions: what looks like an escape in them must come out as it is.
    private static void Set(TaskItem item, string name, string value) => item.SetMetadata(name, TaskItemEscape(value));

    private static string TaskItemEscape(string text) => text.Replace("%", "%25", StringComparison.Ordinal);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string MetadataName(string name)
    {
        var result = new StringBuilder(name.Length);
        foreach (char c in name)
            result.Append(char.IsAsciiLetterOrDigit(c) || c == '-' ? c : '_');
        return result.ToString();
    }
}
