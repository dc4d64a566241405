using System.Collections.Immutable;
using ParallelExec.Exchange;

namespace ParallelExec.Execution.Processes;

/// <summary>A child process and all that it starts.</summary>
internal abstract class ChildProcess : IDisposable
{
    private static readonly TimeSpan GiveUpInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long it is waited for what SIGKILL was sent to.</summary>
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(5);

    private bool isOver;

    /// <summary>What it writes, where it does not write its log file itself.</summary>
    public ImmutableArray<Stream> Outputs { get; protected init; } = [];

    /// <summary>128 + the signal's number when a signal ended it.</summary>
    public abstract int ExitCode { get; }

    public abstract int Id { get; }

    /// <summary>Once it has ended: what it and all that it waited for has used of the processors; null where nobody tells.</summary>
    public abstract TimeSpan? CpuTime { get; }

    /// <summary>Once it has ended: the most memory that the system knows it to have had, in bytes; 0 where it does not tell.</summary>
    public abstract long PeakMemory { get; }

    /// <param name="environment">Complete, with <see cref="HandOver.CookieVariable"/>.</param>
    /// <param name="keepInput">The caller ends its input.</param>
    public static ChildProcess Start(
        LaunchedCommand command, string workingDirectory, IReadOnlyDictionary<string, string> environment, bool keepInput = false) =>
        SpawnedProcess.IsSupported
            ? new SpawnedProcess(command, workingDirectory, environment, keepInput)
            : new SystemProcess(command, workingDirectory, environment, keepInput);

    /// <summary>Called when it has ended, where the system still knows it then.</summary>
    public Action? Ended { get; set; }

    /// <summary>Blocks until it has ended: by itself, or because <paramref name="stop"/> said so.</summary>
    /// <returns>Null when it has exited by itself; otherwise what it took to end it and all that it had started.</returns>
    public StopReport? Wait(TimeSpan grace, CancellationToken stop)
    {
        Task<StopReport>? stopping = null;
        using (stop.UnsafeRegister(_ => stopping = Task.Run(() => StopTreeAsync(grace)), null))
        {
            // One that not even SIGKILL ends is given up with its tree.
            while (!WaitForExit(GiveUpInterval) && stopping is not { IsCompleted: true })
            {
            }
        }
        StopReport? report = stopping?.GetAwaiter().GetResult();
        isOver = true;
        return report;
    }

    /// <summary>Ends what it has started and left behind, when it has ended by itself.</summary>
    public StopReport StopRest(TimeSpan grace) => StopTreeAsync(grace).GetAwaiter().GetResult();

    /// <summary>Gives it one line, and no more.</summary>
    public abstract void EndInput();

    /// <summary>Nobody has seen it end: whatever went wrong here, it does not stay behind.</summary>
    public void Dispose()
    {
        if (!isOver)
        {
            isOver = true;
            Kill();
            WaitForExit(KillLimit);
        }
        Close();
    }

    /// <returns>False when the time is up, or earlier: it is asked again.</returns>
    protected abstract bool WaitForExit(TimeSpan limit);

    protected abstract Task<StopReport> StopTreeAsync(TimeSpan grace);

    /// <summary>At once, with what it has started, as far as that is found; it throws nothing.</summary>
    protected abstract void Kill();

    protected abstract void Close();
}

/// <summary>
/// What a stop found. <paramref name="Killed"/>: those that did not end when asked. <paramref name="Survivors"/>: those that could not be
/// ended.
/// </summary>
internal sealed record StopReport(ImmutableArray<string> Killed, ImmutableArray<string> Survivors);
