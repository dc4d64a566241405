using System.Diagnostics;

namespace ParallelExec.TestKit;

/// <summary>Asks the operating system about a process that is not the test's own child.</summary>
public static class ProcessProbe
{
    /// <summary>A zombie is dead: it runs nothing and waits only for its parent to notice.</summary>
    public static bool IsAlive(int pid)
    {
        if (OperatingSystem.IsLinux())
            return State(pid) is not ('Z' or 'X' or '\0');
        try
        {
            using Process process = Process.GetProcessById(pid);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Waits until the process is dead. <c>false</c>: it still lives after the timeout.</summary>
    public static bool WaitGone(int pid, TimeSpan? timeout = null)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (IsAlive(pid))
        {
            if (waited.Elapsed > (timeout ?? Patience.ForAnEvent))
                return false;
            Thread.Sleep(5);
        }
        return true;
    }

    /// <summary>Sends SIGTERM to one that is not the test's own child.</summary>
    public static void Terminate(int pid) => NativeSignals.Send(pid, ProcessSignal.Terminate);

    /// <summary>Ends a process a test left behind, by its id. Nothing happens when it is gone already.</summary>
    public static void Kill(int pid)
    {
        try
        {
            using Process process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
        }
    }

    /// <summary>The third field of /proc/PID/stat; the second is a name in parentheses that may hold anything.</summary>
    private static char State(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return '\0';
        }
    }
}
