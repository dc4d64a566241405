using ParallelExec.Exchange;

namespace ParallelExec.Execution.Processes;

/// <summary>
/// Ends what a run has started when the build is killed in a way that it can not answer (SIGKILL, out of memory): a small shell that waits
/// for the end of a pipe which only this process holds. Linux; on Windows a Job Object does the same; elsewhere there is nothing to ask.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    // Ended in order, it reads a line and leaves. Otherwise it looks for the run's cookie until nobody has it any more.
    private const string Script = """
        trap '' INT TERM HUP
        exec >/dev/null 2>&1
        read -r line && exit 0
        for look in 1 2 3 4 5; do
          found=$(grep -l -a -s "$1" /proc/[0-9]*/environ)
          [ -n "$found" ] || exit 0
          for file in $found; do
            process=${file#/proc/}
            kill -KILL "${process%/environ}"
          done
        done
        """;

    private readonly Lazy<ChildProcess?> shell;

    public Watchdog(string runId, IReadOnlyDictionary<string, string> environment) => shell = new(() =>
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var own = new Dictionary<string, string>(environment, StringComparer.Ordinal) { [HandOver.CookieVariable] = "watchdog" };
        var command = new LaunchedCommand("/bin/sh", ["-c", Script, "sh", $"{HandOver.CookieVariable}={runId}"], Pumped: false);
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
        shell.Value.Dispose();
    }
}
