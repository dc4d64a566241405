using ParallelExec.Agents;
using ParallelExec.Caching;
using ParallelExec.Events;
using ParallelExec.Exchange;
using ParallelExec.Execution;
using ParallelExec.Execution.Attempts;
using ParallelExec.Execution.Isolation;
using ParallelExec.Execution.Jobserver;
using ParallelExec.Execution.Processes;
using ParallelExec.Execution.Reusing;
using ParallelExec.Execution.Runners;
using ParallelExec.Execution.Services;
using ParallelExec.Execution.Testing;
using ParallelExec.Execution.Writes;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Reporting;
using ParallelExec.Reporting.Ci;
using ParallelExec.State;
using ParallelExec.TaskFolders;
using ParallelExec.Telemetry;

namespace ParallelExec.Composition;

/// <summary>One run, put together from its parts. The task and the tests get it here, so that what is tested is what runs.</summary>
internal sealed class RunComposition : IDisposable
{
    private readonly RunSetup setup;
    private readonly CancellationToken stop;
    private readonly BlockingThreads threads = new();
    private readonly Watchdog watchdog;
    private readonly Lazy<FileHashes> hashes;
    private readonly HandOver handOver;
    private readonly ChildJobs? jobserver;
    private readonly ProcessRunner processes;
    private readonly Reuse reuse;
    private readonly IsolationSet? isolation;
    private readonly Journal? journal;
    private readonly RemoteCache? remote;
    private readonly OutputCache? cache;
    private readonly RunTelemetry? telemetry;
    private readonly WriteWatch? writes;
    private RunEngine? engine;

    /// <param name="stop">Asks for a stop: what runs is ended, cleanup still runs, then the run ends.</param>
    public RunComposition(RunSetup setup, CancellationToken stop)
    {
        (this.setup, this.stop) = (setup, stop);
        string runId = Guid.NewGuid().ToString("N");
        hashes = new Lazy<FileHashes>(() => FileHashes.Load(Options.Directory));
        watchdog = new Watchdog(runId, setup.Environment);
        telemetry = Options.Telemetry == TelemetryMode.None ? null
            : RunTelemetry.TryBegin(setup.Plan, Options, setup.Environment, runId, setup.Log, setup.Masker);
        bool isIsolated = IsolatedRun.IsNeeded(setup.Plan);
        IReadOnlyDictionary<string, string> environment = isIsolated ? GitProgram.Unbound(setup.Environment) : setup.Environment;
        handOver = new HandOver(
            setup.Plan, Options, environment, runId, new HandOverFiles(Options, setup.Masker), setup.Log.Report, telemetry?.Trace);
        if (WriteWatch.IsNeeded(setup.Plan, Options))
            writes = new WriteWatch(setup.Plan, Options, setup.Environment, setup.Log, setup.Time);
        jobserver = ChildJobs.For(Options, setup.Environment);
        processes = new ProcessRunner(threads, setup.Masker, watchdog, jobserver);
        reuse = new Reuse(
            setup.Plan, Options, handOver, hashes, new ToolVersions(handOver, processes, setup.Log, stop), setup.Earlier.Records,
                setup.Masker);
        isolation = isIsolated
            ? IsolationStart.TryBegin(setup.Plan, Options, runId, setup.Environment, processes, handOver, setup.Masker, setup.Log) : null;
        // What can not begin is no run.
        journal = isIsolated && isolation is null
            ? null : Journal.TryBegin(Options, runId, setup.Time.GetUtcNow(), reuse.Kept, setup.Log, setup.Masker);
        remote = Options is { Cache: CacheMode.Remote, RemoteCache: { } address }
            ? new RemoteCache(address, Options.RemoteCacheWrite, setup.Environment.GetValueOrDefault(RemoteCache.TokenVariable), setup.Log)
            : null;
        cache = Options.Cache is CacheMode.Local or CacheMode.Remote && Reuse.IsNeeded(setup.Plan, Options with { Resume = false })
            ? new OutputCache(Options, new CacheFolder(Options.CacheDirectory, Options.CacheSize), remote, setup.Log, stop)
            : null;
    }

    private RunOptions Options => setup.Options;

