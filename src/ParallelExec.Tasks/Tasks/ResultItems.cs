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
    public static ITaskItem For(ExecutionPlan plan, PlannedSubtask planned, IReadOnlyList<SubtaskResult> results, SecretMasker? masker)
    {
        SubtaskResult result = results[planned.Index];
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
        if ((result.Tests ?? OfParts(plan, planned, results)) is { } tests)
        {
            Set(item, "TestsTotal", Number(tests.Total));
            Set(item, "TestsPassed", Number(tests.Passed));
            Set(item, "TestsFailed", Number(tests.Failed));
            Set(item, "TestsSkipped", Number(tests.Skipped));
            Set(item, "TestsFlaky", Number(tests.Flaky));
        }
        if (result.Usage is { } usage)
        {
            Set(item, "InputTokens", usage.InputTokens is { } input ? Number(input) : "");
            Set(item, "OutputTokens", usage.OutputTokens is { } output ? Number(output) : "");
            Set(item, "Turns", usage.Turns is { } turns ? Number(turns) : "");
            Set(item, "CostUsd", usage.CostUsd is { } cost ? cost.ToString(CultureInfo.InvariantCulture) : "");
        }
        // Of two names that are one here the first counts, as for environment variables (PEX3011).
        if (result.Values.Count == 0)
            return item;
        foreach (IGrouping<string, KeyValuePair<string, string>> same in result.Values.GroupBy(
            value => "Output_" + MetadataName(value.Key), StringComparer.OrdinalIgnoreCase))
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

    /// <summary>What the parts of a suite have done together; null where it has none, or none was run.</summary>
    private static TestSummary? OfParts(ExecutionPlan plan, PlannedSubtask planned, IReadOnlyList<SubtaskResult> results)
    {
        TestSummary[] parts = planned.Subtask.Work is not MilestoneWork ? [] : [.. planned.Dependencies
            .Where(index => plan.Subtasks[index].Subtask.Work is TestWork test && IsPartOf(test, planned.Id))
            .Select(index => results[index].Tests).OfType<TestSummary>()];
        return parts.Length == 0 ? null : new TestSummary(
            parts.Sum(part => part.Total), parts.Sum(part => part.Passed), parts.Sum(part => part.Failed),
            parts.Sum(part => part.Skipped), parts.Sum(part => part.Flaky), ResultFile: "");
    }

    // A suite, or one of its target frameworks.
    private static bool IsPartOf(TestWork test, string id) => id == test.Suite || id == $"{test.Suite}:{test.Framework}";

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
