using System.Runtime.InteropServices;
using Microsoft.Build.Framework;
using ParallelExec.Model;

namespace ParallelExec.Tasks;

/// <summary>
/// Signals that end this process (Ctrl+C is not among them: the engine cancels the task for it). By itself .NET ends at once on SIGTERM,
/// with exit code 0, and leaves the children running. Here the run is stopped first; then the build fails as any failed build does.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    /// <summary>Two grace periods and a kill; a system that shuts down does not wait much longer.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(10);

    /// <summary>What else the build does is not ours: it gets the time to end, no more.</summary>
    private static readonly TimeSpan PatienceForBuild = TimeSpan.FromSeconds(5);

    /// <summary>128 + 15, as shells report a process that SIGTERM has ended.</summary>
    private const int ExitCodeOfTerm = 143;

    private readonly CancellationTokenSource stop;
    private readonly EngineLog log;
    private readonly List<PosixSignalRegistration> registrations = [];
    private readonly TaskCompletionSource taskEnded = new();
    private readonly EndOfBuild endOfBuild = new();
    private Task run = Task.CompletedTask;

    /// <summary>Nobody has taken what the task has to say for so long that nobody will.</summary>
    private volatile bool isAlone;

    public StopSignals(CancellationTokenSource stop, IBuildEngine4 engine, EngineLog log)
    {
        this.stop = stop;
        this.log = log;
        engine.RegisterTaskObject(endOfBuild, endOfBuild, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
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
        if (Received is null)
            AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Received is null)
        {
            Received = $"{context.Signal} was received";
            // The engine says by itself that it cancels; of a signal it knows nothing.
            log.Report(Diagnostic.Error(Codes.Stopped, $"The run was stopped: {Received}."));
        }
        Stop();
        // A project that the engine builds can not be stopped from here. When our processes have ended, so does this one.
        _ = Task.Run(async () =>
        {
            await Task.WhenAny(run, Task.Delay(LongestHold)).ConfigureAwait(false);
            // On another node than the first, the signal has ended the engine that the task's thread asks for its turn: it never answers.
            if (run.IsCompleted)
                await Task.WhenAny(taskEnded.Task, Task.Delay(PatienceForBuild)).ConfigureAwait(false);
            if (taskEnded.Task.IsCompleted)
                return;
            isAlone = true;
            Environment.Exit(ExitCodeOfTerm);
        });
    }

    // A signal can come while the run is being cleared away, and what is thrown here ends the process.
    private void Stop()
    {
        try
        {
            _ = stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // There is nothing left to stop.
        }
    }

    // Somebody ends the process without a signal: the children must not outlive it.
    private void OnProcessExit(object? sender, EventArgs e)
    {
        Stop();
        // Until the results are written, and until the loggers, which the engine feeds from a queue, have had everything.
        if (!isAlone && taskEnded.Task.Wait(LongestHold))
            endOfBuild.Came.Wait(PatienceForBuild);
        // The command line ends itself on SIGTERM, with 0: a stopped build must not look like one that succeeded.
        if (Received is not null && Environment.ExitCode == 0)
            Environment.ExitCode = ExitCodeOfTerm;
    }

    /// <summary>The engine disposes what tasks have left with it when the last project is with the loggers.</summary>
    private sealed class EndOfBuild : IDisposable
    {
        private readonly TaskCompletionSource came = new();

        public Task Came => came.Task;

        public void Dispose() => came.TrySetResult();
    }
}
