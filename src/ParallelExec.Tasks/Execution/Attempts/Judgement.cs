using ParallelExec.Execution.Processes;
using ParallelExec.Execution.Runners;
using ParallelExec.Fingerprints;
using ParallelExec.Model;

namespace ParallelExec.Execution.Attempts;

/// <summary>What the end of a runner means for its subtask: the one place where that is decided.</summary>
internal static class Judgement
{
    private const int LongestCommand = 100;

    /// <param name="timeIsUp">The subtask's time limit has passed.</param>
    public static SubtaskResult OfWork(RunnerResult ran, AttemptContext context, bool timeIsUp)
    {
        var result = new SubtaskResult
        {
            Status = SubtaskStatus.Failed,
            ExitCode = ran.ExitCode,
            StartedAt = ran.StartedAt,
            LogFile = ran.HasLog ? context.LogFile : "",
            Killed = ran.Killed,
            Cpu = ran.Cpu,
            Summary = ran.Summary,
            Usage = ran.Usage,
            SessionId = ran.SessionId,
            Tests = ran.Tests,
        };
        return ran.End switch
        {
            RunnerEnd.NotStarted => result with { Code = Codes.NotStarted, Reason = $"could not be started: {ran.Problem}" },
            RunnerEnd.Stopped when timeIsUp => TimedOut(result, context, ran.Problem),
            RunnerEnd.Stopped => Cancelled(result),
            // The engine can not end one project of several: it is judged when it has ended by itself.
            RunnerEnd.ProjectEnded when timeIsUp => TimedOut(result, context, ""),
            RunnerEnd.ProjectEnded when ran.ExitCode == 0 => Succeeded(result) with { ExitCode = null },
            RunnerEnd.ProjectEnded when context.Ended.IsCancellationRequested => Cancelled(result),
            RunnerEnd.ProjectEnded => result with { Code = Codes.ProjectFailed, Reason = ran.Problem, ExitCode = null },
            RunnerEnd.AgentFailed or RunnerEnd.TestsFailed => result with { Code = ran.Code, Reason = ran.Problem },
            RunnerEnd.LogNotWritten => result with { Code = Codes.StateNotWritable, Reason = ran.Problem },
            RunnerEnd.Exited when ran.ExitCode == 0 => Succeeded(result),
            RunnerEnd.Exited =>
                result with
                {
                    Code = Codes.ExitCode,
                    Reason = $"exit code {ran.ExitCode}{ExitCodes.Meaning(ran.ExitCode, Platform.Current)}"
                },
            _ => throw new InvalidOperationException($"nobody has said what {ran.End} means"),
        };
    }

    /// <summary>What a success comes to when <c>Verify</c> has been run after it.</summary>
    /// <param name="remark">What else is known of the work.</param>
    public static SubtaskResult OfVerify(
        RunnerResult ran, AttemptContext context, bool timeIsUp, SubtaskResult work, CommandWork verify, string remark)
    {
        SubtaskResult verified = OfWork(ran, context, timeIsUp) with
        {
            ExitCode = work.ExitCode,
            StartedAt = work.StartedAt,
            Summary = work.Summary,
            Usage = work.Usage,
            SessionId = work.SessionId,
            Tests = work.Tests,
            Cpu = work.Cpu?.Plus(ran.Cpu),
        };
        return verified.Code != Codes.ExitCode ? verified : verified with
        {
            Code = Codes.VerifyFailed,
            Reason = $"Verify failed with exit code {ran.ExitCode}: {FirstLine(verify.CommandLine)}{remark}",
        };
    }

    /// <summary>Declared outputs must be there, whatever the exit code says.</summary>
    /// <param name="remark">What else is known of the work.</param>
    public static SubtaskResult OfOutputs(Subtask subtask, SubtaskResult work, string remark)
    {
        string[] missing = DeclaredFiles.Missing(subtask.Outputs);
        return missing.Length == 0 ? work : work with
        {
            Status = SubtaskStatus.Failed,
            Code = Codes.OutputMissing,
            Reason = $"declared output missing: {string.Join(", ", missing)}{remark}",
        };
    }

    /// <summary>What there is for a success; null where nobody's word had to be taken.</summary>
    public static Proof? ProofOf(Subtask subtask) => subtask.Work is not AgentWork ? null
        : subtask.IsProvable ? Proof.Proven : Proof.Believed;

    /// <summary>Whether another attempt can end differently: what could not even be started will not start a second later.</summary>
    public static bool MayBeRetried(SubtaskResult result) => result.IsFailure && result.Code != Codes.NotStarted;

    private static SubtaskResult Succeeded(SubtaskResult result) => result with { Status = SubtaskStatus.Succeeded };

    private static SubtaskResult Cancelled(SubtaskResult result) =>
        result with { Status = SubtaskStatus.Cancelled, ExitCode = null, Reason = "was stopped while it ran" };

    private static SubtaskResult TimedOut(SubtaskResult result, AttemptContext context, string waitingFor) => result with
    {
        Status = SubtaskStatus.TimedOut,
        Code = Codes.TimedOut,
        Reason = $"timed out after {Wording.Duration(context.Planned.Subtask.Timeout!.Value)}"
            + $"{(waitingFor.Length > 0 ? $", {waitingFor}" : "")}",
    };

    private static string FirstLine(string command) => Wording.Shorten(command.Trim().Split('\n')[0], LongestCommand);
}