    /// <summary>Runs it. Never throws: what fails in us is in the result.</summary>
    /// <returns>Null where it can not begin; then the log says why, and nothing has run.</returns>
    public Task<RunResult>? TryStart()
    {
        if (journal is null)
            return null;
        if (jobserver is not null)
            ChildJobs.Check(setup.Plan, setup.Log);
        var projects = new ProjectRunner(setup.Projects);
        var runner = new WorkRunner(processes, projects, new AgentRunner(processes, handOver, setup.Prompts, setup.Time), Tests());
        var executor = new SubtaskExecutor(
            Options,
            threads,
            reuse,
            new SetCheck(setup.Plan, Options, reuse),
            cache is null ? null : new CachedOutputs(Options, cache, reuse),
            new AttemptRunner(Options, handOver, runner, setup.Time),
            projects,
            new ServiceRunner(Options, handOver, processes, threads, setup.Time),
            new ServiceUse(setup.Plan, reuse),
            handOver,
            isolation?.Run,
            journal,
            setup.Log,
            setup.Time);
        engine = new RunEngine(setup.Plan, Options, executor, Observers(journal), setup.Time, jobserver?.Pool)
        {
            TickInterval = Options.LogOutput == LogOutput.Live ? LiveOutput.Interval : TimeSpan.FromMilliseconds(500),
            StopReason = setup.StopReason,
            Writes = writes,
            CleanupLimit = setup.CleanupLimit,
            Ending = isolation is null ? null : result => isolation.End.End(result, stop),
        };
        return engine.RunAsync(stop);
    }

    /// <summary>What goes on after the run: uploads, the size of the cache, the last spans. Never throws.</summary>
    /// <returns>What has failed in us; null where nothing has.</returns>
    public RunFault? End()
    {
        return Ended("the cache", cache is null ? null : cache.End)
            ?? Ended("telemetry", telemetry is null ? null : () => telemetry.End(setup.TelemetryPatience));

        static RunFault? Ended(string what, Action? end)
        {
            try
            {
                end?.Invoke();
                return null;
            }
            catch (Exception e)
            {
                return new RunFault($"{what}, after the run", e);
            }
        }
    }

    public void Dispose()
    {
        engine?.Dispose();
        telemetry?.Dispose();
        remote?.Dispose();
        journal?.Dispose();
        jobserver?.Dispose();
        watchdog.Dispose();
        threads.Dispose();
    }

    private TestRunner Tests() => new(processes, Options, setup.Dotnet, new Shards(setup.Plan, Options), setup.Masker);

    /// <summary>In the order in which each is told. What others read of a change is written before it is announced.</summary>
    private List<IRunObserver> Observers(Journal begun)
    {
        List<IRunObserver> observers = [.. setup.FirstObservers];
        // What it has to say of an end comes before the end.
        if (writes is not null)
            observers.Add(writes);
        if (Options.LogOutput == LogOutput.Live)
            observers.Add(new LiveOutput(Options, setup.Log));
        if (SharedContexts.IsNeeded(setup.Plan))
            observers.Add(new SharedContexts(setup.Plan, Options, setup.Log, setup.Masker));
        if (!setup.Features.IsEmpty)
        {
            var writer = new TaskFolderWriter(setup.Features, setup.Log, setup.Masker);
            writer.ReleaseOrphans();
            observers.Add(writer);
        }
        if (ConvertedOutputs.IsNeeded(setup.Plan))
            observers.Add(new ConvertedOutputs(setup.Plan, Options, setup.Log));
        observers.Add(begun);
        observers.Add(new RunRecorder(setup.Plan, Options, setup.History, hashes, setup.Log, setup.Masker));
        if (TestReport.IsNeeded(setup.Plan))
            observers.Add(new TestReport(setup.Plan, Options, setup.Log, setup.Masker));
        if (telemetry is not null)
            observers.Add(telemetry);
        // Behind those that write what it names, and before the console: a block of a CI engine is closed when its end is told.
        CiCommands? ci = CiCommands.For(Options.Ci);
        if (ci is not null)
            observers.Add(new CiReport(setup.Plan, Options, ci, setup.Environment, setup.Log, setup.Masker));
        observers.Add(new ConsoleReport(setup.Plan, Options, setup.Log, ci) { Status = setup.Status });
        if (ReportWriter.IsNeeded(Options))
            observers.Add(new ReportWriter(Options, setup.Log, setup.Masker));
        return observers;
    }
}
