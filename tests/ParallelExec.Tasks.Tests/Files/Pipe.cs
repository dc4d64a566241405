using System.Diagnostics;

namespace ParallelExec.Tests.Files;

/// <summary>A named pipe, which whoever opens it waits at for ever.</summary>
internal static class Pipe
{
    public static void Make(string path)
    {
        using Process mkfifo = Process.Start("mkfifo", [path]);
        mkfifo.WaitForExit();
        Assert.Equal(0, mkfifo.ExitCode);
    }
}
