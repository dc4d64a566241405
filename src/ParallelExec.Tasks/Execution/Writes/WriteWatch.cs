using System.Collections.Immutable;
using ParallelExec.Agents.Transcripts;
using ParallelExec.Events;
using ParallelExec.Execution.Git;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Writes;

/// <summary>
/// Sees who writes what: looks at the project's folder before a wave begins and when it has ended, and whenever an agent ends in it. Used
/// by the run's loop only. A wave in which nobody is of interest is not looked at.
/// </summary>
internal sealed class WriteWatch : IRunObserver
{
    /// <summary>The clock of a file system goes in steps: what it says may be so much earlier than it was.</summary>
    private static readonly TimeSpan ClockStep = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan StillTrue = TimeSpan.FromMilliseconds(100);

    private readonly ExecutionPlan plan;
    private readonly RunOptions options;
    private readonly IRunLog log;
    private readonly TimeProvider time;
    private readonly WatchedFiles watched;
    private readonly WriteFindings findings;
    private readonly Dictionary<int, Ran> running = [];

    /// <summary>Have ended since the last look.</summary>
    private readonly List<Ran> ended = [];
    private readonly List<FileChange> unsettled = [];
    private readonly Dictionary<int, HashSet<string>> told = [];

    /// <summary>By wave: how many have not ended; 0 where nobody is of interest. Without barriers the run is one wave.</summary>
    private readonly int[] left;
    private ProjectSnapshot? last;

    /// <summary>The end of a wave is the beginning of the next one.</summary>
    private (ProjectSnapshot Snapshot, long At)? before;
    private int lastWave;

    public WriteWatch(
        ExecutionPlan plan, RunOptions options, IReadOnlyDictionary<string, string> environment, IRunLog log, TimeProvider time)
    {
        (this.plan, this.options, this.log, this.time) = (plan, options, log, time);
        watched = new WatchedFiles(plan, options);
        findings = new WriteFindings(
            plan, options, SaysItWrote, files => GitIgnored.Of(files, options.ProjectDirectory, environment));
        left = new int[plan.Waves.Length + 1];
        foreach (PlannedSubtask subtask in plan.Waves.SelectMany(wave => wave))
            left[WaveOf(subtask)]++;
        for (int wave = 0; wave < left.Length; wave++)
        {
            if (!plan.Subtasks.Any(subtask => subtask.Wave > 0 && WaveOf(subtask) == wave && IsConcerned(subtask.Subtask, options)))
                left[wave] = 0;
        }
    }

    /// <summary>Where one subtask alone is of interest, or nobody.</summary>
    public static bool IsNeeded(ExecutionPlan plan, RunOptions options) => options.UndeclaredWrites != UndeclaredWrites.Off
        && plan.Subtasks.Any(subtask => subtask.Excluded is null && IsConcerned(subtask.Subtask, options));

