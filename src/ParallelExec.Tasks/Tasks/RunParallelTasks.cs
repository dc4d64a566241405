using Microsoft.Build.Framework;
using ParallelExec.Agents;
using ParallelExec.Caching;
using ParallelExec.Events;
using ParallelExec.Exchange;
using ParallelExec.Execution;
using ParallelExec.Execution.Processes;
using ParallelExec.Execution.Runners;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.State;
using ParallelExec.TaskFolders;

namespace ParallelExec.Tasks;

/// <summary>Checks, plans and runs the declared subtasks.</summary>
[MSBuildMultiThreadableTask]
public sealed class RunParallelTasks : ParallelTasksTask, ICancelableTask, IDisposable
{
    /// <summary>How often it is looked whether another run has ended.</summary>
    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource stop = new();
    private bool waited;

    /// <summary>Folder of the SDK's own projects.</summary>
    [Required]
    public string SdkDirectory { get; set; } = "";

    /// <summary>One item for each subtask, also when the run failed.</summary>
    [Output]
    public ITaskItem[] Results { get; private set; } = [];

    /// <inheritdoc />
    // The engine waits for this call: the stopping itself is done by the run.
    public void Cancel() => _ = stop.CancelAsync();

    /// <inheritdoc />
    public void Dispose() => stop.Dispose();

    /// <inheritdoc />
    public override bool Execute()
    {
        Dictionary<string, string> environment = SnapshotEnvironment();
        using var log = new EngineLog(TerminalLogger);
        (ExecutionPlan? plan, PromptText? prompts) = Check(environment);
        using RunDirectory? directory = HasErrors ? null : Take(() => RunDirectory.TryTake(RunOptions, Diagnostics), log);
        using TaskFolderLock? folders = directory is null ? null : Take(() => TaskFolderLock.TryTake(Features.Select(feature => feature.Folder), Diagnostics), log);
        // Another run has been here meanwhile: what it has done is seen only now.
        if (waited && folders is not null)
        {
            Diagnostics.Clear();
            (plan, prompts) = Check(environment);
        }
        JournalReader earlier = folders is null ? JournalReader.Nothing : JournalReader.Read(RunOptions, Diagnostics, ends: !Reuse.IsNeeded(plan!, RunOptions));
        if (!ReportDiagnostics() || plan is null || directory is null || folders is null)
            return false;

        if (!earlier.HasEnded)
            log.Message($"The last run (started {earlier.StartedAt}, process {earlier.ProcessId}) was interrupted: it did not come to an end.");
        if (Run(plan, prompts!, earlier, environment, log) is not { } result)
            return false;
        Results = [.. plan.Subtasks.Select(subtask => ResultItems.For(subtask, result.Results[subtask.Index], Masker))];
        if (TerminalLogger)
            Log.LogMessage(MessageImportance.High, $"{Path.GetFileNameWithoutExtension(ProjectFile)} -> {SummaryText.Counts(result)}");
        // A failed project has logged its own errors; nothing is an error twice.
        if (BuildEngine is IBuildEngine7 engine)
            engine.AllowFailureWithoutError = true;
        return result.Succeeded;
    }

    private (ExecutionPlan? Plan, PromptText? Prompts) Check(Dictionary<string, string> environment)
    {
        ExecutionPlan? plan = MakePlan(environment);
        return (plan, plan is null ? null : CheckAgents(plan, environment));
    }

    /// <summary>Takes what another run may have; waits for its end where <c>ParallelExecOnLocked</c> says so.</summary>
    private T? Take<T>(Func<T?> take, EngineLog log)
        where T : class
    {
        while (true)
        {
            T? taken = take();
            if (taken is not null || RunOptions.OnLocked == OnLocked.Fail || Diagnostics[^1].Code != Codes.Locked || stop.IsCancellationRequested)
                return taken;
            Diagnostic locked = Diagnostics[^1];
            Diagnostics.Remove(locked);
            if (!waited)
            {
                log.Message($"Waiting: {locked.Message.Split(". ")[0]}.");
                log.DrainTo(BuildEngine);
            }
            waited = true;
            stop.Token.WaitHandle.WaitOne(LockInterval);
        }
    }

