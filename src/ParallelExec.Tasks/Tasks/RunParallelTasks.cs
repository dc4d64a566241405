using Microsoft.Build.Framework;
using ParallelExec.Agents;
using ParallelExec.Composition;
using ParallelExec.Events;
using ParallelExec.Execution.Reusing;
using ParallelExec.Execution.Testing;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.Reporting.Ci;
using ParallelExec.State;
using ParallelExec.TaskFolders;

namespace ParallelExec.Tasks;

/// <summary>Checks, plans and runs the declared subtasks.</summary>
[MSBuildMultiThreadableTask]
public sealed class RunParallelTasks : ParallelTasksTask, ICancelableTask, IDisposable
{
    /// <summary>How often it is looked whether another run has ended.</summary>
    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(200);

    private const int ShortestMasked = 4;

    private readonly CancellationTokenSource stop = new();
    private bool waited;

    /// <summary>One item for each subtask, also when the run failed.</summary>
    [Output]
    public ITaskItem[] Results { get; private set; } = [];

    /// <summary><c>true</c> where no subtask failed whose failure counts.</summary>
    [Output]
    public string Succeeded { get; private set; } = "";

    /// <inheritdoc />
    // The engine waits for this call: the stopping itself is done by the run.
    public void Cancel() => _ = stop.CancelAsync();

    /// <inheritdoc />
    public void Dispose() => stop.Dispose();

    private protected override bool ExecuteEnabled()
    {
        Dictionary<string, string> environment = SnapshotEnvironment();
        using var log = new EngineLog(TerminalLogger);
        (ExecutionPlan? plan, PromptText? prompts) = Check(environment);
        using RunDirectory? directory = HasErrors ? null : Take(problems => RunDirectory.TryTake(RunOptions, problems), log);
        using TaskFolderLock? folders = directory is null ? null
            : Take(problems => TaskFolderLock.TryTake(Features.Select(feature => feature.Folder), problems), log);
        // Another run has been here meanwhile: what it has done is seen only now.
        if (waited && folders is not null)
        {
            Diagnostics.Clear();
            (plan, prompts) = Check(environment);
        }
        log.Masker = Masker;
        if (directory is not null)
            KeepProjects();
        JournalReader earlier = folders is null || plan is null
            ? JournalReader.Nothing
            : JournalReader.Read(RunOptions, Diagnostics, ends: !Reuse.IsNeeded(plan, RunOptions));
        if (!ReportDiagnostics() || plan is null || directory is null || folders is null)
            return false;

        if (!earlier.HasEnded)
            log.Message($"The last run (started {earlier.StartedAt}, process {earlier.ProcessId}) was interrupted: it did not come to an "
                + $"end.");
        if (RunOptions.AffectedSince.Length > 0)
        {
            log.Message($"{plan.Count} of {Wording.Count(plan.Subtasks.Length, "subtask")} can be reached by what has changed since "
                + $"{RunOptions.AffectedSince}. -t:PlanParallelTasks says why.");
        }
        RunResult? result = Run(plan, prompts!, earlier, environment, log);
        log.DrainTo(BuildEngine);
        if (result is null)
            return false;
        Results = [.. plan.Subtasks.Select(subtask => ResultItems.For(plan, subtask, result.Results, Masker))];
        if (TerminalLogger)
            Log.LogMessage(MessageImportance.High, $"{Path.GetFileNameWithoutExtension(ProjectFile)} -> {SummaryText.Counts(result)}");
        // A failed project has logged its own errors; nothing is an error twice.
        if (BuildEngine is IBuildEngine7 engine)
            engine.AllowFailureWithoutError = true;
        Succeeded = result.Succeeded ? "true" : "false";
        return result.Succeeded;
    }

    private (ExecutionPlan? Plan, PromptText? Prompts) Check(Dictionary<string, string> environment)
    {
        ExecutionPlan? plan = MakePlan(environment);
        return (plan, CheckAgents(plan, environment));
    }

