using ParallelExec.Scheduling;

namespace ParallelExec.Execution.Jobserver;

/// <summary>
/// The cores of the run, of which those that run have some and their own children borrow what is free. Each child has a pipe of its own,
/// so that it is always known who has how many: together they never have more than there are, and what one dies with comes back when it
/// has ended. Pipes tell nobody that they have been emptied, so they are looked at every few milliseconds while there are any.
/// </summary>
internal sealed class JobPool(int total) : LentJobs, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>Half a second.</summary>
    private const int LongCooling = 50;

    private readonly Lock gate = new();
    private readonly List<JobShare> shares = [];
    private Timer? timer;
    private int held;
    private int wanted;

    /// <summary>What is neither held nor lent; below 0 where something was started whatever children have.</summary>
    public int Free
    {
        get
        {
            int free = total - held;
            foreach (JobShare share in shares)
                free -= share.Lent;
            return free;
        }
    }

    /// <param name="cores">What the child was started with.</param>
    /// <exception cref="IOException">The system gives no pipe.</exception>
    public JobShare Open(int cores, bool named = false)
    {
        var share = new JobShare(this, JobPipe.Open(named), Math.Clamp(cores - 1, 0, total - 1));
        share.Begin();
        lock (gate)
        {
            shares.Add(share);
            Divide();
            timer ??= new Timer(_ => Look(), null, Interval, Interval);
        }
        return share;
    }

    public void Close(JobShare share)
    {
        lock (gate)
        {
            shares.Remove(share);
            if (shares.Count == 0)
            {
                timer?.Dispose();
                timer = null;
            }
        }
        Look();
    }

    public override bool TryHold(int jobs)
    {
        lock (gate)
        {
            wanted = jobs;
            Reclaim();
            if (jobs > held && Free < jobs - held)
                return false;
            held = wanted = Math.Max(held, jobs);
            return true;
        }
    }

    public override void Hold(int jobs)
    {
        lock (gate)
            held = wanted = jobs;
    }

    public void Dispose()
    {
        lock (gate)
        {
            timer?.Dispose();
            timer = null;
        }
    }

    /// <summary>Goes through all pipes once. The timer does it; so can a test.</summary>
    public void Look()
    {
        bool freed;
        lock (gate)
            freed = Divide();
        if (freed)
            Freed();
    }

    /// <returns>True where a start waited for jobs that are there now.</returns>
    private bool Divide()
    {
        foreach (JobShare share in shares)
            share.Look();
        Reclaim();
        if (wanted > held)
            return Free >= wanted - held;
        for (int hungry = shares.Count(share => share.IsHungry); Free > 0 && Hungriest() is { } next; hungry--)
            next.Lend((Free + hungry - 1) / hungry);
        // What one leaves another can use: nobody says beforehand whether he takes any.
        if (Hungriest() is { Cooling: 0 } first && shares.Find(share => share.Lent > 0 && share.Idle > 0 && share != first) is { } lender
            && lender.TakeBack(1) == 1)
        {
            lender.Cooling = LongCooling;
            first.Lend(1);
        }
        return false;
    }

    private void Reclaim()
    {
        foreach (JobShare share in shares)
        {
            int missing = wanted - held - Free;
            if (missing <= 0)
                return;
            share.TakeBack(missing);
        }
    }

    /// <summary>Who has nothing left to take; of several, who has been lent least.</summary>
    private JobShare? Hungriest()
    {
        JobShare? hungriest = null;
        foreach (JobShare share in shares)
        {
            if (share.IsHungry && (hungriest is null || Order(share, hungriest) < 0))
                hungriest = share;
        }
        return hungriest;
    }

    private static int Order(JobShare a, JobShare b)
    {
        int order = (a.Cooling > 0).CompareTo(b.Cooling > 0);
        return order != 0 ? order : a.Lent.CompareTo(b.Lent);
    }
}
