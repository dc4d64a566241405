using System.Collections.Immutable;
using ParallelExec.Caching;
using ParallelExec.Exchange;
using ParallelExec.Execution.Processes;
using ParallelExec.Execution.Runners;
using ParallelExec.Files;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.State;

namespace ParallelExec.Execution;

/// <summary>Runs one subtask to its end: attempts, time-out, what it hands over, its outputs, its <c>Verify</c>.</summary>
internal sealed class SubtaskExecutor(
    RunOptions options, HandOver handOver, BlockingThreads threads, Reuse reuse, OutputCache? cache, Journal journal, SecretMasker? masker, ProcessRunner processes, ProjectRunner projects, AgentRunner agents, TimeProvider time)
{
    /// <param name="results">Those of the subtasks that have ended; its dependencies are among them.</param>
    /// <param name="ended">Told the result, on the thread that has it: going through the thread pool would cost a wake-up.</param>
    public void Start(PlannedSubtask subtask, IReadOnlyList<SubtaskResult?> results, Action<SubtaskResult> ended, CancellationToken cancel)
    {
        switch (subtask.Subtask)
        {
            case { Work: MilestoneWork, Verify: null, Outputs.IsEmpty: true }:
                handOver.Pass(subtask);
                if (subtask.Dependencies.Any(reuse.HasRun))
                    reuse.SetHasRun(subtask);
                ended(new SubtaskResult { Status = SubtaskStatus.Succeeded, StartedAt = time.GetUtcNow() });
                break;
            // A project only queues itself here. The rest has a thread each, so that starting processes uses every core.
            case { Work: ProjectWork, Inputs.IsEmpty: true }:
                _ = ToTheEndAsync(null);
                break;
            case { Work: ProjectWork }:
                IDisposable expected = projects.Expect();
                threads.Run(() => ToTheEndAsync(expected));
                break;
            default:
                threads.Run(() => ToTheEndAsync(null));
                break;
        }

        async Task ToTheEndAsync(IDisposable? expected)
        {
            SubtaskResult result;
            try
            {
                result = await RunAsync(subtask, results, expected, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk, or somebody removed the folder of the run.
                result = new SubtaskResult { Status = SubtaskStatus.Failed, Code = Codes.StateNotWritable, Reason = $"its files in '{options.Directory}' can not be written: {e.Message}" };
            }
            catch (Exception e)
            {
                // Expected failures are values; this is a bug of ours, and the run must end all the same.
                result = new SubtaskResult { Status = SubtaskStatus.Failed, Code = Codes.Bug, Reason = $"ParallelExec failed itself: {e}" };
            }
            finally
            {
                expected?.Dispose();
            }
            ended(result);
        }
    }

    /// <summary>All that may start now has started: projects among it go to the engine in one request.</summary>
    public void AllStarted() => projects.Flush();

    private async Task<SubtaskResult> RunAsync(PlannedSubtask planned, IReadOnlyList<SubtaskResult?> results, IDisposable? expected, CancellationToken cancel)
    {
        DateTimeOffset startedAt = time.GetUtcNow();
        long started = time.GetTimestamp();
        Reused reused = reuse.Find(planned);
        if (reused.Record is { } record)
        {
            handOver.Reuse(planned, record);
            return new SubtaskResult
            {
                Status = Reuse.IsUpToDateChecked(planned.Subtask, options) ? SubtaskStatus.UpToDate : SubtaskStatus.Resumed,
                Reason = reused.Why ?? "",
                StartedAt = startedAt,
                Duration = time.GetElapsedTime(started),
                Values = record.Values,
            };
        }
        journal.Working(planned.Id, startedAt, reused.Why);
        if (Restore(planned, reused.Fingerprint, cancel) is { } restored)
            return restored with { StartedAt = startedAt, Duration = time.GetElapsedTime(started) };
        reuse.SetHasRun(planned);
        SubtaskResult result;
        var killed = ImmutableArray<string>.Empty;
        int attempt = 1;
        while (true)
        {
            result = await AttemptAsync(planned, attempt, results, expected, cancel).ConfigureAwait(false);
            killed = killed.AddRange(result.Killed);
            // What could not even be started will not start a second later.
            if (!result.IsFailure || attempt > planned.Subtask.Retries || result.Code == Codes.NotStarted)
                break;
            if (!await DelayAsync(planned.Subtask.RetryDelay, cancel).ConfigureAwait(false))
                break;
            attempt++;
        }
        TimeSpan duration = time.GetElapsedTime(started);
        // A project that waited for a node of the engine has not worked meanwhile.
        if (attempt == 1 && result.StartedAt is { } later && later > startedAt && later - startedAt <= duration)
            (startedAt, duration) = (later, duration - (later - startedAt));
        result = result with
        {
            StartedAt = startedAt,
            Duration = duration,
            Attempts = attempt,
            Killed = killed,
            Why = reused.Why is Reused.NeverSucceeded ? "" : reused.Why ?? "",
            Record = result.Status == SubtaskStatus.Succeeded ? reuse.RecordOf(planned, result.Values, handOver.NotesFrom(planned), IsSecret) : null,
        };
        if (cache is not null && result.Record is { Fingerprint.IsSettled: true } && Reuse.IsUpToDateChecked(planned.Subtask, options))
            cache.Store(planned, reused.Fingerprint!, result.Record, result.LogFile);
        return result;
    }

    private bool IsSecret(string text) => masker is not null && masker.Apply(text) != text;

    /// <returns>Null where the cache has nothing that can be used.</returns>
    private SubtaskResult? Restore(PlannedSubtask planned, Fingerprint? fingerprint, CancellationToken cancel)
    {
        if (cache is null || fingerprint is null || !Reuse.IsUpToDateChecked(planned.Subtask, options) || cache.Find(planned, fingerprint, cancel) is not { } found)
            return null;
        string logFile = LogFiles.PathOf(options, planned.Subtask);
        try
        {
            found.Restore(planned.Subtask, logFile);
            found.Remove();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What stands there now is what stands there before any work: the work writes it.
            return null;
        }
        if (planned.Subtask.Outputs.Any(output => !DeclaredFiles.Exists(output)) || reuse.RecordOf(planned, found.Unpacked.Values, found.Unpacked.Notes, IsSecret) is not { } record)
            return null;
        handOver.Reuse(planned, record);
        return new SubtaskResult
        {
            Status = SubtaskStatus.Restored,
            Reason = "came from the cache",
            LogFile = File.Exists(logFile) ? logFile : "",
            Values = record.Values,
            Record = record,
        };
    }

    private async Task<SubtaskResult> AttemptAsync(
        PlannedSubtask planned, int attempt, IReadOnlyList<SubtaskResult?> results, IDisposable? expected, CancellationToken cancel)
    {
        Subtask subtask = planned.Subtask;
        using var limit = new CancellationTokenSource(subtask.Timeout ?? Timeout.InfiniteTimeSpan, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var context = new AttemptContext(
            planned, attempt, handOver.Prepare(planned, attempt, results), LogFiles.PathOf(options, subtask), ended.Token)
        { Expected = expected };

        SubtaskResult result = Judge(await RunWorkAsync(context).ConfigureAwait(false), context, limit);
        if (result.Status == SubtaskStatus.Succeeded)
            result = CheckOutputs(subtask, result);
        if (result.Status == SubtaskStatus.Succeeded && subtask.Verify is { } verify)
        {
            RunnerResult verified = await processes.RunAsync(verify, context with { AppendToLog = true }).ConfigureAwait(false);
            result = Judge(verified, context, limit) with { ExitCode = result.ExitCode, StartedAt = result.StartedAt, Summary = result.Summary };
            if (result.Status == SubtaskStatus.Failed && result.Code == Codes.ExitCode)
                result = result with { Code = Codes.VerifyFailed, Reason = $"Verify failed with exit code {verified.ExitCode}: {FirstLine(verify.CommandLine)}" };
        }
        return result.Status == SubtaskStatus.Succeeded ? handOver.Collect(planned, result) : result;
    }

    private Task<RunnerResult> RunWorkAsync(AttemptContext context) => context.Planned.Subtask.Work switch
    {
        ProjectWork project => projects.RunAsync(project, context),
        AgentWork agent => agents.RunAsync(agent, context),
        MilestoneWork => Task.FromResult(RunnerResult.Exited(0)),
        Work work => processes.RunAsync(work, context),
    };

    private static SubtaskResult Judge(RunnerResult ran, AttemptContext context, CancellationTokenSource limit)
    {
        Subtask subtask = context.Planned.Subtask;
        var result = new SubtaskResult
        {
            Status = SubtaskStatus.Failed,
            ExitCode = ran.ExitCode,
            StartedAt = ran.StartedAt,
            LogFile = ran.HasLog ? context.LogFile : "",
            Killed = ran.Killed,
            Summary = ran.Summary,
        };
        // The engine can not end one project of several: it is judged when it has ended by itself.
        bool timedOut = limit.IsCancellationRequested && ran.End is (RunnerEnd.Stopped or RunnerEnd.ProjectEnded);
        return ran.End switch
        {
            RunnerEnd.NotStarted => result with { Code = Codes.NotStarted, Reason = $"could not be started: {ran.Problem}" },
            _ when timedOut => result with
            {
                Status = SubtaskStatus.TimedOut,
                Code = Codes.TimedOut,
                Reason = $"timed out after {Wording.Duration(subtask.Timeout!.Value)}{(ran.End == RunnerEnd.Stopped && ran.Problem.Length > 0 ? $", {ran.Problem}" : "")}",
            },
            RunnerEnd.AgentFailed => result with { Code = ran.Code, Reason = ran.Problem },
            RunnerEnd.Stopped or RunnerEnd.ProjectEnded when ran.ExitCode != 0 && context.Ended.IsCancellationRequested => result with { Status = SubtaskStatus.Cancelled, ExitCode = null, Reason = "was stopped while it ran" },
            RunnerEnd.ProjectEnded when ran.ExitCode != 0 => result with { Code = Codes.ProjectFailed, Reason = ran.Problem, ExitCode = null },
            RunnerEnd.ProjectEnded => result with { Status = SubtaskStatus.Succeeded, ExitCode = null },
            _ when ran.ExitCode != 0 => result with { Code = Codes.ExitCode, Reason = $"exit code {ran.ExitCode}{Meaning(ran.ExitCode)}" },
            _ => result with { Status = SubtaskStatus.Succeeded },
        };
    }

    private static SubtaskResult CheckOutputs(Subtask subtask, SubtaskResult result)
    {
        string[] missing = [.. subtask.Outputs.Where(output => !DeclaredFiles.Exists(output)).Select(output => $"'{output.Declared}'")];
        return missing.Length == 0 ? result : result with
        {
            Status = SubtaskStatus.Failed,
            Code = Codes.OutputMissing,
            Reason = $"declared output missing: {string.Join(", ", missing)}",
        };
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

    private static string Meaning(int? exitCode) => exitCode switch
    {
        126 when !OperatingSystem.IsWindows() => " (found, but could not be executed)",
        127 when !OperatingSystem.IsWindows() => " (the shell did not find a command)",
        > 128 and <= 128 + 31 when !OperatingSystem.IsWindows() => $" (ended by signal {exitCode - 128})",
        _ => "",
    };

    private static string FirstLine(string command) => Wording.Shorten(command.Trim().Split('\n')[0], 100);
}
