using ParallelExec.Exchange;
using ParallelExec.Execution.Runners;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Execution.Attempts;

/// <summary>Whether an attempt has ended because it can not go on without a person.</summary>
internal static class Asking
{
    /// <returns>What it asks: what stands in <c>PARALLELEXEC_QUESTION</c>, or an agent's last words; null where it asks nothing.</returns>
    public static string? QuestionOf(RunnerResult ran, AttemptContext context, HandOver handOver)
    {
        if (handOver.TakeQuestion(context.Planned) is { } written)
            return written;
        return context.Planned.Subtask.Work is not AgentWork work ? null
            : ran.Summary.Length > 0 || work.Command?.Preset is not null ? Question.In(ran.Summary)
            : ran.HasLog && LastLine(context.LogFile) is { } line && Question.IsMarked(line) ? Question.In(line)
            : null;
    }

    private static string? LastLine(string logFile) => LogLines.Read(logFile).LastOrDefault(line => !string.IsNullOrWhiteSpace(line));
}
