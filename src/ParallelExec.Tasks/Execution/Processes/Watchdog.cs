using ParallelExec.Exchange;
using ParallelExec.Model;

namespace ParallelExec.Execution.Processes;

/// <summary>
/// Ends what a run has started when the build is killed in a way that it can not answer (SIGKILL, out of memory): a small shell that waits
/// for the end of a pipe which only this process holds. Linux; on Windows a Job Object does the same; elsewhere there is nothing to ask.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    // Ended in order, it reads a line and leaves. Otherwise it looks for the run's cookie, and for the sessions of its children (one that
    // writes over its environment shows no cookie), until two looks have found nobody: a child that was just being started has its cookie
    // only a moment later. What hangs in the kernel is looked for 50 times.
    private const string Script = """
        trap '' INT TERM HUP QUIT
        test -r "/proc/$2/fd/$3" && exec 3<"/proc/$2/fd/$3" || exec 3</dev/null
        read -r line && exit 0
        sessions=" $(tr '\n' ' ' <&3) "
        none=0 looks=0
        while [ $none -lt 2 ] && [ $looks -lt 50 ]; do
          looks=$((looks + 1))
          found=$(grep -l -a -s -e "$1" /proc/[0-9]*/environ)
          for file in /proc/[0-9]*/stat; do
            { read -r text <"$file"; } 2>/dev/null || continue
            text=${text##*) }
            session=${text#* * * }
            case $text in [ZX]*) continue ;; esac
            case $sessions in *" ${session%% *} "*) found="$found $file" ;; esac
          done
          if [ -z "$found" ]; then none=$((none + 1)); else none=0; fi
          for file in $found; do
            process=${file#/proc/}
            kill -KILL "${process%/*}" 2>/dev/null
          done
          sleep 0.1
        done
        """;

    /// <summary>How long it has to leave, which takes a millisecond.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lazy<ChildProcess?> shell;
    private WatchedSessions? sessions;

    public Watchdog(string runId, IReadOnlyDictionary<string, string> environment) => shell = new(() =>
    {
        if (!OperatingSystem.IsLinux())
            return null;
        sessions = WatchedSessions.TryCreate();
        string[] arguments =
            [$"{HandOver.CookieVariable}={runId}", Wording.Number(Environment.ProcessId), Wording.Number(sessions?.Handle ?? -1)];
        var own = new Dictionary<string, string>(environment, StringComparer.Ordinal) { [HandOver.CookieVariable] = $"watchdog-{runId};" };
        var command = new LaunchedCommand("/bin/sh", ["-c", Script, "sh", .. arguments]) { LogFile = "/dev/null" };
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

    /// <summary>It has a session of its own, by which it and what it starts are found too, until <see cref="Ended"/>.</summary>
    /// <returns>What <see cref="Ended"/> wants to know; null where nobody is found so.</returns>
    public int? Started(ChildProcess child) => sessions?.Begin(child.Id);

    public void Ended(int? started)
    {
        if (started is { } place)
            sessions!.End(place);
    }

    public void Dispose()
    {
        if (shell.IsValueCreated && shell.Value is { } process)
        {
            process.EndInput();
            using var patience = new CancellationTokenSource(Patience);
            process.Wait(TimeSpan.Zero, patience.Token);
            process.Dispose();
        }
        sessions?.Dispose();
    }
}