    private bool FailsThem => options.UndeclaredWrites == UndeclaredWrites.Error;

    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case SubtaskStarted(var subtask, var at):
                Begin(subtask, at);
                break;
            case ServiceReady(var service, _):
                Leave(service);
                break;
            case SubtasksSkipped(var skipped):
                foreach (PlannedSubtask subtask in skipped.Subtasks)
                    Leave(subtask);
                break;
            // Ends are judged before they are told.
            case SubtaskEnded or RunStarted or RunStopping or Tick or RunEnded:
                break;
            default:
                throw happened.NotKnownTo(this);
        }
    }

    /// <summary>What its end comes to, when it has been looked at what was written.</summary>
    public SubtaskResult Judged(PlannedSubtask subtask, SubtaskResult result)
    {
        if (!running.Remove(subtask.Index, out Ran? ran) || last is null)
            return result;
        // What is as it was has written nothing.
        bool hasWorked = result.Status is not (SubtaskStatus.UpToDate or SubtaskStatus.Resumed)
            && subtask.Subtask.Work is not MilestoneWork;
        if (hasWorked)
            ended.Add(ran with { To = time.GetUtcNow() });
        // A service was over for its wave when it was ready.
        bool endsWave = result.Served is null && left[WaveOf(subtask)] == 1;
        IReadOnlyList<WriteFinding> found = [];
        if (endsWave || (hasWorked && (FailsThem || subtask.Subtask.Work is AgentWork)))
            found = Look();
        if (result.Served is null)
            Leave(subtask);
        if (found.Count == 0)
            return result;
        if (FailsThem && result.IsSuccess)
        {
            return result with
            {
                Status = SubtaskStatus.Failed,
                Code = Codes.UndeclaredWrite,
                Reason = string.Join(' ', found.Select(finding => finding.Message)),
                Record = null,
                Proof = null,
            };
        }
        Tell(found);
        return result;
    }

    /// <summary>Those whose writes are looked at: with worktrees of their own they write nothing here.</summary>
    private static bool IsConcerned(Subtask subtask, RunOptions options) => options.UndeclaredWrites switch
    {
        UndeclaredWrites.Off => false,
        // In a worktree of its own it meets nobody, and git tells what it changed.
        _ when subtask.IsIsolated => false,
        null => subtask.Work is AgentWork,
        _ => subtask.Work is not MilestoneWork && subtask.Service is null,
    };

    private int WaveOf(PlannedSubtask subtask) => options.Schedule == ScheduleMode.Eager ? 0 : subtask.Wave;

    private void Begin(PlannedSubtask subtask, DateTimeOffset at)
    {
        int wave = WaveOf(subtask);
        if (left[wave] > 0 && (last is null || lastWave != wave))
        {
            last = before is { } look && lastWave == wave - 1 && time.GetElapsedTime(look.At) < StillTrue
                ? look.Snapshot : ProjectSnapshot.Take(watched);
            lastWave = wave;
            ended.Clear();
            findings.BeginWave();
        }
        running[subtask.Index] = new Ran(subtask.Index, at, null);
    }

    /// <summary>It has ended for its wave.</summary>
    private void Leave(PlannedSubtask subtask)
    {
        int wave = WaveOf(subtask);
        if (subtask.Wave == 0 || left[wave] == 0 || --left[wave] > 0)
            return;
        // Where a skipped one, or a service, was the last of its wave.
        if (last is not null && ended.Count > 0)
            Tell(Look());
        last = null;
    }

    private void Tell(IReadOnlyList<WriteFinding> found)
    {
        Severity severity = FailsThem ? Severity.Error : Severity.Warning;
        foreach (WriteFinding finding in found)
            log.Report(new Diagnostic(Codes.UndeclaredWrite, severity, finding.Message, finding.About, "Outputs"));
    }

    /// <returns>What is wrong with changes whose suspects have all ended.</returns>
    private IReadOnlyList<WriteFinding> Look()
    {
        ProjectSnapshot now = ProjectSnapshot.Take(watched);
        before = (now, time.GetTimestamp());
        Ran[] ran = [.. ended.Concat(running.Values).Where(each => plan.Subtasks[each.Index].Subtask.Work is not MilestoneWork)];
        foreach ((string file, DateTime? at) in last!.ChangesTo(now))
        {
            Ran[] then = at is null ? [] : [.. ran.Where(each => each.From - ClockStep <= at && !(each.To < at))];
            // A tool may have set the time back, and the clock of a file server may be another.
            unsettled.Add(new FileChange(file, at is null, [.. (then.Length > 0 ? then : ran).Select(each => each.Index).Where(IsNoService)
                .Order()]));
        }
        last = now;
        ended.Clear();
        FileChange[] settled = [.. unsettled.Where(change => !change.Suspects.Any(running.ContainsKey))];
        unsettled.RemoveAll(change => !change.Suspects.Any(running.ContainsKey));
        // Beside agents, others are not looked at for themselves.
        return settled.Length == 0 ? [] : [.. findings.Of(settled)
            .Where(finding => finding.Who.Any(index => IsConcerned(plan.Subtasks[index].Subtask, options)))];
    }

    private bool IsNoService(int index) => plan.Subtasks[index].Subtask.Service is null;

    private bool SaysItWrote(int index, string file)
    {
        if (!told.TryGetValue(index, out HashSet<string>? files))
        {
            Subtask subtask = plan.Subtasks[index].Subtask;
            try
            {
                files = WrittenFiles.Of(subtask, LogFiles.PathOf(options, subtask));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                files = [];
            }
            told[index] = files;
        }
        return files.Contains(file);
    }

    /// <param name="To">Null = it still runs.</param>
    private sealed record Ran(int Index, DateTimeOffset From, DateTimeOffset? To);
}
