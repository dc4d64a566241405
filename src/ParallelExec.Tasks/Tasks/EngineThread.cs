using System.Collections;
using Microsoft.Build.Framework;
using ParallelExec.Execution.Runners;

namespace ParallelExec.Tasks;

/// <summary>
/// The thread that the engine gave to the task. The run itself goes on elsewhere; here its log is handed to the engine and its projects
/// are built. While projects build, the engine takes nothing from this thread: see docs/architecture.md for who logs then.
/// </summary>
internal sealed class EngineThread : IProjectBuilder, IDisposable
{
    /// <summary>How often finished projects are looked for while others of their request still build.</summary>
    private static readonly TimeSpan MarkerInterval = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan BatchInterval = TimeSpan.FromMilliseconds(10);

    private readonly IBuildEngine9 engine;
    private readonly EngineLog log;
    private readonly string directory;
    private readonly int nodeCount;
    private readonly AutoResetEvent logAdded = new(false);
    private readonly AutoResetEvent called = new(false);
    private int grantedCores;
    private int rounds;
    private Round? next;
    private bool abandoned;

    public EngineThread(IBuildEngine9 engine, EngineLog log, string directory, int nodeCount)
    {
        this.engine = engine;
        this.log = log;
        this.directory = directory;
        this.nodeCount = nodeCount;
        log.Added = () => logAdded.Set();
    }

    /// <summary>Folder of the SDK's own projects.</summary>
    public required string SdkDirectory { get; init; }

    /// <summary>Serves the run until it has ended. Only the engine's own thread may call it.</summary>
    public void Serve(Task run, int wantedCores)
    {
        run.ContinueWith(_ => called.Set(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        RequestCores(wantedCores);
        engine.Yield();
        try
        {
            while (!run.IsCompleted)
            {
                // Lines are handed over in small batches: nobody sees the difference, and many short subtasks cost few wake-ups.
                if (WaitHandle.WaitAny([called, logAdded]) == 1)
                    called.WaitOne(BatchInterval);
                log.DrainTo(engine);
                if (Interlocked.Exchange(ref next, null) is { } round)
                    Build(round);
            }
        }
        finally
        {
            Reacquire();
            log.DrainTo(engine);
        }
    }

    /// <summary>This thread serves no more: who waits for projects is told so, now and later.</summary>
    public void Abandon()
    {
        Volatile.Write(ref abandoned, true);
        Refuse();
    }

    public void Dispose()
    {
        log.Added = () => { };
        logAdded.Dispose();
        called.Dispose();
    }

    public Task BuildAsync(IReadOnlyList<ProjectRequest> round)
    {
        var ordered = new Round(round, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        next = ordered;
        called.Set();
        if (Volatile.Read(ref abandoned))
            Refuse();
        return ordered.Built.Task;
    }

    private void Refuse() =>
        Interlocked.Exchange(ref next, null)?.Built.SetException(new InvalidOperationException("the thread that builds projects has failed"));

    private void Build(Round round)
    {
        try
        {
            // In this order: building while yielded, or while holding cores, breaks the engine.
            Reacquire();
            log.DrainTo(engine);
            BuildOnEngine(round.Requests);
            log.DrainTo(engine);
            round.Built.SetResult();
        }
        catch (Exception e)
        {
            round.Built.SetException(e);
        }
        engine.Yield();
    }

    private void BuildOnEngine(IReadOnlyList<ProjectRequest> requests)
    {
        string folder = Path.Combine(directory, "rounds", $"{++rounds}");
        Directory.CreateDirectory(folder);
        List<(ProjectRequest Request, string Marker)> pending = [];
        foreach (ProjectRequest request in requests)
        {
            string marker = Path.Combine(folder, $"{pending.Count + 1}");
            ProjectMarker.Write(marker, request);
            pending.Add((request, marker));
        }

        List<Hashtable> properties = [.. pending.Select(entry => new Hashtable { ["_ParallelExecRequest"] = entry.Marker })];
        if (nodeCount > 1)
        {
            // While this thread waits, a node shows our log. It comes first: the projects can take a while.
            log.ForwardTo(folder);
            properties.Insert(0, new Hashtable { ["_ParallelExecRound"] = folder });
        }
        try
        {
            using var looking = new Timer(_ => CompleteEnded(pending), null, MarkerInterval, MarkerInterval);
            engine.BuildProjectFilesInParallel(
                [.. properties.Select(_ => Path.Combine(SdkDirectory, "ParallelTasks.proj"))],
                ["_ParallelExecRun"],
                [.. properties],
                [.. properties.Select(_ => Array.Empty<string>())],
                new string[properties.Count],
                returnTargetOutputs: false);
        }
        finally
        {
            log.StopForwarding(folder);
        }
        CompleteEnded(pending);
        foreach ((ProjectRequest request, _) in pending)
            request.Ended.TrySetResult(new ProjectOutcome(Succeeded: false, StartedAt: null));
    }

    private static void CompleteEnded(List<(ProjectRequest Request, string Marker)> pending)
    {
        foreach ((ProjectRequest request, string marker) in pending)
        {
            if (!request.Ended.Task.IsCompleted && ProjectMarker.Outcome(marker) is { } outcome)
                request.Ended.TrySetResult(outcome);
        }
    }

    private void RequestCores(int wanted)
    {
        try
        {
            grantedCores = wanted > 0 ? engine.RequestCores(wanted) : 0;
        }
        catch (NotImplementedException)
        {
            // A task host that has no such service: then there is no budget to share.
        }
    }

    private void Reacquire()
    {
        engine.Reacquire();
        if (grantedCores > 0)
            engine.ReleaseCores(grantedCores);
        grantedCores = 0;
    }

    private sealed record Round(IReadOnlyList<ProjectRequest> Requests, TaskCompletionSource Built);
}
