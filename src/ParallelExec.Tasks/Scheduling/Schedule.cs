using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>Which subtask may start next. A pure state machine: no clock, no thread, no process; the same calls give the same answers.</summary>
internal sealed class Schedule
{
    private enum State { Waiting, Ready, Running, Done }

    private readonly ExecutionPlan plan;
    private readonly RunOptions options;
    private readonly Resources resources;
    private readonly State[] states;
    private readonly int[] waitingFor;
    private readonly bool[] doomed;
    private readonly SortedSet<PlannedSubtask> ready;
    private readonly int[] leftInWave;
    private readonly List<SkippedSubtasks> skipped = [];
    private int lastWaveAllowed = int.MaxValue;
    private bool stopped;
    private int left;

    public Schedule(ExecutionPlan plan, RunOptions options)
    {
        this.plan = plan;
        this.options = options;
        resources = new Resources(plan, options);
        ready = new SortedSet<PlannedSubtask>(Comparer<PlannedSubtask>.Create(Order));
        states = new State[plan.Subtasks.Length];
        doomed = new bool[plan.Subtasks.Length];
        waitingFor = new int[plan.Subtasks.Length];
        leftInWave = new int[plan.Waves.Length + 1];
        foreach (PlannedSubtask subtask in plan.Subtasks)
        {
            waitingFor[subtask.Index] = subtask.Dependencies.Length;
            if (subtask.Wave > 0)
                leftInWave[subtask.Wave]++;
        }
        left = plan.Count;
        CurrentWave = 1;
        foreach (PlannedSubtask subtask in plan.Subtasks.Where(subtask => subtask.Dependencies.IsEmpty))
            BecomeReady(subtask);
        SkipBlocked();
        AdvanceWave();
    }

    /// <summary>True when every subtask has ended or will not run.</summary>
    public bool IsFinished => left == 0;

    /// <summary>From 1: the wave that runs, or in an eager schedule the first that has not ended.</summary>
    public int CurrentWave { get; private set; }

    /// <summary>The next subtask that may start now, already counted as running; null where none may.</summary>
    public PlannedSubtask? TryStart()
    {
        while (ready.Min is { } subtask)
        {
            Taken taken = resources.TryTake(subtask);
            if (taken == Taken.NotYetAndNobodyAfterIt)
                return null;
            ready.Remove(subtask);
            if (taken == Taken.Yes)
            {
                states[subtask.Index] = State.Running;
                return subtask;
            }
            resources.WaitAside(subtask);
        }
        return null;
    }

    /// <summary>A started subtask has ended.</summary>
    public void Complete(PlannedSubtask subtask, SubtaskResult result)
    {
        foreach (PlannedSubtask freed in resources.Release(subtask))
            ready.Add(freed);
        End(subtask);
        bool fatal = !result.IsSuccess && subtask.Subtask.ContinueOnError == ContinueOnError.False;
        Settle(subtask, fatal ? $"dependency '{subtask.Id}' {Past(result.Status)}" : null);
        if (fatal && result.IsFailure)
            ApplyFailureMode(subtask);
        AdvanceWave();
    }

    /// <summary>Nothing starts any more, except cleanup (<c>Always</c>).</summary>
    public void Stop(string reason)
    {
        stopped = true;
        SkipWhere(_ => true, reason);
        AdvanceWave();
    }

    /// <summary>What will not run since the last call, grouped by cause.</summary>
    public IReadOnlyList<SkippedSubtasks> TakeSkipped()
    {
        SkippedSubtasks[] taken = [.. skipped];
        skipped.Clear();
        return taken;
    }

    /// <summary>What its task folder calls blocked does not run, and neither does what depends on it.</summary>
    private void SkipBlocked()
    {
        foreach (PlannedSubtask blocked in plan.Subtasks.Where(subtask => subtask.Excluded is null && subtask.Subtask.TaskFile is { Status: TaskFileStatus.Blocked }))
        {
            if (states[blocked.Index] is not (State.Waiting or State.Ready))
                continue;
            skipped.Add(new SkippedSubtasks([blocked], $"it is blocked, says {Path.GetFileName(blocked.Subtask.TaskFile!.Path)}"));
            Drop(blocked);
            Settle(blocked, $"dependency '{blocked.Id}' is blocked");
        }
    }

    private void ApplyFailureMode(PlannedSubtask failed)
    {
        switch (options.OnFailure)
        {
            case OnFailure.FinishWave when failed.Wave < lastWaveAllowed:
                lastWaveAllowed = failed.Wave;
                SkipWhere(subtask => subtask.Wave > failed.Wave, $"not started after '{failed.Id}' failed (ParallelExecOnFailure=FinishWave)");
                break;
            case OnFailure.FailFast when !stopped:
                Stop($"not started after '{failed.Id}' failed (ParallelExecOnFailure=FailFast)");
                break;
        }
    }

