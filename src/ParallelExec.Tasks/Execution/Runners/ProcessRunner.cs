using ParallelExec.Execution.Output;
using ParallelExec.Execution.Processes;
using ParallelExec.Model;

namespace ParallelExec.Execution.Runners;

/// <summary>Runs commands and tools as child processes.</summary>
/// <param name="masker">Null where nothing is secret: then the child writes its log file itself, without us in between.</param>
internal sealed class ProcessRunner(SecretMasker? masker)
{
    /// <summary>How long a stopped process has to end by itself before it is killed.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>How long output is awaited that a background process of an ended command still holds open.</summary>
    private static readonly TimeSpan DaemonGrace = TimeSpan.FromSeconds(1);

    public async Task<RunnerResult> RunAsync(Work work, AttemptContext context)
    {
        if (context.Ended.IsCancellationRequested)
            return new RunnerResult(RunnerEnd.Stopped);
        string directory = context.Planned.Subtask.WorkingDirectory;
        if (!Directory.Exists(directory))
            return NotStarted($"its working directory '{directory}' is not there");
        LaunchedCommand? command = CommandLine.For(work, context, pumped: masker is not null, out string problem);
        if (command is null)
            return NotStarted(problem);

        ChildProcess child;
        try
        {
            child = ChildProcess.Start(command, directory, context.Environment);
        }
        catch (ProcessNotStartedException e)
        {
            return NotStarted(e.Message);
        }
        using (child)
        {
            Task pump = child.Outputs.IsEmpty ? Task.CompletedTask : LogPump.CopyAsync(child.Outputs, context.LogFile, context.AppendToLog, masker);
            if (await child.WaitAsync(context.Ended).ConfigureAwait(false))
            {
                await Task.WhenAny(pump, Task.Delay(DaemonGrace)).ConfigureAwait(false);
                return RunnerResult.Exited(child.ExitCode) with { HasLog = true };
            }
            StopReport report = await child.StopTreeAsync(Grace).ConfigureAwait(false);
            await Task.WhenAny(pump, Task.Delay(DaemonGrace)).ConfigureAwait(false);
            return new RunnerResult(RunnerEnd.Stopped)
            {
                Killed = [.. report.Killed.Except(report.Survivors), .. report.Survivors.Select(process => $"{process}, which is still there")],
                HasLog = true,
            };
        }
    }

    private static RunnerResult NotStarted(string problem) => new(RunnerEnd.NotStarted) { Problem = problem };
}
