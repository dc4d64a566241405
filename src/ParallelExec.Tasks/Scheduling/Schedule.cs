using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>
/// Which subtask may start next. A pure state machine: no clock, no thread, no process; the same calls give the same answers.
/// </summary>
internal sealed class Schedule
{
    private readonly ExecutionPlan plan;
    private readonly RunOptions options;
    private readonly Resources resources;
    private readonly ServiceNeeds needs;
    private readonly Spending spending;
    private readonly Progress[] states;
    private readonly int[] waitingFor;
    private readonly bool[] doomed;
    private readonly SortedSet<PlannedSubtask> ready;
    private readonly int[] leftInWave;
    private readonly List<SkippedSubtasks> skipped = [];
    private int lastWaveAllowed = int.MaxValue;
    private bool stopped;
    private int left;

    /// <param name="lent">Null where children take no cores of the run.</param>
    public Schedule(ExecutionPlan plan, RunOptions options, LentJobs? lent = null)
    {
        this.plan = plan;
        this.options = options;
        resources = new Resources(plan, options, lent);
        spending = new Spending(options);
        ready = new SortedSet<PlannedSubtask>(Comparer<PlannedSubtask>.Create(Order));
        needs = ServiceNeeds.Of(plan);
        states = new Progress[plan.Subtasks.Length];
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

    /// <inheritdoc cref="Resources.Waits" />
    public string Waits => resources.Waits;

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
                states[subtask.Index] = Progress.Running;
                return subtask;
            }
            resources.WaitAside(subtask);
        }
        return null;
    }

    /// <summary>A started service is ready: what waits for it may start.</summary>
    public void Serve(PlannedSubtask service)
    {
        resources.Serve();
        states[service.Index] = Progress.Serving;
        needs.Serves(service);
        leftInWave[service.Wave]--;
        Settle(service, null);
        AdvanceWave();
    }

    /// <summary>Started services that nobody who runs, or will, depends on any more. They are to be ended; each is told once.</summary>
    public IReadOnlyList<PlannedSubtask> TakeUnneeded() =>
        needs.TakeUnneeded(service => states[service.Index] is Progress.Running or Progress.Serving);

    /// <summary>All in this run that depend on a service, directly or not.</summary>
    public IReadOnlyList<PlannedSubtask> DependentsOf(PlannedSubtask service) => needs.DependentsOf(service);

    /// <summary>A started subtask has ended.</summary>
    public void Complete(PlannedSubtask subtask, SubtaskResult result)
    {
        bool served = states[subtask.Index] == Progress.Serving;
        ready.UnionWith(resources.Release(subtask, served));
        End(subtask);
        // A question is no failure that could be forgiven: what depends on it waits for the answer too.
        bool fatal = result.Status == SubtaskStatus.Blocked
            || (!result.IsSuccess && subtask.Subtask.ContinueOnError == ContinueOnError.False);
        string? cause = fatal ? $"dependency '{subtask.Id}' {SkippedSubtasks.Past(result.Status)}" : null;
        if (!served)
            Settle(subtask, cause);
        else if (cause is not null)
            SkipWhere(needs.DependentsOf(subtask).Contains, cause);
        if (fatal && result.IsFailure)
            ApplyFailureMode(subtask, reached: served ? CurrentWave : 0);
        if (subtask.Subtask.Work is AgentWork work && result.Usage is not null)
            Spend(work, result.Usage);
        AdvanceWave();
    }

    /// <summary>Nothing starts any more, except cleanup (<c>Always</c>).</summary>
    public void Stop(string reason)
    {
        stopped = true;
        SkipWhere(_ => true, reason);
        needs.Stop();
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
        foreach (PlannedSubtask blocked in plan.Subtasks.Where(
            subtask => subtask.Excluded is null && subtask.Subtask.TaskFile is { Status: TaskFileStatus.Blocked }))
        {
            if (states[blocked.Index] is not (Progress.Waiting or Progress.Ready))
                continue;
            skipped.Add(new SkippedSubtasks([blocked], $"it is blocked, says {Path.GetFileName(blocked.Subtask.TaskFile!.Path)}"));
            Drop(blocked);
            Settle(blocked, $"dependency '{blocked.Id}' is blocked");
        }
    }

    /// <summary>No agent is started for which nothing may be spent any more; what depends on it waits for the next run.</summary>
    private void Spend(AgentWork work, AgentUsage usage)
    {
        spending.Add(work, usage);
        // What is reached now is a limit of this work too.
        if (spending.WhyNotMore(work) is not { } reason)
            return;
        SkipWhere(
            subtask => subtask.Subtask.Work is AgentWork other && spending.WhyNotMore(other) == reason,
            $"not started: {reason}", Codes.SpendingLimit, subtask => $"dependency '{subtask.Id}' was not started: {reason}");
    }

    /// <param name="reached">A service can die in a later wave than its own: that one is finished.</param>
    private void ApplyFailureMode(PlannedSubtask failed, int reached)
    {
        switch (options.OnFailure)
        {
            case OnFailure.FinishWave when failed.Wave < lastWaveAllowed:
                lastWaveAllowed = failed.Wave;
                SkipWhere(subtask => subtask.Wave > failed.Wave
                    && subtask.Wave > reached, $"not started after '{failed.Id}' failed (ParallelExecOnFailure=FinishWave)");
                break;
            case OnFailure.FailFast when !stopped:
                Stop($"not started after '{failed.Id}' failed (ParallelExecOnFailure=FailFast)");
                break;
        }
    }

    private void SkipWhere(
        Func<PlannedSubtask, bool> condition, string reason, string? code = null, Func<PlannedSubtask, string>? consequence = null)
    {
        PlannedSubtask[] hit = [.. plan.Subtasks.Where(subtask =>
            states[subtask.Index] is Progress.Waiting or Progress.Ready && subtask.Excluded is null && !subtask.Subtask.Always
                && condition(subtask))];
        if (hit.Length == 0)
            return;
        skipped.Add(new SkippedSubtasks(hit, reason) { Code = code });
        // First all of them, then what waits for them: each gets this reason, not a consequence of it.
        Array.ForEach(hit, Drop);
        foreach (PlannedSubtask subtask in hit)
            Settle(subtask, consequence?.Invoke(subtask) ?? "");
    }

    /// <summary>
    /// Tells the dependents of an ended subtask. <paramref name="cause"/> not null: they can not run, unless they are cleanup.
    /// </summary>
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
                if (states[index] != Progress.Waiting)
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
                        states[index] = Progress.Done;
                        open.Enqueue(new Settled(dependent, doomed[index]));
                    }
                }
            }
        }
        if (lost.Count == 0)
            return;
        // What waits for the cause itself, then what waits for those: a person should find the cause in either.
        foreach (IGrouping<bool, PlannedSubtask> those in lost.GroupBy(subtask => subtask.Dependencies.Contains(ended.Index))
            .OrderByDescending(those => those.Key))
            skipped.Add(new SkippedSubtasks([.. those], those.Key ? cause! : $"{cause}, on which it depends indirectly"));
    }

    private void BecomeReady(PlannedSubtask subtask)
    {
        if (subtask.Excluded is not null)
        {
            states[subtask.Index] = Progress.Done;
            Settle(subtask, null);
            return;
        }
        if (stopped && !subtask.Subtask.Always)
            return;
        states[subtask.Index] = Progress.Ready;
        if (options.Schedule == ScheduleMode.Eager || subtask.Wave <= CurrentWave)
            ready.Add(subtask);
    }

    private void Drop(PlannedSubtask subtask)
    {
        ready.Remove(subtask);
        // It may have been its turn: then it is that of the next.
        ready.UnionWith(resources.Forget(subtask));
        End(subtask);
    }

    private void End(PlannedSubtask subtask)
    {
        if (states[subtask.Index] != Progress.Serving)
            leftInWave[subtask.Wave]--;
        states[subtask.Index] = Progress.Done;
        left--;
        needs.Ended(subtask);
    }

    /// <summary>The barrier: a wave opens when the one before has ended.</summary>
    private void AdvanceWave()
    {
        while (CurrentWave <= plan.Waves.Length && leftInWave[CurrentWave] == 0)
        {
            CurrentWave++;
            if (options.Schedule == ScheduleMode.Eager || CurrentWave > plan.Waves.Length)
                continue;
            ready.UnionWith(plan.Waves[CurrentWave - 1].Where(subtask => states[subtask.Index] == Progress.Ready));
        }
    }

    // Projects that the engine queues by itself come first: then they all are in one request. No two have the same rank.
    private int Order(PlannedSubtask a, PlannedSubtask b) =>
        Lane(a) != Lane(b) ? Lane(a).CompareTo(Lane(b)) : a.Rank.CompareTo(b.Rank);

    private int Lane(PlannedSubtask subtask) => subtask.Subtask.Work is ProjectWork && resources.EngineQueuesProjects ? 0 : 1;

    private sealed record Settled(PlannedSubtask Ended, bool Failed);
}
