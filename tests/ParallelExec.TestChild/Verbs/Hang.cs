namespace ParallelExec.TestChild.Verbs;

internal static class Hang
{
    internal static readonly Verb Verb =
        new("hang", "PIDFILE", "writes its pid, then waits for ten minutes", 1, args => Until(args[0]));

    internal static int Until(string pidFile)
    {
        Files.Publish(pidFile, Environment.ProcessId.ToString());
        Thread.Sleep(TimeSpan.FromMinutes(10));
        return ExitCodes.TimedOut;
    }
}
