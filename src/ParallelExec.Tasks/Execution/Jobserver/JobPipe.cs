namespace ParallelExec.Execution.Jobserver;

/// <summary>What one child takes jobs from, and gives them back to: one byte, or one count, for each.</summary>
internal abstract class JobPipe : IDisposable
{
    /// <summary>Where it is, as <c>--jobserver-auth</c> of a child that opens it itself says it.</summary>
    public abstract string Auth { get; }

    /// <summary>The file that a child is given open, under two numbers; null where the system can not do that.</summary>
    public virtual string? File => null;

    /// <summary>How many are in it.</summary>
    public abstract int Count();

    public abstract void Put(int jobs);

    /// <returns>How many were there to be taken, at most so many as asked for.</returns>
    public abstract int Take(int most);

    public abstract void Dispose();

    /// <exception cref="IOException">The system gives none.</exception>
    public static JobPipe Open(bool named = false) =>
        OperatingSystem.IsWindows() ? new JobSemaphore() : new UnixJobPipe(named || !OperatingSystem.IsLinux());
}
