using System.ComponentModel;
using System.Diagnostics;
using ParallelExec.Exchange;

namespace ParallelExec.Execution.Processes;

/// <summary>A child by the framework's <see cref="Process"/>: on Windows, on macOS, and where Linux lacks what <see cref="SpawnedProcess"/> needs.</summary>
internal sealed class SystemProcess : ChildProcess
{
    private readonly Process process;
    private readonly string cookie;
    private readonly WindowsJob? job;

    public SystemProcess(LaunchedCommand command, string workingDirectory, IReadOnlyDictionary<string, string> environment, bool keepInput)
    {
        var start = new ProcessStartInfo(command.Program)
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardOutput = command.Pumped,
            // On Unix the shell in front of it closes the input, and joins the two outputs.
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
            process = Process.Start(start) ?? throw new ProcessNotStartedException("the system gave no process");
            if (OperatingSystem.IsWindows() && !keepInput)
                _ = FeedAsync(process, command.InputFile);
            job = OperatingSystem.IsWindows() ? WindowsJob.For(process.Handle) : null;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException)
        {
            throw new ProcessNotStartedException(e.Message, e);
        }
        cookie = environment[HandOver.CookieVariable];
        Outputs = (command.Pumped, OperatingSystem.IsWindows()) switch
        {
            (false, _) => [],
            (true, false) => [process.StandardOutput.BaseStream],
            (true, true) => [process.StandardOutput.BaseStream, process.StandardError.BaseStream],
        };
    }

    public override int ExitCode => process.ExitCode;

    public override int Id => process.Id;

    /// <summary>The framework waits for a child without asking what it has used.</summary>
    public override TimeSpan? CpuTime => job?.CpuTime;

    public override void EndInput()
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

    public override void Dispose()
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

    private static async Task FeedAsync(Process process, string? inputFile)
    {
        try
        {
            if (inputFile is not null)
            {
                using FileStream input = File.OpenRead(inputFile);
                await input.CopyToAsync(process.StandardInput.BaseStream).ConfigureAwait(false);
            }
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended, or does not read its input.
        }
    }

    protected override bool WaitForExit(TimeSpan limit) => process.WaitForExit(limit);

    protected override Task<StopReport> StopTreeAsync(TimeSpan grace) =>
        job is not null ? job.StopAsync(process, grace) : ProcessTree.StopAsync(process.Id, cookie, grace);
}
