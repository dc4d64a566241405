using ParallelExec.Exchange;

namespace ParallelExec.Execution.Processes;

/// <summary>
/// Ends what a run has started when the build is killed in a way that it can not answer (SIGKILL, out of memory): a small shell that waits
/// for the end of a pipe which only this process holds. Linux; on Windows a Job Object does the same; elsewhere there is nothing to ask.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    // Ended in order, it reads a line and leaves. Otherwise it looks for the run's cookie until two looks have found nobody: a child that
    // was just being started has it only a moment later. What hangs in the kernel is looked for 50 times.
    private const string Script = """
        trap '' INT TERM HUP QUIT
        read -r line && exit 0
        none=0 looks=0
        while [ $none -lt 2 ] && [ $looks -lt 50 ]; do
          looks=$((looks + 1))
          found=$(grep -l -a -s -e "$1" /proc/[0-9]*/environ)
          if [ -z "$found" ]; then none=$((none + 1)); else none=0; fi
          for file in $found; do
            process=${file#/proc/}
            kill -KILL "${process%/environ}" 2>/dev/null
          done
          sleep 0.1
        done
        """;

    /// <summary>How long it has to leave, which takes a millisecond.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lazy<ChildProcess?> shell;

    public Watchdog(string runId, IReadOnlyDictionary<string, string> environment) => shell = new(() =>
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var own = new Dictionary<string, string>(environment, StringComparer.Ordinal) { [HandOver.CookieVariable] = $"watchdog-{runId};" };
        var command = new LaunchedCommand("/bin/sh", ["-c", Script, "sh", $"{HandOver.CookieVariable}={runId}"]) { LogFile = "/dev/null" };
        try
        {
            return ChildProcess.Start(command, "/", own, keepInput: true);
        }
        catch (ProcessNotStartedException)
        {
            // Then a kill leaves orphans, as it would without us.
            return null;
        }
    });

    /// <summary>From now on a kill of this process ends the run's processes. The first command pays for it.</summary>
    public void Watch() => _ = shell.Value;

    public void Dispose()
    {
        if (!shell.IsValueCreated || shell.Value is null)
            return;
        shell.Value.EndInput();
        using var patience = new CancellationTokenSource(Patience);
        shell.Value.Wait(TimeSpan.Zero, patience.Token);
        shell.Value.Dispose();
    }
}
