using System.ComponentModel;
using System.Diagnostics;
using ParallelExec.Exchange;
using ParallelExec.Model;

namespace ParallelExec.Execution.Processes;

/// <summary>
/// A child by the framework's <see cref="Process"/>: on Windows, on macOS, and where Linux lacks what <see cref="SpawnedProcess"/> needs.
/// </summary>
internal sealed class SystemProcess : ChildProcess
{
    private static readonly TimeSpan ProgramLimit = TimeSpan.FromMinutes(2);

    private readonly Process process;
    private readonly string cookie;
    private readonly WindowsJob? job;

    public SystemProcess(LaunchedCommand command, string workingDirectory, IReadOnlyDictionary<string, string> environment, bool keepInput)
    {
        cookie = environment[HandOver.CookieVariable];
        ProcessStartInfo start = StartInfo(command, workingDirectory, environment, keepInput, Platform.Current);
        try
        {
            process = Process.Start(start) ?? throw new ProcessNotStartedException("the system gave no process");
        }
        catch (Win32Exception e)
        {
            bool isTooLarge = e.NativeErrorCode is 7 or 206;
            throw new ProcessNotStartedException(
                isTooLarge ? StartSize.Problem(command.Arguments, environment) : e.Message, e.NativeErrorCode, e);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            throw new ProcessNotStartedException(e.Message, inner: e);
        }
        if (OperatingSystem.IsWindows())
        {
            job = Started.Guard(() => WindowsJob.For(process.Handle), () => process.HasExited, End);
            if (!keepInput)
                _ = FeedAsync(process, command.InputFile);
        }
        Outputs = (start.RedirectStandardOutput, start.RedirectStandardError) switch
        {
            (false, _) => [],
            (true, false) => [process.StandardOutput.BaseStream],
            (true, true) => [process.StandardOutput.BaseStream, process.StandardError.BaseStream],
        };

        void End()
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
        }
    }

    public override int ExitCode => process.ExitCode;

    public override int Id => process.Id;

    /// <summary>The framework waits for a child without asking what it has used.</summary>
    public override TimeSpan? CpuTime => job?.CpuTime;

    public override long PeakMemory => job?.PeakMemory ?? 0;

    public static ProcessStartInfo StartInfo(
        LaunchedCommand command, string workingDirectory, IReadOnlyDictionary<string, string> environment, bool keepInput,
            Platform platform)
    {
        // On Unix a shell in front of it opens its files, and joins the two outputs.
        LaunchedCommand started = platform.IsWindows ? command : command.BehindShell(keepInput);
        var start = new ProcessStartInfo(started.Program)
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardOutput = command.LogFile is null,
            RedirectStandardInput = keepInput || platform.IsWindows,
            RedirectStandardError = command.LogFile is null && platform.IsWindows,
        };
        if (OperatingSystem.IsWindows())
            start.CreateNewProcessGroup = true;
        foreach (string argument in started.Arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Clear();
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return start;
    }

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

    /// <summary>Runs a small program of the system to its end and returns what it wrote.</summary>
    public static string Capture(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    /// <summary>Runs a program that reads nothing and soon ends, without a shell.</summary>
    public static ProgramOutput Run(
        string program, IEnumerable<string> arguments, string workingDirectory, IReadOnlyDictionary<string, string> environment,
            TimeSpan? limit = null)
    {
        TimeSpan most = limit ?? ProgramLimit;
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        start.Environment.Clear();
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> text = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(most))
            {
                process.Kill(entireProcessTree: true);
                return new ProgramOutput(null, "", $"it has not ended after {most.TotalSeconds} s");
            }
            return new ProgramOutput(process.ExitCode, text.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return new ProgramOutput(null, "", e.Message);
        }
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended, or does not read its input.
        }
    }

    protected override bool WaitForExit(TimeSpan limit) => process.WaitForExit(limit);

    protected override Task<StopReport> StopTreeAsync(TimeSpan grace) =>
        job is not null ? job.StopAsync(process.Id, grace) : ProcessTree.StopAsync(process.Id, cookie, grace);

    protected override void Kill()
    {
        if (job is not null)
            job.Terminate();
        else if (!OperatingSystem.IsWindows())
            ProcessTree.KillAll(process.Id, cookie);
        else if (!process.HasExited)
            process.Kill(entireProcessTree: true);
    }

    protected override void Close()
    {
        job?.Dispose();
        process.Dispose();
    }
}
