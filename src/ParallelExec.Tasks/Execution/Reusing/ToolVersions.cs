using System.Collections.Concurrent;
using System.Security.Cryptography;
using ParallelExec.Events;
using ParallelExec.Exchange;
using ParallelExec.Execution.Runners;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Reusing;

/// <summary>What the declared <c>VersionCommand</c>s say. Each is asked once in a run, however many subtasks declare it.</summary>
internal sealed class ToolVersions(HandOver handOver, ProcessRunner processes, IRunLog log, CancellationToken stop)
{
    /// <summary>Whoever takes longer to say its version hangs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Lazy<string>> known = new(StringComparer.Ordinal);

    /// <returns>A digest of what it wrote; one that is never the same again where it failed. Null where none is declared.</returns>
    public string? Of(PlannedSubtask planned)
    {
        Subtask subtask = planned.Subtask;
        if (subtask.VersionCommand is not { } command)
            return null;
        string key = string.Join(
            '\0', [command.CommandLine, command.Shell ?? "", subtask.WorkingDirectory,
            .. subtask.Environment.Select(pair => $"{pair.Key}={pair.Value}")]);
        return known.GetOrAdd(key, _ => new Lazy<string>(() => Ask(planned, command))).Value;
    }

    private string Ask(PlannedSubtask planned, CommandWork command)
    {
        string answer = handOver.NewFile(planned, ".version");
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        ended.CancelAfter(Limit);
        try
        {
            RunnerResult ran = processes.RunAsync(command, new AttemptContext(planned, 0, handOver.Declared(planned), answer, ended.Token))
                .GetAwaiter().GetResult();
            if (ran is { End: RunnerEnd.Exited, ExitCode: 0 })
                return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(answer)));
            if (!stop.IsCancellationRequested)
                Tell(planned, ran, answer);
        }
        finally
        {
            File.Delete(answer);
        }
        return Guid.NewGuid().ToString("N");
    }

    private void Tell(PlannedSubtask planned, RunnerResult ran, string answer)
    {
        string why = ran.End switch
        {
            RunnerEnd.Exited => $"failed with exit code {ran.ExitCode}",
            RunnerEnd.Stopped => $"took longer than {Wording.Duration(Limit)}",
            _ => $"could not be started: {ran.Problem}",
        };
        string output = File.Exists(answer) ? Wording.Shorten(File.ReadAllText(answer).Trim(), 200) : "";
        string message =
            $"The VersionCommand of '{planned.Id}' {why}, so the version of its tool is not known, and it "
            + $"runs.{(output.Length > 0 ? $" It wrote: {output}" : "")}";
        log.Report(Diagnostic.Warning(Codes.VersionUnknown, message, planned.Subtask.Origin, "VersionCommand"));
    }
}
