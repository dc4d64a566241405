using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Reporting;

/// <summary>The error, or the warning, that a subtask is which has not come to its end.</summary>
internal static class FailureText
{
    private const int LongestQuestion = 2000;

    /// <summary>So much of a reason of several lines goes into the error, of which loggers and CIs make one for each line.</summary>
    private const int LongestError = 300;

    public static Diagnostic For(PlannedSubtask planned, SubtaskResult result)
    {
        string reason = InOneLine(result.Reason);
        string what = result.Code == Codes.ExitCode ? $"failed with {reason}" : $"failed: {reason}";
        if (result.Code == Codes.TimedOut)
            what = reason;
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

    /// <summary>The lines of a reason that has several, for a block behind its error; empty where the error says it all.</summary>
    public static string[] Lines(SubtaskResult result) =>
        result.Reason.Split('\n', StringSplitOptions.RemoveEmptyEntries) is { Length: > 1 } lines
            ? [.. lines.Select(line => line.TrimEnd())] : [];

    private static string InOneLine(string reason)
    {
        string[] lines = reason.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length < 2 ? reason.Trim() : Wording.Shorten(string.Join("; ", lines), LongestError);
    }

    /// <summary>Nothing has failed; but nobody should overlook that somebody waits for him.</summary>
    public static Diagnostic Question(PlannedSubtask planned, SubtaskResult result, RunOptions options) => Diagnostic.Warning(
        Codes.NeedsInput,
        $"'{planned.Id}' {Wording.Shorten(Wording.OneLine(result.Reason), LongestQuestion)}{(result.Reason.EndsWith('?') ? "" : ".")} "
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
        ToolWork tool => $": {Wording.Shorten(Wording.OneLine(string.Join(' ', tool.Arguments.Prepend(tool.Tool))), 120)}",
        ProjectWork or AgentWork or TestWork or MilestoneWork => "",
        _ => throw work.NotKnown(),
    };
}
