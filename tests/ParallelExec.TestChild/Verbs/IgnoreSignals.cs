using System.Runtime.InteropServices;

namespace ParallelExec.TestChild.Verbs;

/// <summary>A process that can only be killed. It ends after ten minutes, so that a failing test leaks nothing for long.</summary>
internal static class IgnoreSignals
{
    internal static readonly Verb Verb =
        new("ignore-signals", "READYFILE", "ignores SIGTERM, SIGINT, SIGHUP; writes its pid when it does", 1, Run);

    private static int Run(string[] args)
    {
        PosixSignal[] signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP];
        PosixSignalRegistration[] registrations =
            [.. signals.Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true))];
        int code = Hang.Until(args[0]);
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
        return code;
    }
}
