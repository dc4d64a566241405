namespace ParallelExec.Execution.Jobserver;

/// <summary>The jobs of one child, while it runs.</summary>
/// <param name="own">Those of its <c>Cores</c> beyond the first: nobody takes them back.</param>
internal sealed class JobShare(JobPool pool, JobPipe pipe, int own) : IDisposable
{
    public JobPipe Pipe => pipe;

    /// <summary>What it was lent and has not given back.</summary>
    public int Lent { get; private set; }

    /// <summary>What it could take now, as of the last look.</summary>
    public int Idle { get; private set; }

    /// <summary>For so many looks it is asked last whether it wants more: what it was offered it has left.</summary>
    public int Cooling { get; set; }

    public bool IsHungry => Idle == 0;

    public void Begin() => pipe.Put(own);

    public void Look()
    {
        Cooling = Math.Max(0, Cooling - 1);
        Idle = pipe.Count();
        // It has given back what it never had.
        if (Idle > own + Lent)
            Idle -= pipe.Take(Idle - own - Lent);
    }

    public void Lend(int jobs)
    {
        pipe.Put(jobs);
        Lent += jobs;
        Idle += jobs;
    }

    /// <summary>Takes back what it was lent and does not use.</summary>
    public int TakeBack(int most)
    {
        int taken = pipe.Take(Math.Min(most, Math.Min(Lent, Idle)));
        Lent -= taken;
        Idle -= taken;
        return taken;
    }

    /// <summary>It has ended: all that it had is there again, also what it died with.</summary>
    public void Dispose()
    {
        pool.Close(this);
        pipe.Dispose();
    }
}
