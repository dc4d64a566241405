using System.Collections.Immutable;
using ParallelExec.Exchange;

namespace ParallelExec.Execution.Processes;

/// <summary>A child process and all that it starts.</summary>
internal abstract class ChildProcess : IDisposable
{
    private static readonly TimeSpan GiveUpInterval = TimeSpan.FromSeconds(1);

    /// <summary>What it writes, where it does not write its log file itself.</summary>
    public ImmutableArray<Stream> Outputs { get; protected init; } = [];

    /// <summary>128 + the signal's number when a signal ended it.</summary>
    public abstract int ExitCode { get; }

    public abstract int Id { get; }

    /// <summary>Once it has ended: what it and all that it waited for has used of the processors; null where nobody tells.</summary>
    public abstract TimeSpan? CpuTime { get; }

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
        return stopping?.GetAwaiter().GetResult();
    }

    /// <summary>Gives it one line, and no more.</summary>
    public abstract void EndInput();

    public abstract void Dispose();

    /// <returns>False when the time is up, or earlier: it is asked again.</returns>
    protected abstract bool WaitForExit(TimeSpan limit);

    protected abstract Task<StopReport> StopTreeAsync(TimeSpan grace);
}

/// <summary>A program with its arguments.</summary>
/// <param name="Pumped">We read what it writes; otherwise it writes its log itself.</param>
/// <param name="ScriptFile">Written for it; to be removed when it has ended.</param>
internal sealed record LaunchedCommand(string Program, ImmutableArray<string> Arguments, bool Pumped, string? ScriptFile = null)
{
    /// <summary>What we give it as its input, where no shell in front of it does.</summary>
    public string? InputFile { get; init; }
}

/// <summary>What a stop found. <paramref name="Killed"/>: those that did not end when asked. <paramref name="Survivors"/>: those that could not be ended.</summary>
internal sealed record StopReport(ImmutableArray<string> Killed, ImmutableArray<string> Survivors);

internal sealed class ProcessNotStartedException(string message, Exception? inner = null) : Exception(message, inner);