    /// <summary>Takes what another run may have; waits for its end where <c>ParallelExecOnLocked</c> says so.</summary>
    private T? Take<T>(Func<List<Diagnostic>, T?> take, EngineLog log)
        where T : class
    {
        while (true)
        {
            List<Diagnostic> problems = [];
            T? taken = take(problems);
            if (taken is not null || RunOptions.OnLocked == OnLocked.Fail || stop.IsCancellationRequested
                || problems.Find(problem => problem.Code == Codes.Locked) is not { } locked)
            {
                Diagnostics.AddRange(problems);
                return taken;
            }
            if (!waited)
            {
                log.Message($"Waiting for another run to end (ParallelExecOnLocked=Wait). {locked.Message}");
                log.DrainTo(BuildEngine);
            }
            waited = true;
            stop.Token.WaitHandle.WaitOne(LockInterval);
        }
    }

    /// <returns>Null where it could not begin, which the log says.</returns>
    private RunResult? Run(
        ExecutionPlan plan, PromptText prompts, JournalReader earlier, Dictionary<string, string> environment, EngineLog log)
    {
        TellCi(log, isBeforeRun: false);
        MaskInCi();
        using var signals = new StopSignals(stop, (IBuildEngine4)BuildEngine, log);
        using var engineThread = new EngineThread((IBuildEngine9)BuildEngine, log, RunOptions.Directory, SdkDirectory, NodeCount);
        if (ShowsLive)
            engineThread.ShowLive();
        using var composition = new RunComposition(
            new RunSetup
            {
                Plan = plan,
                Options = RunOptions,
                Environment = environment,
                Log = log,
                Masker = Masker,
                Projects = engineThread,
                // The engine's own assemblies lie in the SDK's folder.
                Dotnet = new DotnetHost(Path.GetDirectoryName(typeof(ITask).Assembly.Location)!),
                Prompts = prompts,
                Earlier = earlier,
                History = History,
                Features = Features,
                FirstObservers = [new CoreDemand(engineThread.Need)],
                Status = engineThread.Live is null ? null : new StatusLine(LiveLine.Width, engineThread.Say),
                StopReason = () => signals.Received ?? "the build was cancelled",
            },
            stop.Token);
        if (composition.TryStart() is not { } run)
            return null;
        signals.HoldUntil(run);
        RunFault? late = Serve(engineThread, run, plan) is { } thrown ? new RunFault("the engine's thread", thrown) : null;
        RunResult result = run.GetAwaiter().GetResult();
        late ??= composition.End();
        result = result with { Fault = result.Fault ?? late };
        if (result.Fault is { } fault)
            log.Report(Diagnostic.Error(Codes.Bug, $"{Wording.Bug(fault.Exception)} (in {fault.Where})"));
        return result;
    }

    // Not where the build is quiet.
    private bool ShowsLive => TerminalLogger
        && BuildEngine is IBuildEngine10 { EngineServices: { } services } && services.LogsMessagesOfImportance(MessageImportance.High);

    // Not through the engine: each of its loggers would write it down, and binary logs are given to others.
    private void MaskInCi()
    {
        if (RunOptions.Ci != CiEngine.GitHubActions)
            return;
        foreach (string secret in Masker?.Lines ?? [])
        {
            // A shorter one would hide half of the job's log.
            if (secret.Length >= ShortestMasked)
                Console.Out.WriteLine(GitHubActions.Mask(secret));
        }
    }

    /// <summary>Whatever goes wrong on the engine's thread: the run is stopped, and its children are awaited.</summary>
    private Exception? Serve(EngineThread engineThread, Task run, ExecutionPlan plan)
    {
        try
        {
            engineThread.Serve(run, WantedCores(plan));
            return null;
        }
        catch (Exception e)
        {
            stop.Cancel();
            engineThread.Abandon();
            run.Wait();
            return e;
        }
    }

    // No more than can be used at once: the engine keeps what is asked for from other projects.
    private int WantedCores(ExecutionPlan plan)
    {
        var wanted = new long[plan.Waves.Length + 1];
        foreach (PlannedSubtask subtask in plan.Subtasks)
            wanted[subtask.Wave] += subtask.Wave > 0 ? subtask.Subtask.Cores : 0;
        long widest = 0;
        foreach (long wave in wanted)
            widest = Math.Max(widest, wave);
        return (int)Math.Min(RunOptions.MaxParallelism, widest);
    }
}
