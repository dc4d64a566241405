using ParallelExec.Execution.Jobserver;
using ParallelExec.Execution.Output;
using ParallelExec.Execution.Processes;
using ParallelExec.Model;

namespace ParallelExec.Execution.Runners;

/// <summary>Runs commands and tools as child processes.</summary>
/// <param name="masker">Null where nothing is secret: then the child writes its log file itself, without us in between.</param>
/// <param name="jobserver">Null where children take no jobs of the run.</param>
internal sealed class ProcessRunner(
    BlockingThreads threads, SecretMasker? masker, Watchdog watchdog, ChildJobs? jobserver = null)
{
    /// <summary>How long a stopped process has to end by itself before it is killed.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long after the last output more is awaited, where a background process of an ended command still holds it open.
    /// </summary>
    private static readonly TimeSpan DaemonGrace = TimeSpan.FromSeconds(1);

    private readonly CpuWaits waits = new();

    /// <summary>
    /// What ends all processes at once (a service manager, a CI engine, on some systems a terminal) reaches children before we are told:
    /// so long a child that seems to have died of it waits for the word. One that exits so by itself is a second later.
    /// </summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(1);

    private readonly CommandLine commandLine = new(Platform.Current, pumped: masker is not null);

    /// <summary>Puts another program in front of each command, or leaves it as it is: the one place where a launcher comes in.</summary>
    public Func<LaunchedCommand, LaunchedCommand> Launcher { get; init; } = command => command;

    public Task<RunnerResult> RunAsync(Work work, AttemptContext context) =>
        threads.IsCurrent ? Task.FromResult(Run(work, context)) : threads.Run(() => Run(work, context));

    private RunnerResult Run(Work work, AttemptContext context)
    {
        if (context.Ended.IsCancellationRequested)
            return new RunnerResult(RunnerEnd.Stopped) { Cpu = CpuUse.None };
        string directory = context.Planned.Subtask.WorkingDirectory;
        if (!Directory.Exists(directory))
            return NotStarted($"its working directory '{directory}' is not there");
        if (commandLine.For(work, context, direct: true, out string problem) is not { } command)
            return NotStarted(problem);

        watchdog.Watch();
        try
        {
            return RunTo(Launcher(command), work, context);
        }
        catch (ProcessNotStartedException e) when (command.IsDirect && (work is CommandWork ? e.IsForShell : e.IsNoExecutable))
        {
            return RunBehindShell(work, context);
        }
        catch (ProcessNotStartedException e)
        {
            return NotStarted(e.Message);
        }
    }

    private RunnerResult RunBehindShell(Work work, AttemptContext context)
    {
        if (commandLine.For(work, context, direct: false, out string problem) is not { } command)
            return NotStarted(problem);
        try
        {
            return RunTo(Launcher(command), work, context);
        }
        catch (ProcessNotStartedException e)
        {
            return NotStarted(e.Message);
        }
    }

    private RunnerResult RunTo(LaunchedCommand command, Work work, AttemptContext context)
    {
        JobShare? share = null;
        int? watched = null;
        try
        {
            // One that writes it itself does not start without it either.
            string problem = "";
            using FileStream? log = command.LogFile is null ? LogPump.Open(context.LogFile, context.AppendToLog, out problem) : null;
            if (problem.Length > 0)
                return NotStarted($"its log file '{context.LogFile}' can not be written: {problem}");
            // Whatever is thrown from here on: it is ended before that goes on.
            IReadOnlyDictionary<string, string> environment = context.Environment;
            if (jobserver is not null)
                (command, environment) = jobserver.Open(command, work, context, out share);
            using ChildProcess child = ChildProcess.Start(command, context.Planned.Subtask.WorkingDirectory, environment);
            watched = watchdog.Started(child);
            return AwaitEnd(child, command, log, context);
        }
        finally
        {
            share?.Dispose();
            watchdog.Ended(watched);
            if (command.ScriptFile is not null)
                Remove(command.ScriptFile);
        }
    }

    private RunnerResult AwaitEnd(ChildProcess child, LaunchedCommand command, FileStream? log, AttemptContext context)
    {
        using CpuWaits.Watch watch = waits.Begin(child.Id);
        child.Ended = watch.Ended;
        var exited = new TaskCompletionSource();
        Task<string?> pump = log is null
            ? Task.FromResult<string?>(null)
            : LogPump.CopyAsync(child.Outputs, log, masker, exited.Task, DaemonGrace);
        StopReport? stopped = child.Wait(Grace, context.Ended);
        exited.SetResult();
        string? missing = pump.GetAwaiter().GetResult();
        if (stopped is null && ExitCodes.IsOfStop(child.ExitCode, Platform.Current) && context.Ended.WaitHandle.WaitOne(StopPatience))
            stopped = child.StopRest(Grace);
        if (stopped is null && context.EndsRest)
            child.StopRest(Grace);
        CpuUse? cpu = child.CpuTime is { } used ? watch.With(used, child.PeakMemory) : null;
        if (stopped is not null)
        {
            return new RunnerResult(RunnerEnd.Stopped)
            {
                Killed = [.. stopped.Killed.Except(stopped.Survivors),
                    .. stopped.Survivors.Select(process => $"{process}, which is still there")],
                HasLog = true,
                Cpu = cpu,
            };
        }
        // A shell in front of the command could not open it, and has told nobody but our own console.
        if (child.ExitCode != 0 && command.LogFile is not null && !File.Exists(command.LogFile))
            return NotStarted($"its log file '{command.LogFile}' can not be written");
        return missing is null
            ? RunnerResult.Exited(child.ExitCode) with { HasLog = true, Cpu = cpu }
            : new RunnerResult(RunnerEnd.LogNotWritten)
            {
                ExitCode = child.ExitCode,
                Problem = $"its log '{context.LogFile}' could not be written: {missing}. The command went on without it, and ended with "
                    + $"exit code {child.ExitCode}",
                HasLog = File.Exists(context.LogFile),
                Cpu = cpu,
            };
    }

    private static void Remove(string scriptFile)
    {
        try
        {
            File.Delete(scriptFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody still reads it: the next attempt writes it anew.
        }
    }

    private static RunnerResult NotStarted(string problem) => new(RunnerEnd.NotStarted) { Problem = problem, Cpu = CpuUse.None };
}
