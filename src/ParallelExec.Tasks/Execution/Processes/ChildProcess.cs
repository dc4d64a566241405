using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;

namespace ParallelExec.Execution.Processes;

/// <summary>A child process and all that it starts. The only place that knows <see cref="Process"/>.</summary>
internal sealed class ChildProcess : IDisposable
{
    /// <summary>
    /// An environment variable that every process of one attempt inherits: also those that left the process tree (a double fork,
    /// <c>setsid</c>) are found by it.
    /// </summary>
    public const string CookieVariable = "PARALLELEXEC_COOKIE";

    private static readonly TimeSpan GiveUpInterval = TimeSpan.FromSeconds(1);

    private readonly Process process;
    private readonly string cookie;
    private readonly WindowsJob? job;

    private ChildProcess(Process process, string cookie, bool pumped)
    {
        this.process = process;
        this.cookie = cookie;
        job = OperatingSystem.IsWindows() ? WindowsJob.For(process.Handle) : null;
        Outputs = (pumped, OperatingSystem.IsWindows()) switch
        {
            (false, _) => [],
            // On Unix the shell in front of it joins the two.
            (true, false) => [process.StandardOutput.BaseStream],
            (true, true) => [process.StandardOutput.BaseStream, process.StandardError.BaseStream],
        };
    }

    /// <summary>What it writes, where it does not write its log file itself.</summary>
    public ImmutableArray<Stream> Outputs { get; }

    public int ExitCode => process.ExitCode;

    /// <param name="environment">Complete, with <see cref="CookieVariable"/>.</param>
    /// <param name="keepInput">The caller feeds and ends its input.</param>
    public static ChildProcess Start(
        LaunchedCommand command, string workingDirectory, IReadOnlyDictionary<string, string> environment, bool keepInput = false)
    {
        var start = new ProcessStartInfo(command.Program)
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardOutput = command.Pumped,
            // On Unix the shell in front of it closes the input.
            RedirectStandardInput = keepInput || OperatingSystem.IsWindows(),
            RedirectStandardError = command.Pumped && OperatingSystem.IsWindows(),
        };
        if (OperatingSystem.IsWindows())
            start.CreateNewProcessGroup = true;
        foreach (string argument in command.Arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        try
        {
            Process process = Process.Start(start) ?? throw new ProcessNotStartedException("the system gave no process");
            if (OperatingSystem.IsWindows() && !keepInput)
                process.StandardInput.Close();
            return new ChildProcess(process, environment[CookieVariable], command.Pumped);
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException)
        {
            throw new ProcessNotStartedException(e.Message, e);
        }
    }

    /// <summary>Blocks until it has ended: by itself, or because <paramref name="stop"/> said so.</summary>
    /// <returns>Null when it has exited by itself; otherwise what it took to end it and all that it had started.</returns>
    public StopReport? Wait(TimeSpan grace, CancellationToken stop)
    {
        Task<StopReport>? stopping = null;
        using (stop.UnsafeRegister(_ => stopping = Task.Run(() => StopTreeAsync(grace)), null))
        {
            // One that not even SIGKILL ends is given up with its tree.
            while (!process.WaitForExit(GiveUpInterval) && stopping is not { IsCompleted: true })
            {
            }
        }
        return stopping?.GetAwaiter().GetResult();
    }

    private Task<StopReport> StopTreeAsync(TimeSpan grace) =>
        job is not null ? job.StopAsync(process, grace) : ProcessTree.StopAsync(process.Id, cookie, grace);

    /// <summary>Gives it one line, and no more.</summary>
    public void EndInput()
    {
        try
        {
            process.StandardInput.Write("end\n");
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }

    public void Dispose()
    {
        job?.Dispose();
        process.Dispose();
    }

    /// <summary>Runs a small program of the system to its end and returns what it wrote.</summary>
    public static string Capture(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}

/// <summary>A program with its arguments.</summary>
/// <param name="Pumped">We read what it writes; otherwise it writes its log itself.</param>
/// <param name="ScriptFile">Written for it; to be removed when it has ended.</param>
internal sealed record LaunchedCommand(string Program, ImmutableArray<string> Arguments, bool Pumped, string? ScriptFile = null);

/// <summary>What a stop found. <paramref name="Killed"/>: those that did not end when asked. <paramref name="Survivors"/>: those that could not be ended.</summary>
internal sealed record StopReport(ImmutableArray<string> Killed, ImmutableArray<string> Survivors);

internal sealed class ProcessNotStartedException(string message, Exception? inner = null) : Exception(message, inner);
