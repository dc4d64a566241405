using System.Collections.Concurrent;
using System.Collections.Immutable;
using ParallelExec.Agents;
using ParallelExec.Agents.Transcripts;
using ParallelExec.Exchange;
using ParallelExec.Fingerprints;
using ParallelExec.Model;

namespace ParallelExec.Execution.Runners;

/// <summary>
/// Runs coding agents: the prompt goes in, their command line works, and then it is looked at what it says and what has changed.
/// </summary>
internal sealed class AgentRunner(ProcessRunner processes, HandOver handOver, PromptText prompts, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, RateLimit> limits = new(StringComparer.Ordinal);
    private readonly Lazy<ConcurrentDictionary<int, ImmutableArray<OutputStamp>>> before = new(() => new());

    /// <summary>A command line that comes to no prompt is started again so often, then that is its failure.</summary>
    private const int MostStarts = 5;

    public async Task<RunnerResult> RunAsync(AgentWork work, AttemptContext context)
    {
        AgentCommand command = work.Command ?? throw new InvalidOperationException("an agent without a runner is refused before the run");
        RateLimit limit = limits.GetOrAdd(command.Tool, _ => new RateLimit(time));
        // Before the first attempt: what that has written is this subtask's work, also where only a later one succeeds.
        ImmutableArray<OutputStamp> stamps = before.Value.GetOrAdd(context.Planned.Index, _ => StampsBefore(context.Planned.Subtask));
        string promptFile = handOver.WritePrompt(context.Planned, prompts.For(context.Planned, handOver.Received(context.Planned)));
        AgentStart start = AgentStart.Of(command, context.Planned, promptFile, context.Environment);
        context = context with { InputFile = promptFile, Environment = start.Environment };
        var earlier = new RunnerResult(RunnerEnd.Exited);
        string waitingFor = "";
        int lost = 0;
        while (true)
        {
            if (!await limit.WaitAsync(context.Ended).ConfigureAwait(false))
            {
                return earlier with
                {
                    End = RunnerEnd.Stopped,
                    HasLog = context.AppendToLog,
                    Problem = $"waiting for a rate limit of its service to pass{waitingFor}",
                };
            }
            Started started = await StartAsync(command, start, context).ConfigureAwait(false);
            RunnerResult ran = started.Ran with
            {
                Usage = started.Report.Usage.IsKnown ? started.Report.Usage.Plus(earlier.Usage) : earlier.Usage,
                SessionId = started.Report.SessionId,
                Killed = earlier.Killed.AddRange(started.Ran.Killed),
            };
            if (!started.OnlyWaited && ran.End != RunnerEnd.Exited)
                return ran with { Problem = ran.End == RunnerEnd.Stopped ? Last(started.Report, command) : ran.Problem };
            AgentVerdict verdict = started.OnlyWaited ? AgentVerdict.Later : AgentVerdict.Of(
                started.Report, ran.ExitCode ?? 0, command, work.Agent, ChangeOf(context.Planned.Subtask.Outputs, stamps),
                context.Planned.Subtask.Verify is not null);
            if (!verdict.IsRateLimit)
                limit.Passed();
            if (verdict.IsLostInput && ++lost >= MostStarts)
                verdict = verdict.NotAgain(MostStarts);
            if (!verdict.IsRateLimit && !verdict.IsLostInput)
            {
                return verdict.Code is { } code
                    ? ran with { End = RunnerEnd.AgentFailed, Code = code, Problem = verdict.Reason, Summary = started.Report.Summary }
                    : ran with { Summary = started.Report.Summary, Remark = verdict.Remark };
            }
            if (verdict.IsRateLimit)
            {
                limit.Hit();
                waitingFor = AgentVerdict.Said(started.Report);
            }
            earlier = new RunnerResult(RunnerEnd.Exited) { Usage = ran.Usage, Killed = ran.Killed };
            context = context with { AppendToLog = true };
        }
    }

    private async Task<Started> StartAsync(AgentCommand command, AgentStart start, AttemptContext context)
    {
        long from = context.AppendToLog && File.Exists(context.LogFile) ? new FileInfo(context.LogFile).Length : 0;
        if (command.Preset is null)
        {
            RunnerResult own = await processes.RunAsync(start.Tool, context).ConfigureAwait(false);
            return new(own, own.HasLog ? Transcript.Read(null, context.LogFile, from) : new AgentReport(), OnlyWaited: false);
        }
        using var watch = new RateLimitWatch(command.Preset, context.LogFile, from, context.Ended);
        RunnerResult ran = await processes.RunAsync(start.Tool, context with { Ended = watch.Ended }).ConfigureAwait(false);
        AgentReport report = ran.HasLog ? Transcript.Read(command.Preset, context.LogFile, from) : new AgentReport();
        return new(
            ran, report, OnlyWaited: ran.End == RunnerEnd.Stopped && watch.HasEnded && !context.Ended.IsCancellationRequested);
    }

    private static string Last(AgentReport report, AgentCommand command) =>
        AgentVerdict.WaitingFor(report, isKnown: command.Preset is not null);

    private static OutputChange ChangeOf(ImmutableArray<PathPattern> outputs, ImmutableArray<OutputStamp> before)
    {
        if (outputs.IsEmpty)
            return OutputChange.NoneDeclared;
        if (DeclaredFiles.Missing(outputs).Length > 0)
            return OutputChange.Missing;
        return !before.IsEmpty && before.SequenceEqual(DeclaredFiles.Stamps(outputs)) ? OutputChange.Unchanged : OutputChange.Changed;
    }

    /// <summary>What an earlier run's attempt has written, which was interrupted or failed, is this subtask's work too.</summary>
    private static ImmutableArray<OutputStamp> StampsBefore(Subtask subtask)
    {
        ImmutableArray<OutputStamp> stamps = DeclaredFiles.Stamps(subtask.Outputs);
        return subtask.TaskFile?.BegunAt is { } begun ? stamps.RemoveAll(file => File.GetLastWriteTimeUtc(file.Path) >= begun.UtcDateTime)
            : stamps;
    }

    /// <param name="OnlyWaited">It was ended because it only waited for its service.</param>
    private sealed record Started(RunnerResult Ran, AgentReport Report, bool OnlyWaited);
}
