namespace ParallelExec.Model;

/// <summary>How much memory is given out: so many bytes, or a part of what there is.</summary>
internal sealed record MemoryLimit(long? Bytes, int Percent)
{
    /// <summary>Nobody counts it.</summary>
    public static MemoryLimit None { get; } = new(null, 0);

    public static MemoryLimit Default { get; } = new(null, 80);

    /// <param name="machine">Asks how much there is; only where it matters.</param>
    /// <returns>In bytes; null = it is not bounded.</returns>
    public long? Of(Func<long> machine) => Bytes ?? (Percent > 0 ? (long)(machine() / 100.0 * Percent) : null);
}
