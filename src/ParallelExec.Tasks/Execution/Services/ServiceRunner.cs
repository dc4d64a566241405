using System.Collections.Immutable;
using ParallelExec.Exchange;
using ParallelExec.Execution.Attempts;
using ParallelExec.Execution.Output;
using ParallelExec.Execution.Processes;
using ParallelExec.Execution.Runners;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Services;

/// <summary>Runs a service: starts it, says when it is ready, and ends it when it is told to.</summary>
internal sealed class ServiceRunner(
    RunOptions options, HandOver handOver, ProcessRunner processes, BlockingThreads threads, TimeProvider time)
{
    /// <summary>How often another port is tried where another program was faster to take it.</summary>
    private const int MostRaces = 3;

    private readonly Lazy<FreePorts> ports = new();

    /// <param name="ready">Told when it is ready, with what it is until it ends.</param>
    /// <param name="stop">Nobody needs it any more.</param>
    public async Task<SubtaskResult> RunAsync(
        PlannedSubtask planned, IReadOnlyList<SubtaskResult?> results, Action<SubtaskResult> ready, CancellationToken stop)
    {
        DateTimeOffset startedAt = time.GetUtcNow();
        long started = time.GetTimestamp();
        string log = LogFiles.PathOf(options, planned.Subtask);
        var killed = ImmutableArray<string>.Empty;
        var each = ImmutableArray<AttemptResult>.Empty;
        int attempt = 1, races = 0;
        for (int number = 1; ; number++)
        {
            int? port = planned.Subtask.Service!.Port ? ports.Value.Take() : null;
            if (number == 1)
                File.WriteAllBytes(log, []);
            DateTimeOffset begun = time.GetUtcNow();
            long attempted = time.GetTimestamp();
            SubtaskResult result = await AttemptAsync(planned, number, results, port, log, Ready, stop).ConfigureAwait(false);
            killed = killed.AddRange(result.Killed);
            each = each.Add(new AttemptResult(begun, time.GetElapsedTime(attempted), result.Status, result.Reason));
            result = result with { StartedAt = startedAt, Attempts = attempt, Killed = killed, EachAttempt = number > 1 ? each : [] };
            if (result.Served is not null)
                return result;
            bool raced = result.IsFailure && port is { } own && races < MostRaces && !FreePorts.IsFree(own);
            bool again = raced || (attempt <= planned.Subtask.Retries && Judgement.MayBeRetried(result));
            if (again || number > 1)
                AttemptLine.Append(log, number, result, time.GetElapsedTime(attempted));
            if (!again || (!raced && !await DelayAsync(planned.Subtask.RetryDelay, stop).ConfigureAwait(false)))
                return result with { Duration = time.GetElapsedTime(started) };
            if (raced)
                races++;
            else
                attempt++;
        }

        SubtaskResult Ready(SubtaskResult serving)
        {
            serving = serving with { StartedAt = startedAt, Duration = time.GetElapsedTime(started), Attempts = attempt };
            ready(serving);
            return serving;
        }
    }

    private async Task<SubtaskResult> AttemptAsync(
        PlannedSubtask planned, int number, IReadOnlyList<SubtaskResult?> results, int? port, string log,
        Func<SubtaskResult, SubtaskResult> ready, CancellationToken stop)
    {
        Service service = planned.Subtask.Service!;
        PlannedSubtask filled = port is { } own ? planned with { Subtask = Filled(planned.Subtask, own) } : planned;
        using var probe = new ReadinessProbe(service.Ready, port, log, new FileInfo(log).Length);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var limit = new CancellationTokenSource(service.ReadyTimeout, time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        if (stop.IsCancellationRequested)
            return NotNeeded(new SubtaskResult { Status = SubtaskStatus.Cancelled });
        if (await probe.WhyTakenAsync(waiting.Token).ConfigureAwait(false) is { } taken)
            return SubtaskResult.Failed(Codes.ServiceFailed, taken);

        var context = new AttemptContext(
            filled, number, handOver.Prepare(filled, number, results), log, end.Token)
        { AppendToLog = true, EndsRest = true };
        // The process has a thread that waits for it; this one looks whether it is ready.
        Task<RunnerResult> running = threads.Run<Task<RunnerResult>>(() => processes.RunAsync(filled.Subtask.Work, context)).Unwrap();
        Task<bool> becoming = probe.WaitAsync(waiting.Token);
        await Task.WhenAny(becoming, running).ConfigureAwait(false);
        if (running.IsCompleted)
        {
            await waiting.CancelAsync().ConfigureAwait(false);
            await becoming.ConfigureAwait(false);
        }
        else if (await becoming.ConfigureAwait(false))
        {
            return await ServeAsync(planned, port, context, running, ready, end, stop).ConfigureAwait(false);
        }
        bool tooLate = !running.IsCompleted && !stop.IsCancellationRequested;
        await end.CancelAsync().ConfigureAwait(false);
        RunnerResult ran = await running.ConfigureAwait(false);
        SubtaskResult result = Ended(ran, context);
        if (stop.IsCancellationRequested)
            return NotNeeded(result);
        string readyWhen = service.Ready is null ? ""
            : $" (ReadyWhen=\"{service.Ready.Declared}\"{(probe.Seen.Length > 0 ? $"; last: {probe.Seen}" : "")})";
        return tooLate
            ? Failed(result, $"it was not ready within {Wording.Duration(service.ReadyTimeout)}{readyWhen}") with { ExitCode = null }
            : ran.End == RunnerEnd.Exited ? Failed(result, $"it ended before it was ready, with {ExitCode(ran)}{readyWhen}") : result;
    }

    private async Task<SubtaskResult> ServeAsync(
        PlannedSubtask planned, int? port, AttemptContext context, Task<RunnerResult> running, Func<SubtaskResult, SubtaskResult> ready,
        CancellationTokenSource end, CancellationToken stop)
    {
        var serving = new SubtaskResult { Status = SubtaskStatus.Succeeded, LogFile = context.LogFile, Cpu = CpuUse.None };
        serving = handOver.Collect(planned, serving, port);
        if (serving.IsFailure)
        {
            await end.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(false);
            return serving;
        }
        serving = ready(serving);
        long since = time.GetTimestamp();
        RunnerResult ran = await running.ConfigureAwait(false);
        TimeSpan served = time.GetElapsedTime(since);
        serving = serving with { Served = served, Killed = ran.Killed };
        return stop.IsCancellationRequested ? serving
            : Failed(serving, $"it died with {ExitCode(ran)}, {Wording.Duration(served)} after it was ready, while it was needed") with
            {
                ExitCode = ran.ExitCode,
            };
    }

    private static Subtask Filled(Subtask subtask, int port) => subtask with
    {
        Work = subtask.Work switch
        {
            CommandWork command => command with { CommandLine = OwnPort.Fill(command.CommandLine, port) },
            ToolWork tool =>
                new ToolWork(OwnPort.Fill(tool.Tool, port), [.. tool.Arguments.Select(argument => OwnPort.Fill(argument, port))]),
            _ => throw subtask.Work.NotKnown(),
        },
        Environment = [.. subtask.Environment.Select(pair => KeyValuePair.Create(pair.Key, OwnPort.Fill(pair.Value, port)))],
    };

    private static SubtaskResult Ended(RunnerResult ran, AttemptContext context) =>
        Judgement.OfWork(ran, context, timeIsUp: false) with { LogFile = context.LogFile, Cpu = CpuUse.None };

    private static SubtaskResult Failed(SubtaskResult result, string reason) =>
        result with { Status = SubtaskStatus.Failed, Code = Codes.ServiceFailed, Reason = reason };

    private static SubtaskResult NotNeeded(SubtaskResult result) =>
        result with
        {
            Status = SubtaskStatus.Cancelled,
            Code = null,
            ExitCode = null,
            Reason = "was stopped before it was ready: nothing needs it any more"
        };

    private static string ExitCode(RunnerResult ran) => $"exit code {ran.ExitCode}{ExitCodes.Meaning(ran.ExitCode, Platform.Current)}";

    private async Task<bool> DelayAsync(TimeSpan delay, CancellationToken stop)
    {
        try
        {
            await Task.Delay(delay, time, stop).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
