using System.Diagnostics;

namespace ParallelExec.TestChild.Verbs;

/// <summary>Leaves a grandchild behind that holds the inherited output pipes open.</summary>
internal static class Spawn
{
    internal static readonly Verb Verb =
        new("spawn", "PIDFILE [--detach]", "starts `hang PIDFILE`; --detach: in a session of its own", 1, Run);

    private static int Run(string[] args)
    {
        List<string> command = [Environment.ProcessPath!];
        // Started as `dotnet TestChild.dll`, the process is the host and needs the assembly's name again.
        if (Path.GetFileNameWithoutExtension(command[0]) == "dotnet")
            command.Add(typeof(Spawn).Assembly.Location);
        if (args.Contains("--detach") && !OperatingSystem.IsWindows())
            command.Insert(0, "setsid");
        command.AddRange(["hang", args[0]]);
        Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { UseShellExecute = false })!.Dispose();
        return ExitCodes.Success;
    }
}
