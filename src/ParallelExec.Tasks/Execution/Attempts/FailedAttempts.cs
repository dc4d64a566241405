using System.Collections.Immutable;
using ParallelExec.Agents;
using ParallelExec.Files;
using ParallelExec.Fingerprints;
using ParallelExec.Model;

namespace ParallelExec.Execution.Attempts;

/// <summary>What an agent that tries again is told of its attempts before. Of other work nobody asks, so nothing is kept.</summary>
internal sealed class FailedAttempts(Subtask subtask)
{
    private readonly bool isWanted = subtask is { Work: AgentWork { RetryWithFeedback: not false }, Retries: > 0 };
    private ImmutableArray<string> failures = [];
    private long start;
    private long? verifyStart;

    /// <summary>For the next attempt; null where it is told nothing.</summary>
    public Feedback? Feedback { get; private set; }

    /// <summary>In which the next attempt goes on; empty = it begins anew.</summary>
    public string Session { get; private set; } = "";

    /// <summary>An attempt begins.</summary>
    public void Begin(string logFile) => (start, verifyStart) = (failures.Length == 0 ? 0 : LengthOf(logFile), null);

    /// <summary>Its work is done, and is verified now.</summary>
    public void Verifies(string logFile) => verifyStart = LengthOf(logFile);

    /// <summary>The attempt has failed, and another one follows.</summary>
    public void Add(SubtaskResult result)
    {
        Session = subtask.Work is AgentWork { RetryContinues: true } ? result.SessionId : "";
        if (!isWanted)
            return;
        failures = failures.Add(result.Reason);
        Feedback = new Feedback(failures.Length + 1, subtask.Retries + 1, failures)
        {
            VerifyOutput = verifyStart is { } from && result.LogFile.Length > 0
                ? Agents.Feedback.Tail(LogLines.Read(result.LogFile, start: from)) : "",
            Output = verifyStart is not null ? Agents.Feedback.Tail(result.Summary.Split('\n'))
                : result.LogFile.Length > 0 ? Agents.Feedback.Tail(Readable(result.LogFile)) : "",
            NotProven = [.. DeclaredFiles.Missing(subtask.Outputs).Select(file => $"the file {file} is not there"),
                .. subtask.AcceptanceCriteria],
        };
    }

    private IEnumerable<string> Readable(string logFile)
    {
        Func<string, string?> readable = AgentTranscript.For(subtask.Work) ?? (line => line);
        return LogLines.Read(logFile, AgentTranscript.LongestRaw, start).Select(readable).OfType<string>();
    }

    private long LengthOf(string logFile) => isWanted && PlainFile.Exists(logFile) ? new FileInfo(logFile).Length : 0;
}
