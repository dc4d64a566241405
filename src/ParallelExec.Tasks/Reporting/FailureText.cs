using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Reporting;

/// <summary>The error, or the warning, that a subtask is which has not come to its end.</summary>
internal static class FailureText
{
    private const int LongestQuestion = 2000;

    public static Diagnostic For(PlannedSubtask planned, SubtaskResult result)
    {
        string what = result.Code == Codes.ExitCode ? $"failed with {result.Reason}" : $"failed: {result.Reason}";
        if (result.Code == Codes.TimedOut)
            what = result.Reason;
        string command = result.Code == Codes.ExitCode ? Ran(planned.Subtask.Work) : "";
        string logFile = result.LogFile.Length > 0 ? $" Its output: {result.LogFile}" : "";
        // The engine turns no error of another project into a warning.
        if (result.Code == Codes.ProjectFailed)
            logFile = " The errors that it logged stay errors in the log, but do not fail the build (ContinueOnError).";
        return new Diagnostic(
            result.Code!,
            planned.Subtask.ContinueOnError == ContinueOnError.WarnAndContinue ? Severity.Warning : Severity.Error,
            $"'{planned.Id}' {what}{command}".TrimEnd('.') + $".{logFile}",
            planned.Subtask.Origin);
    }

    /// <summary>Nothing has failed; but nobody should overlook that somebody waits for him.</summary>
    public static Diagnostic Question(PlannedSubtask planned, SubtaskResult result, RunOptions options) => Diagnostic.Warning(
        Codes.NeedsInput,
        $"'{planned.Id}' {Wording.Shorten(result.Reason, LongestQuestion)}{(result.Reason.EndsWith('?') ? "" : ".")} "
            + $"Answer it with: {new NextSteps(options).Answer(planned.Id)}",
        planned.Subtask.Origin);

    /// <summary>No failure of anybody's; but not all was done.</summary>
    public static Diagnostic Skipped(SkippedSubtasks skipped, string code) => Diagnostic.Warning(
        code,
        $"{Wording.Ids([.. skipped.Subtasks.Select(subtask => subtask.Id)])} {(skipped.Subtasks.Count == 1 ? "was" : "were")} "
            + $"{skipped.Reason}. Raise the limit, and run again: what was done is not done again.",
        skipped.Subtasks[0].Subtask.Origin);

    private static string Ran(Work work) => work switch
    {
        CommandWork command => $": {Wording.Shorten(command.CommandLine.Trim().Split('\n')[0].TrimEnd('\r'), 120)}",
        ToolWork tool => $": {Wording.Shorten(string.Join(' ', tool.Arguments.Prepend(tool.Tool)), 120)}",
        ProjectWork or AgentWork or TestWork or MilestoneWork => "",
        _ => throw work.NotKnown(),
    };
}
