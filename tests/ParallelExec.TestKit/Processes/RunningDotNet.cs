using System.Diagnostics;
using System.Globalization;

namespace ParallelExec.TestKit;

/// <summary>A `dotnet` child that runs. Every wait is bounded by the time-out it was started with.</summary>
public sealed class RunningDotNet : IDisposable
{
    private readonly Process process;
    private readonly string commandLine;
    private readonly TestFolder folder;
    private readonly OutputCapture capture = new();
    private readonly Task reading;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly CancellationTokenSource patience;
    private readonly CancellationTokenSource ended = new();

    internal RunningDotNet(Process process, string commandLine, TestFolder folder, TimeSpan timeout)
    {
        (this.process, this.commandLine, this.folder) = (process, commandLine, folder);
        Pid = process.Id;
        patience = new CancellationTokenSource(timeout);
        process.StandardInput.Close();
        reading = capture.ReadAsync(process.StandardOutput, process.StandardError);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => ended.Cancel();
        if (process.HasExited)
            ended.Cancel();
    }

    public int Pid { get; }

    /// <summary>What it has printed so far, both streams.</summary>
    public string Output => capture.All;

    /// <summary>Sends a signal to exactly this process, as `kill` does.</summary>
    public void Send(ProcessSignal signal) => NativeSignals.Send(Pid, signal);

    /// <summary>The same where it may have ended meanwhile. The id is its own until it is disposed of.</summary>
    public void SendIfAlive(ProcessSignal signal)
    {
        if (!process.HasExited)
            NativeSignals.TrySend(Pid, signal);
    }

    /// <summary>To its whole process group, as a terminal's Ctrl+C: only for one that was started with <see cref="DotNet.OwnGroup"/>.</summary>
    public void SendToGroup(ProcessSignal signal) => NativeSignals.Send(-Pid, signal);

    /// <summary>Waits for a file that the build or one of its children writes; fails at once when the build ends without it.</summary>
    public Task WaitForFileAsync(string path) => WithOutput(FileWait.ForAsync(folder.Combine(path), Timeout.InfiniteTimeSpan, Abandon()));

    /// <summary>The same for a file that holds a process id.</summary>
    public async Task<int> WaitForPidAsync(string path)
    {
        await WaitForFileAsync(path);
        return int.Parse(folder.Read(path), CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until a line that holds the text was printed.</summary>
    public Task WaitForOutputAsync(string text) => WithOutput(capture.ForTextAsync(text).WaitAsync(Abandon()));

    /// <summary>Waits for the end, writes the transcript, and returns what happened.</summary>
    public async Task<BuildRun> ExitAsync()
    {
        try
        {
            await process.WaitForExitAsync(patience.Token).WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            KillTree();
            await ReadToEndAsync();
            Transcript("timed out, killed");
            throw new TimeoutException($"`{commandLine}` did not end in time. Its output:\n{Output}");
        }
        bool closed = await ReadToEndAsync();
        Transcript($"exit code {process.ExitCode}");
        return new BuildRun(commandLine, process.ExitCode, capture.All, capture.Output, capture.Error, clock.Elapsed, closed);
    }

    public void Dispose()
    {
        KillTree();
        process.Dispose();
        patience.Dispose();
    }

    private CancellationToken Abandon() => CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ended.Token).Token;

    private async Task WithOutput(Task wait)
    {
        try
        {
            await wait;
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            throw new TimeoutException($"{exception.Message}\n`{commandLine}` has printed:\n{Output}", exception);
        }
    }

    private async Task<bool> ReadToEndAsync() =>
        await Task.WhenAny(reading, Task.Delay(Patience.ForPipes)) == reading;

    private void KillTree()
    {
        if (process.HasExited)
            return;
        process.Kill(entireProcessTree: true);
        process.WaitForExit(Patience.ForPipes);
    }

    private void Transcript(string end) => File.AppendAllText(folder.Combine("transcript.txt"),
        $"$ {commandLine}\n{Output}[{end}, {clock.Elapsed.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)} s]\n\n");
}
