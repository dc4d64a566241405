using ParallelExec.Model;

namespace ParallelExec.Scheduling;

/// <summary>The parallelism of a run, shared by what we start and by projects, which the engine starts.</summary>
internal sealed class CoreBudget(RunOptions options, LentJobs? lent) : Budget
{
    private int taken;
    private int projects;
    private Subtask? refused;

    /// <summary>Of <see cref="taken"/>: by services, which are there for the others.</summary>
    private int served;

    /// <summary>The engine has its own limit (<c>-m</c>) and queues what is above it; where our limit is lower, ours holds.</summary>
    public bool EngineQueuesProjects => options.MaxParallelism > 1 && options.MaxParallelism >= options.NodeCount;

    public override bool KeepsOrder => true;

    // Projects leave one place to commands, so that those run beside them; alone they may fill the machine.
    private long InUse => (long)taken + (options.MaxParallelism == 1 ? projects : Math.Min(projects, options.MaxParallelism - 1));

    public override bool Fits(Subtask subtask)
    {
        if (subtask.Work is ProjectWork)
            return EngineQueuesProjects || (projects < options.MaxParallelism && InUse < options.MaxParallelism) || OnlyServices;
        int cores = Cores(subtask);
        if (cores == 0 || OnlyServices)
            return true;
        // Where nothing of ours runs it starts whatever children have: who has lost jobs for good keeps nobody waiting.
        if (InUse + cores > options.MaxParallelism)
            return false;
        if (lent is null || InUse == 0 || lent.TryHold((int)InUse + cores))
            return true;
        refused = subtask;
        return false;
    }

    /// <summary>Who waits for their end would wait for ever: they serve until those that wait have run.</summary>
    private bool OnlyServices => served > 0 && projects == 0 && taken == served;

    public override void Take(Subtask subtask) => Add(subtask, 1);

    public override void Release(Subtask subtask) => Add(subtask, -1);

    /// <summary>Nobody waits for cores: children may have what is free.</summary>
    public void WantNoMore()
    {
        refused = null;
        lent?.Hold((int)InUse);
    }

    /// <summary>Who waits because children have what it needs, in words; empty where nobody does.</summary>
    public string Why => refused is null ? "" : $"{refused.Id} for {Wording.Count(Cores(refused), "core")} that nested builds use";

    private void Add(Subtask subtask, int sign)
    {
        if (subtask.Work is ProjectWork)
            projects += sign;
        else
            taken += sign * Cores(subtask);
        if (subtask.Service is not null)
            served += sign * Cores(subtask);
        WantNoMore();
    }

    // More cores than there are means all of them.
    private int Cores(Subtask subtask) => Math.Min(subtask.Cores, options.MaxParallelism);
}
