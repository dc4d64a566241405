using System.Collections.Immutable;
using ParallelExec.Exchange;
using ParallelExec.Execution.Output;
using ParallelExec.Execution.Runners;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Execution.Attempts;

/// <summary>
/// Does a subtask's work: attempt after attempt, each with its time limit, its outputs, its <c>Verify</c>, and what it hands over.
/// </summary>
internal sealed class AttemptRunner(RunOptions options, HandOver handOver, WorkRunner runner, TimeProvider time)
{
    /// <summary>Of all attempts that have ended: an agent that fails again and again costs something before it comes to its end.</summary>
    private readonly Spending spending = new(options);

    /// <param name="results">Those of the subtasks that have ended; its dependencies are among them.</param>
    /// <param name="expected">Of a project that others wait for: to be disposed when it waits too.</param>
    public async Task<SubtaskResult> RunAsync(
        PlannedSubtask planned, IReadOnlyList<SubtaskResult?> results, IDisposable? expected, CancellationToken cancel)
    {
        DateTimeOffset startedAt = time.GetUtcNow();
        long started = time.GetTimestamp();
        var killed = ImmutableArray<string>.Empty;
        CpuUse? cpu = CpuUse.None;
        AgentUsage? usage = null;
        TimeSpan waited = TimeSpan.Zero;
        SubtaskResult result;
        var failed = new FailedAttempts(planned.Subtask);
        var each = ImmutableArray<AttemptResult>.Empty;
        int attempt = 1;
        while (true)
        {
            DateTimeOffset begun = time.GetUtcNow();
            long attempted = time.GetTimestamp();
            result = await AttemptAsync(planned, attempt, failed, results, expected, cancel).ConfigureAwait(false);
            bool again = attempt <= planned.Subtask.Retries && Judgement.MayBeRetried(result);
            if (planned.Subtask.Work is AgentWork agent)
            {
                spending.Add(agent, result.Usage);
                if (again && spending.WhyNotMore(agent) is { } reason)
                    (again, result) = (false, result with { Reason = $"{result.Reason}; not tried again: {reason}" });
            }
            if (again)
                failed.Add(result);
            if (again || attempt > 1)
                AttemptLine.Append(result.LogFile, attempt, result, time.GetElapsedTime(attempted));
            if (again || attempt > 1)
                each = each.Add(new AttemptResult(begun, time.GetElapsedTime(attempted), result.Status, result.Reason));
            killed = killed.AddRange(result.Killed);
            cpu = cpu?.Plus(result.Cpu);
            usage = result.Usage?.Plus(usage) ?? usage;
            waited += result.Waited;
            if (attempt == 1 && result.StartedAt > startedAt)
                startedAt = result.StartedAt.Value;
            if (!again || !await DelayAsync(planned.Subtask.RetryDelay, cancel).ConfigureAwait(false))
                break;
            attempt++;
        }
        // A project that waited for a node of the engine has not worked meanwhile.
        TimeSpan duration = time.GetElapsedTime(started) - waited;
        return result with
        {
            StartedAt = startedAt,
            Duration = duration > TimeSpan.Zero ? duration : TimeSpan.Zero,
            Waited = waited,
            Attempts = attempt,
            EachAttempt = each,
            Killed = killed,
            Cpu = cpu,
            Usage = usage,
        };
    }

    /// <summary>All that there was to read of what it wrote has been read. Never throws.</summary>
    public void End(PlannedSubtask planned) => handOver.End(planned);

    private async Task<SubtaskResult> AttemptAsync(
        PlannedSubtask planned, int attempt, FailedAttempts failed, IReadOnlyList<SubtaskResult?> results, IDisposable? expected,
            CancellationToken cancel)
    {
        Subtask subtask = planned.Subtask;
        // When the engine begins with a project is known only when it has ended, and until then nothing could end it. All else begins now.
        bool beginsNow = subtask.Work is not ProjectWork;
        using var limit = new CancellationTokenSource(
            beginsNow ? subtask.Timeout ?? Timeout.InfiniteTimeSpan : Timeout.InfiniteTimeSpan, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var context = new AttemptContext(
            planned, attempt, handOver.Prepare(planned, attempt, results), LogFiles.PathOf(options, subtask), ended.Token)
        {
            Expected = expected,
            Feedback = failed.Feedback,
            Session = failed.Session,
        };

        LogFiles.MakePlain(options, subtask);
        if (subtask.Set is not null && OutputFolders.Make(subtask) is { } problem)
            return problem;
        failed.Begin(context.LogFile);
        long asked = time.GetTimestamp();
        RunnerResult ran = await runner.RunAsync(subtask.Work, context).ConfigureAwait(false);
        TimeSpan took = time.GetElapsedTime(asked);
        TimeSpan waited = ran.Ran is { } own && own < took ? took - own : TimeSpan.Zero;
        if (!beginsNow && subtask.Timeout is { } timeout)
            limit.CancelAfter(timeout > took - waited ? timeout - (took - waited) : TimeSpan.Zero);
        SubtaskResult result = Judgement.OfWork(ran, context, limit.IsCancellationRequested) with { Waited = waited };
        if (result.Status != SubtaskStatus.Cancelled && Asking.QuestionOf(ran, context, handOver) is { } question)
        {
            handOver.Questions.Ask(subtask, question);
            return Judgement.OfQuestion(result, question);
        }
        if (result.Status == SubtaskStatus.Succeeded)
            result = Judgement.OfOutputs(subtask, result, ran.Remark);
        if (result.Status == SubtaskStatus.Succeeded && subtask.Verify is { } verify)
        {
            LogFiles.MakePlain(options, subtask);
            failed.Verifies(context.LogFile);
            RunnerResult verified = await runner.RunAsync(verify, context with { AppendToLog = true }).ConfigureAwait(false);
            result = Judgement.OfVerify(verified, context, limit.IsCancellationRequested, result, verify, ran.Remark) with
            {
                Waited = waited,
            };
        }
        return result.Status == SubtaskStatus.Succeeded
            ? handOver.Collect(planned, result with { Proof = Judgement.ProofOf(subtask) }) : result;
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