    private void SkipWhere(Func<PlannedSubtask, bool> condition, string reason)
    {
        PlannedSubtask[] hit = [.. plan.Subtasks.Where(subtask =>
            states[subtask.Index] is State.Waiting or State.Ready && subtask.Excluded is null && !subtask.Subtask.Always && condition(subtask))];
        if (hit.Length == 0)
            return;
        skipped.Add(new SkippedSubtasks(hit, reason));
        // First all of them, then what waits for them: each gets this reason, not a consequence of it.
        foreach (PlannedSubtask subtask in hit)
            Drop(subtask);
        foreach (PlannedSubtask subtask in hit)
            Settle(subtask, "");
    }

    /// <summary>Tells the dependents of an ended subtask. <paramref name="cause"/> not null: they can not run, unless they are cleanup.</summary>
    private void Settle(PlannedSubtask ended, string? cause)
    {
        if (ended.Dependents.IsEmpty)
            return;
        var lost = new List<PlannedSubtask>();
        var open = new Queue<Settled>();
        open.Enqueue(new Settled(ended, cause is not null));
        while (open.TryDequeue(out Settled? next))
        {
            foreach (int index in next.Ended.Dependents)
            {
                PlannedSubtask dependent = plan.Subtasks[index];
                waitingFor[index]--;
                if (states[index] != State.Waiting)
                    continue;
                // An excluded subtask passes a failure on to what waits for it.
                doomed[index] |= next.Failed;
                if (doomed[index] && !dependent.Subtask.Always && dependent.Excluded is null)
                {
                    lost.Add(dependent);
                    Drop(dependent);
                    open.Enqueue(new Settled(dependent, true));
                }
                else if (waitingFor[index] == 0)
                {
                    if (dependent.Excluded is null)
                    {
                        BecomeReady(dependent);
                    }
                    else
                    {
                        states[index] = State.Done;
                        open.Enqueue(new Settled(dependent, doomed[index]));
                    }
                }
            }
        }
        if (lost.Count == 0)
            return;
        // What waits for the cause itself, then what waits for those: a person should find the cause in either.
        PlannedSubtask[] direct = [.. lost.Where(subtask => subtask.Dependencies.Contains(ended.Index))];
        PlannedSubtask[] indirect = [.. lost.Except(direct)];
        if (direct.Length > 0)
            skipped.Add(new SkippedSubtasks(direct, cause!));
        if (indirect.Length > 0)
            skipped.Add(new SkippedSubtasks(indirect, $"{cause}, on which it depends indirectly"));
    }

    private void BecomeReady(PlannedSubtask subtask)
    {
        if (subtask.Excluded is not null)
        {
            states[subtask.Index] = State.Done;
            Settle(subtask, null);
            return;
        }
        if (stopped && !subtask.Subtask.Always)
            return;
        states[subtask.Index] = State.Ready;
        if (options.Schedule == ScheduleMode.Eager || subtask.Wave <= CurrentWave)
            ready.Add(subtask);
    }

    private void Drop(PlannedSubtask subtask)
    {
        ready.Remove(subtask);
        resources.Forget(subtask);
        End(subtask);
    }

    private void End(PlannedSubtask subtask)
    {
        states[subtask.Index] = State.Done;
        leftInWave[subtask.Wave]--;
        left--;
    }

    /// <summary>The barrier: a wave opens when the one before has ended.</summary>
    private void AdvanceWave()
    {
        while (CurrentWave <= plan.Waves.Length && leftInWave[CurrentWave] == 0)
        {
            CurrentWave++;
            if (options.Schedule == ScheduleMode.Eager || CurrentWave > plan.Waves.Length)
                continue;
            foreach (PlannedSubtask subtask in plan.Waves[CurrentWave - 1].Where(subtask => states[subtask.Index] == State.Ready))
                ready.Add(subtask);
        }
    }

    // Projects that the engine queues by itself come first: then they all are in one request. No two have the same rank.
    private int Order(PlannedSubtask a, PlannedSubtask b) =>
        Lane(a) != Lane(b) ? Lane(a).CompareTo(Lane(b)) : a.Rank.CompareTo(b.Rank);

    private int Lane(PlannedSubtask subtask) => subtask.Subtask.Work is ProjectWork && resources.EngineQueuesProjects ? 0 : 1;

    private sealed record Settled(PlannedSubtask Ended, bool Failed);

    private static string Past(SubtaskStatus status) => status switch
    {
        SubtaskStatus.TimedOut => "timed out",
        SubtaskStatus.Cancelled => "was cancelled",
        _ => "failed",
    };
}