    private RunResult? Run(ExecutionPlan plan, PromptText prompts, JournalReader earlier, Dictionary<string, string> environment, EngineLog log)
    {
        string runId = Guid.NewGuid().ToString("N");
        using var threads = new BlockingThreads();
        using var watchdog = new Watchdog(runId, environment);
        using var signals = new StopSignals(stop, (IBuildEngine4)BuildEngine, log);
        using var engineThread = new EngineThread((IBuildEngine9)BuildEngine, log, RunOptions.Directory, NodeCount) { SdkDirectory = SdkDirectory };
        var hashes = new Lazy<FileHashes>(() => FileHashes.Load(RunOptions.Directory));
        var handOver = new HandOver(plan, RunOptions, environment, runId, Masker);
        var processes = new ProcessRunner(threads, Masker, watchdog);
        var versions = new ToolVersions(handOver, processes, log, Masker, stop.Token);
        var reuse = new Reuse(plan, RunOptions, handOver, hashes, versions, earlier.Records);
        using Journal? journal = Journal.TryBegin(RunOptions, runId, DateTimeOffset.UtcNow, reuse.Kept, log, Masker);
        if (journal is null)
        {
            log.DrainTo(BuildEngine);
            return null;
        }
        using RemoteCache? remote = RunOptions is { Cache: CacheMode.Remote, RemoteCache: { } address }
            ? new RemoteCache(address, RunOptions.RemoteCacheWrite, environment.GetValueOrDefault(RemoteCache.TokenVariable), log)
            : null;
        OutputCache? cache = RunOptions.Cache is CacheMode.Local or CacheMode.Remote && Reuse.IsNeeded(plan, RunOptions with { Resume = false })
            ? new OutputCache(RunOptions, new CacheFolder(RunOptions.CacheDirectory, RunOptions.CacheSize), remote, log, stop.Token)
            : null;
        var executor = new SubtaskExecutor(
            RunOptions,
            handOver,
            threads,
            reuse,
            cache,
            journal,
            Masker,
            processes,
            new ProjectRunner(engineThread),
            new AgentRunner(processes, handOver, prompts, TimeProvider.System),
            TimeProvider.System);
        List<IRunObserver> observers = [journal, new RunRecorder(plan, RunOptions, History, hashes, log, Masker), new ConsoleReport(plan, RunOptions, log, Masker)];
        if (!Features.IsEmpty)
        {
            var writer = new TaskFolderWriter(Features, log);
            writer.ReleaseOrphans();
            observers.Insert(0, writer);
        }
        if (SharedContexts.IsNeeded(plan))
            observers.Insert(0, new SharedContexts(plan, RunOptions, log, Masker));
        if (RunOptions.LogOutput == LogOutput.Live)
            observers.Insert(0, new LiveOutput(RunOptions, log));
        using var engine = new RunEngine(plan, RunOptions, executor, observers, TimeProvider.System)
        {
            TickInterval = RunOptions.LogOutput == LogOutput.Live ? LiveOutput.Interval : TimeSpan.FromMilliseconds(500),
            StopReason = () => signals.Received ?? "the build was cancelled",
        };
        Task<RunResult> run = engine.RunAsync(stop.Token);
        signals.HoldUntil(run);
        engineThread.Serve(run, WantedCores(plan));
        cache?.End();
        log.DrainTo(BuildEngine);
        return run.GetAwaiter().GetResult();
    }

    // No more than can be used at once: the engine keeps what is asked for from other projects.
    private int WantedCores(ExecutionPlan plan) =>
        Math.Min(RunOptions.MaxParallelism, plan.Waves.Length == 0 ? 0 : plan.Waves.Max(wave => wave.Sum(subtask => subtask.Subtask.Cores)));
}
