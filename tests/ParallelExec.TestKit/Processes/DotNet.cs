using System.Diagnostics;
using System.Text;

namespace ParallelExec.TestKit;

/// <summary>Runs `dotnet ...` as a child in a test's folder, walled off from the environment of the test host.</summary>
public sealed class DotNet(TestFolder folder)
{
    /// <summary>After this the whole tree is killed and the test fails with what was printed so far.</summary>
    public TimeSpan Timeout { get; init; } = Patience.ForABuild;

    /// <summary>Leaves the choice of the logger to MSBuild and the arguments (`--tl:on`); else the classic console logger is used.</summary>
    public bool TerminalLogger { get; init; }

    /// <summary>Starts it at the head of a process group (a session) of its own, as a shell does with a job: see <see cref="RunningDotNet.SendToGroup"/>. With `setsid`, so on Linux.</summary>
    public bool OwnGroup { get; init; }

    public string WorkingDirectory { get; init; } = folder.Path;

    /// <summary>Variables for the child on top of the walled-off ones; <c>null</c> removes one.</summary>
    public IDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public async Task<BuildRun> RunAsync(params string[] arguments)
    {
        using RunningDotNet running = Start(arguments);
        return await running.ExitAsync();
    }

    /// <summary>Starts without waiting. Disposing what is returned kills what still runs.</summary>
    public RunningDotNet Start(params string[] arguments)
    {
        // `setsid` puts itself in the new session and becomes the command: the id stays the same.
        ProcessStartInfo start = new(OwnGroup ? "setsid" : RuntimeHost.DotNetPath, OwnGroup ? [RuntimeHost.DotNetPath, .. arguments] : arguments)
        {
            WorkingDirectory = WorkingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        WalledOffEnvironment.Apply(start.Environment, TerminalLogger);
        foreach ((string name, string? value) in Environment)
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        return new RunningDotNet(Process.Start(start)!, "dotnet " + string.Join(' ', arguments), folder, Timeout);
    }
}
