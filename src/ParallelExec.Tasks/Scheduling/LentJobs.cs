namespace ParallelExec.Scheduling;

/// <summary>
/// The cores of the run that children take as they need them, beside the one that each was started with (a jobserver). What they have is
/// not there for a start.
/// </summary>
internal abstract class LentJobs
{
    /// <summary>Told, from any thread, when a hold that was refused may succeed.</summary>
    public Action Freed { get; set; } = () => { };

    /// <summary>So many, all together, are the run's own from now on.</summary>
    /// <returns>False where children have them: what they give back is kept for it, until another number is held.</returns>
    public abstract bool TryHold(int jobs);

    /// <summary>So many are the run's own, whatever children have; nobody waits for more.</summary>
    public abstract void Hold(int jobs);
}
