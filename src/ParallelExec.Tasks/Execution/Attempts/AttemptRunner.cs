using System.Collections.Immutable;
using ParallelExec.Exchange;
using ParallelExec.Execution.Output;
using ParallelExec.Execution.Runners;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Attempts;

/// <summary>Does a subtask's work: attempt after attempt, each with its time limit, its outputs, its <c>Verify</c>, and what it hands over.</summary>
internal sealed class AttemptRunner(RunOptions options, HandOver handOver, WorkRunner runner, TimeProvider time)
{
    /// <param name="results">Those of the subtasks that have ended; its dependencies are among them.</param>
    /// <param name="expected">Of a project that others wait for: to be disposed when it waits too.</param>
    public async Task<SubtaskResult> RunAsync(
        PlannedSubtask planned, IReadOnlyList<SubtaskResult?> results, IDisposable? expected, CancellationToken cancel)
    {
        DateTimeOffset startedAt = time.GetUtcNow();
        long started = time.GetTimestamp();
        var killed = ImmutableArray<string>.Empty;
        CpuUse? cpu = CpuUse.None;
        SubtaskResult result;
        int attempt = 1;
        while (true)
        {
            long attempted = time.GetTimestamp();
            result = await AttemptAsync(planned, attempt, results, expected, cancel).ConfigureAwait(false);
            bool again = attempt <= planned.Subtask.Retries && Judgement.MayBeRetried(result);
            if (again || attempt > 1)
                AttemptLine.Append(result.LogFile, attempt, result, time.GetElapsedTime(attempted));
            killed = killed.AddRange(result.Killed);
            cpu = cpu?.Plus(result.Cpu);
            if (!again || !await DelayAsync(planned.Subtask.RetryDelay, cancel).ConfigureAwait(false))
                break;
            attempt++;
        }
        TimeSpan duration = time.GetElapsedTime(started);
        // A project that waited for a node of the engine has not worked meanwhile.
        if (attempt == 1 && result.StartedAt is { } later && later > startedAt && later - startedAt <= duration)
            (startedAt, duration) = (later, duration - (later - startedAt));
        return result with { StartedAt = startedAt, Duration = duration, Attempts = attempt, Killed = killed, Cpu = cpu };
    }

    /// <summary>All that there was to read of what it wrote has been read. Never throws.</summary>
    public void End(PlannedSubtask planned) => handOver.End(planned);

    private async Task<SubtaskResult> AttemptAsync(
        PlannedSubtask planned, int attempt, IReadOnlyList<SubtaskResult?> results, IDisposable? expected, CancellationToken cancel)
    {
        Subtask subtask = planned.Subtask;
        using var limit = new CancellationTokenSource(subtask.Timeout ?? Timeout.InfiniteTimeSpan, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var context = new AttemptContext(
            planned, attempt, handOver.Prepare(planned, attempt, results), LogFiles.PathOf(options, subtask), ended.Token)
        { Expected = expected };

        RunnerResult ran = await runner.RunAsync(subtask.Work, context).ConfigureAwait(false);
        SubtaskResult result = Judgement.OfWork(ran, context, limit.IsCancellationRequested);
        if (result.Status == SubtaskStatus.Succeeded)
            result = Judgement.OfOutputs(subtask, result);
        if (result.Status == SubtaskStatus.Succeeded && subtask.Verify is { } verify)
        {
            RunnerResult verified = await runner.RunAsync(verify, context with { AppendToLog = true }).ConfigureAwait(false);
            result = Judgement.OfVerify(verified, context, limit.IsCancellationRequested, result, verify);
        }
        return result.Status == SubtaskStatus.Succeeded ? handOver.Collect(planned, result) : result;
    }

    private async Task<bool> DelayAsync(TimeSpan delay, CancellationToken cancel)
    {
        try
        {
            await Task.Delay(delay, time, cancel).ConfigureAwait(false);
            return !cancel.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
