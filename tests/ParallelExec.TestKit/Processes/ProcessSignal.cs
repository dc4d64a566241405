using System.Runtime.InteropServices;

namespace ParallelExec.TestKit;

/// <summary>Signals by their POSIX numbers; the BCL's <see cref="PosixSignal"/> has no SIGKILL and cannot be sent.</summary>
public enum ProcessSignal
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
}

internal static partial class NativeSignals
{
    /// <summary>To exactly this process: neither to its group, as Ctrl+C in a terminal, nor to its children.</summary>
    internal static void Send(int pid, ProcessSignal signal)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("Windows has no signals; end the process with Dispose()");
        if (Kill(pid, (int)signal) != 0)
            throw new InvalidOperationException($"kill({pid}, {signal}): {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <returns>False: it is not there any more.</returns>
    internal static bool TrySend(int pid, ProcessSignal signal) => Kill(pid, (int)signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
