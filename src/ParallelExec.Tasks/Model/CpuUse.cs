namespace ParallelExec.Model;

/// <summary>What the processes of a subtask had of the processors, and of the memory.</summary>
/// <param name="Time">What they used, as the system counts it: of the command and of all that it waited for.</param>
internal sealed record CpuUse(TimeSpan Time)
{
    /// <summary>How much of that was seen while they ran, where the system tells how long threads wait.</summary>
    public TimeSpan SeenRunning { get; init; }

    /// <summary>How long their threads, all together, were ready to run meanwhile but had no processor.</summary>
    public TimeSpan SeenWaiting { get; init; }

    /// <summary>For how long it was looked at the processors.</summary>
    public TimeSpan SeenFor { get; init; }

    /// <summary>How much all processes of the machine used of them meanwhile.</summary>
    public TimeSpan SeenBusy { get; init; }

    /// <summary>The most memory that they were seen to have at a time, in bytes; 0 = nobody has seen it.</summary>
    public long PeakMemory { get; init; }

    public static CpuUse None { get; } = new(TimeSpan.Zero);

    /// <returns>Null where one of the two is not known: then the sum is not known either.</returns>
    public CpuUse? Plus(CpuUse? other) => other is null ? null : new CpuUse(Time + other.Time)
    {
        SeenRunning = SeenRunning + other.SeenRunning,
        SeenWaiting = SeenWaiting + other.SeenWaiting,
        SeenFor = SeenFor + other.SeenFor,
        SeenBusy = SeenBusy + other.SeenBusy,
        PeakMemory = Math.Max(PeakMemory, other.PeakMemory),
    };
}
