using System.Runtime.InteropServices;

namespace ParallelExec.Tasks;

/// <summary>
/// Signals that end this process (Ctrl+C is not among them: the engine cancels the task for it). By itself .NET ends at once on SIGTERM,
/// with exit code 0, and leaves the children running. Here the run is stopped first; then the build fails as any failed build does.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>Two grace periods and a kill; a system that shuts down does not wait much longer.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(10);

    /// <summary>128 + 15, as shells report a process that SIGTERM has ended.</summary>
    private const int ExitCodeOfTerm = 143;

    private readonly CancellationTokenSource stop;
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly TaskCompletionSource taskEnded = new();
    private Task run = Task.CompletedTask;

    public StopSignals(CancellationTokenSource stop)
    {
        this.stop = stop;
        foreach (PosixSignal signal in new[] { PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT })
            registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>The signal that came, in words; null where none did.</summary>
    public string? Received { get; private set; }

    /// <summary>What has to have ended before the process may.</summary>
    public void HoldUntil(Task running) => run = running;

    public void Dispose()
    {
        taskEnded.TrySetResult();
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        Received ??= $"{context.Signal} was received";
        _ = stop.CancelAsync();
        // A project that the engine builds can not be stopped from here. When our processes have ended, so does this one.
        _ = Task.Run(async () =>
        {
            await Task.WhenAny(run, Task.Delay(LongestHold)).ConfigureAwait(false);
            if (!run.IsCompleted)
                Environment.Exit(ExitCodeOfTerm);
        });
    }

    // Somebody ends the process without a signal: the children must not outlive it.
    private void OnProcessExit(object? sender, EventArgs e)
    {
        stop.Cancel();
        // Until the results are written and the summary is with the loggers.
        taskEnded.Task.Wait(LongestHold);
        // The command line ends itself on SIGTERM, with 0: a stopped build must not look like one that succeeded.
        if (Received is not null && Environment.ExitCode == 0)
            Environment.ExitCode = ExitCodeOfTerm;
    }
}
