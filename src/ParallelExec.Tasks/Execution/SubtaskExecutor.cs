using ParallelExec.Events;
using ParallelExec.Exchange;
using ParallelExec.Execution.Attempts;
using ParallelExec.Execution.Isolation;
using ParallelExec.Execution.Processes;
using ParallelExec.Execution.Reusing;
using ParallelExec.Execution.Runners;
using ParallelExec.Execution.Services;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.State;
using ParallelExec.TestResults;

namespace ParallelExec.Execution;

/// <summary>Brings one subtask to its end: by what it did before, by what the cache has, or by its work.</summary>
/// <param name="cache">Null where there is none.</param>
/// <param name="isolated">Null where nothing is isolated.</param>
internal sealed class SubtaskExecutor(
    RunOptions options,
    BlockingThreads threads,
    Reuse reuse,
    SetCheck sets,
    CachedOutputs? cache,
    AttemptRunner attempts,
    ProjectRunner projects,
    ServiceRunner services,
    ServiceUse use,
    HandOver handOver,
    IsolatedRun? isolated,
    Journal journal,
    IRunLog log,
    TimeProvider time)
{
    /// <param name="results">Those of the subtasks that have ended; its dependencies are among them.</param>
    /// <param name="ended">Told the result, on the thread that has it: going through the thread pool would cost a wake-up.</param>
    /// <param name="ready">Told when a service is ready, in the same way.</param>
    public void Start(
        PlannedSubtask subtask, IReadOnlyList<SubtaskResult?> results, Action<SubtaskResult> ready, Action<SubtaskResult> ended,
            CancellationToken cancel)
    {
        switch (subtask.Subtask)
        {
            case { Work: MilestoneWork, Verify: null, Outputs.IsEmpty: true }:
                reuse.Pass(subtask);
                ended(new SubtaskResult { Status = SubtaskStatus.Succeeded, StartedAt = time.GetUtcNow() });
                break;
            case { Set: not null } when cache is null && reuse.IsResting(subtask):
                _ = ToTheEndAsync(null);
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
                result = subtask.Subtask.Service is null
                    ? await RunAsync(subtask, results, expected, cancel).ConfigureAwait(false)
                    : await ServeAsync(subtask, results, ready, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk, or somebody removed the folder of the run.
                result = SubtaskResult.Failed(
                    Codes.StateNotWritable, $"its files in '{options.Directory}' can not be written: {e.Message}");
            }
            catch (Exception e)
            {
                // Expected failures are values; this is a bug of ours, and the run must end all the same.
                result = SubtaskResult.Failed(Codes.Bug, Wording.Bug(e));
            }
            finally
            {
                expected?.Dispose();
                // What has not begun has no files: looking for them costs more than finding out that nothing has changed.
                if (reuse.HasRun(subtask.Index))
                    attempts.End(subtask);
            }
            ended(result);
        }
    }

    /// <summary>All that may start now has started: projects among it go to the engine in one request.</summary>
    public void AllStarted() => projects.Flush();

    private Task<SubtaskResult> ServeAsync(
        PlannedSubtask service, IReadOnlyList<SubtaskResult?> results, Action<SubtaskResult> ready, CancellationToken cancel)
    {
        DateTimeOffset at = time.GetUtcNow();
        reuse.Pass(service);
        if (!use.IsNeeded(service, results))
        {
            const string Why = "all that depend on it are up to date";
            return Task.FromResult(new SubtaskResult { Status = SubtaskStatus.UpToDate, Reason = Why, StartedAt = at });
        }
        journal.Working(service.Id, at, null);
        return services.RunAsync(service, results, ready, cancel);
    }

    private async Task<SubtaskResult> RunAsync(
        PlannedSubtask planned, IReadOnlyList<SubtaskResult?> results, IDisposable? expected, CancellationToken cancel)
    {
        DateTimeOffset startedAt = time.GetUtcNow();
        long started = time.GetTimestamp();
        // Files of task folders say themselves whether they are blocked.
        if (planned.Subtask.TaskFile is null && reuse.OpenQuestionOf(planned) is { } question)
            return SubtaskResult.Blocked(question) with { StartedAt = startedAt };
        if (planned.Subtask.IsIsolated)
            return await IsolatedAsync(planned, results, isolated!, startedAt, cancel).ConfigureAwait(false);
        sets.Look(planned);
        Reused reused = reuse.Find(planned);
        if (reused.Record is { } record)
        {
            reuse.HandOn(planned, record);
            cache?.Keep(planned, reused.Fingerprint, record);
            return new SubtaskResult
            {
                Status = Reuse.IsUpToDateChecked(planned.Subtask, options) ? SubtaskStatus.UpToDate : SubtaskStatus.Resumed,
                Reason = reused.Why ?? "",
                StartedAt = startedAt,
                Duration = time.GetElapsedTime(started),
                Values = record.Values,
                Tests = KeptTests(planned),
                Record = reused.IsNew ? record : null,
            };
        }
        journal.Working(planned.Id, startedAt, reused.Why);
        if (reused.Problem is { } problem)
            log.Report(problem);
        else if (cache?.Restore(planned, reused.Fingerprint, cancel) is { } restored)
            return restored with { StartedAt = startedAt, Duration = time.GetElapsedTime(started), Tests = KeptTests(planned) };
        string? why = cache is null ? reused.Why : cache.Why(planned, reused);
        reuse.SetHasRun(planned);
        PlannedSubtask work = reused.Stale is { } stale
            ? planned with { Subtask = planned.Subtask with { Work = planned.Subtask.Batch!.WorkFor(stale) } }
            : planned;
        SubtaskResult result = await attempts.RunAsync(work, results, expected, cancel).ConfigureAwait(false);
        result = result with
        {
            Why = why is Reused.NeverSucceeded ? "" : why ?? "",
            Record = result.Status == SubtaskStatus.Succeeded ? reuse.RecordOf(planned, result) : null,
        };
        cache?.Store(planned, reused.Fingerprint, result);
        return result;
    }

    /// <summary>In a worktree of its own. What it did before is told by branches, not by files of the project's folder.</summary>
    private async Task<SubtaskResult> IsolatedAsync(
        PlannedSubtask planned, IReadOnlyList<SubtaskResult?> results, IsolatedRun run, DateTimeOffset startedAt, CancellationToken cancel)
    {
        string? again = reuse.RanAgain(planned);
        if (run.Find(planned, again) is { } record)
        {
            reuse.HandOn(planned, record);
            return new SubtaskResult
            {
                Status = SubtaskStatus.Resumed,
                Reason = "succeeded in an earlier run",
                StartedAt = startedAt,
                Values = record.Values,
            };
        }
        journal.Working(planned.Id, startedAt, null);
        reuse.SetHasRun(planned);
        if (run.Enter(planned, cancel, out SubtaskResult? failure) is not { } there)
            return failure! with { StartedAt = startedAt, Attempts = 1 };
        SubtaskResult result = await attempts.RunAsync(there, results, null, cancel).ConfigureAwait(false);
        return run.Leave(planned, there, result, handOver.NotesFrom(planned));
    }

    // Its results are an output, so that they are what they were.
    private TestSummary? KeptTests(PlannedSubtask planned) =>
        planned.Subtask.Work is TestWork ? TestTotals.Kept(TestFiles.ResultOf(options, planned.Id)) : null;
}
