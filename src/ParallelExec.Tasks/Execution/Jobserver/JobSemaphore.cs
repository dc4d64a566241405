using System.Runtime.Versioning;

namespace ParallelExec.Execution.Jobserver;

/// <summary>Windows: make and ninja take jobs from a semaphore, by its name. Its processes end with it, so nothing stays.</summary>
[SupportedOSPlatform("windows")]
internal sealed class JobSemaphore : JobPipe
{
    private readonly Semaphore semaphore;

    public JobSemaphore()
    {
        Auth = $"parallelexec-{Guid.NewGuid():N}";
        semaphore = new Semaphore(0, int.MaxValue, Auth);
    }

    public override string Auth { get; }

    // The system tells the count only to who changes it.
    public override int Count()
    {
        int count = Take(int.MaxValue);
        Put(count);
        return count;
    }

    public override void Put(int jobs)
    {
        if (jobs > 0)
            semaphore.Release(jobs);
    }

    public override int Take(int most)
    {
        int taken = 0;
        while (taken < most && semaphore.WaitOne(TimeSpan.Zero))
            taken++;
        return taken;
    }

    public override void Dispose() => semaphore.Dispose();
}
