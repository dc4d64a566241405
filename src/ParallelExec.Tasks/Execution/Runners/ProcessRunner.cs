using ParallelExec.Execution.Output;
using ParallelExec.Execution.Processes;
using ParallelExec.Model;

namespace ParallelExec.Execution.Runners;

/// <summary>Runs commands and tools as child processes.</summary>
/// <param name="masker">Null where nothing is secret: then the child writes its log file itself, without us in between.</param>
internal sealed class ProcessRunner(BlockingThreads threads, SecretMasker? masker, Watchdog watchdog)
{
    /// <summary>How long a stopped process has to end by itself before it is killed.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>How long output is awaited that a background process of an ended command still holds open.</summary>
    private static readonly TimeSpan DaemonGrace = TimeSpan.FromSeconds(1);

    private readonly CpuWaits waits = new();

    public Task<RunnerResult> RunAsync(Work work, AttemptContext context) =>
        threads.IsCurrent ? Task.FromResult(Run(work, context)) : threads.Run(() => Run(work, context));

    private RunnerResult Run(Work work, AttemptContext context)
    {
        if (context.Ended.IsCancellationRequested)
            return new RunnerResult(RunnerEnd.Stopped) { Cpu = CpuUse.None };
        string directory = context.Planned.Subtask.WorkingDirectory;
        if (!Directory.Exists(directory))
            return NotStarted($"its working directory '{directory}' is not there");
        LaunchedCommand? command = CommandLine.For(work, context, pumped: masker is not null, out string problem);
        if (command is null)
            return NotStarted(problem);

        watchdog.Watch();
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
        using (CpuWaits.Watch watch = waits.Begin(child.Id))
        {
            child.Ended = watch.Ended;
            var exited = new TaskCompletionSource();
            Task pump = child.Outputs.IsEmpty
                ? Task.CompletedTask
                : LogPump.CopyAsync(child.Outputs, context.LogFile, context.AppendToLog, masker, exited.Task, DaemonGrace);
            StopReport? stopped = child.Wait(Grace, context.Ended);
            exited.SetResult();
            pump.GetAwaiter().GetResult();
            if (command.ScriptFile is not null)
                File.Delete(command.ScriptFile);
            // The shell in front of the command could not open it, and has told nobody but our own console.
            if (stopped is null && child.ExitCode != 0 && !command.Pumped && !File.Exists(context.LogFile))
                return NotStarted($"its log file '{context.LogFile}' can not be written");
            CpuUse? cpu = child.CpuTime is { } used ? watch.With(used) : null;
            if (stopped is null)
                return RunnerResult.Exited(child.ExitCode) with { HasLog = true, Cpu = cpu };
            return new RunnerResult(RunnerEnd.Stopped)
            {
                Killed = [.. stopped.Killed.Except(stopped.Survivors), .. stopped.Survivors.Select(process => $"{process}, which is still there")],
                HasLog = true,
                Cpu = cpu,
            };
        }
    }

    private static RunnerResult NotStarted(string problem) => new(RunnerEnd.NotStarted) { Problem = problem, Cpu = CpuUse.None };
}
