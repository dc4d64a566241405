using System.Diagnostics;
using Microsoft.Build.Framework;
using ParallelExec.Execution.Runners;

namespace ParallelExec.Tasks;

/// <summary>
/// The thread that the engine gave to the task. The run itself goes on elsewhere; here its log is handed to the engine and its projects
/// are built. While projects build, the engine takes nothing from this thread: see docs/architecture.md for who logs then.
/// </summary>
internal sealed class EngineThread : IProjectBuilder, IDisposable
{
    private static readonly TimeSpan BatchInterval = TimeSpan.FromMilliseconds(10);

    private readonly IBuildEngine9 engine;
    private readonly EngineLog log;
    private readonly string sdkDirectory;
    private readonly int nodeCount;
    private readonly AutoResetEvent logAdded = new(false);
    private readonly AutoResetEvent called = new(false);
    private readonly EngineProjects projects;
    private readonly EngineCores cores = new();
    private Round? next;
    private bool abandoned;
    private bool yielded;
    private int wantedCores;
    private Task run = Task.CompletedTask;

    /// <param name="sdkDirectory">Folder of the SDK's own projects.</param>
    public EngineThread(IBuildEngine9 engine, EngineLog log, string directory, string sdkDirectory, int nodeCount)
    {
        this.engine = engine;
        this.log = log;
        this.sdkDirectory = sdkDirectory;
        this.nodeCount = nodeCount;
        projects = new EngineProjects(engine, log, directory, sdkDirectory, nodeCount);
        log.Added = () => logAdded.Set();
    }

    /// <summary>What the terminal logger shows of the run while it goes on; null = nobody looks.</summary>
    public LiveLine? Live { get; private set; }

    /// <summary>From any thread: whether commands compute, so that cores of the engine are to be held.</summary>
    public void Need(bool cores)
    {
        this.cores.IsNeeded = cores;
        called.Set();
    }

    /// <summary>From any thread: what the line of this node is to say.</summary>
    public void Say(string line)
    {
        Live?.Say(line);
        called.Set();
    }

    /// <summary>The terminal logger is to show how far the run is.</summary>
    public void ShowLive() => Live = new LiveLine(engine, sdkDirectory, nodeCount, ServeFrom);

    /// <summary>Serves the run until it has ended. Only the engine's own thread may call it.</summary>
    /// <param name="served">The run.</param>
    /// <param name="cores">As many as can be used at once: what is held is kept from other projects.</param>
    public void Serve(Task served, int cores)
    {
        (run, wantedCores) = (served, cores);
        run.ContinueWith(_ => called.Set(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        Yield();
        try
        {
            while (!run.IsCompleted)
            {
                Wait();
                log.DrainTo(engine);
                if (Interlocked.Exchange(ref next, null) is { } round)
                    Build(round);
                else if (Live is { IsDue: true })
                    ShowStatus(Live);
                this.cores.Adjust(engine, wantedCores);
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

    // Lines are handed over in small batches: nobody sees the difference, and many short subtasks cost few wake-ups.
    private void Wait()
    {
        if (WaitHandle.WaitAny([called, logAdded]) == 1)
            called.WaitOne(BatchInterval);
    }

    private void ShowStatus(LiveLine live)
    {
        long since = Stopwatch.GetTimestamp();
        Reacquire();
        live.Show(since);
        Yield();
        // Whoever called meanwhile has been heard by nobody.
        called.Set();
    }

    /// <summary>As <see cref="Serve"/>, from a task of another project, until there is something that only this one can do.</summary>
    private void ServeFrom(IBuildEngine9 guest, Func<bool> isOver)
    {
        guest.Yield();
        try
        {
            while (!run.IsCompleted && Volatile.Read(ref next) is null && !isOver() && log.DrainMessagesTo(guest))
            {
                cores.Adjust(guest, wantedCores);
                Wait();
            }
        }
        finally
        {
            Reacquire(guest);
        }
    }

    private void Refuse() =>
        Interlocked.Exchange(ref next, null)?.Built.SetException(
            new InvalidOperationException("the thread that builds projects has failed"));

    private void Build(Round round)
    {
        try
        {
            // In this order: building while yielded, or while holding cores, breaks the engine.
            Reacquire();
            log.DrainTo(engine);
            projects.Build(round.Requests);
            round.Built.SetResult();
        }
        catch (Exception e)
        {
            round.Built.SetException(e);
        }
        Yield();
    }

    private void Yield()
    {
        engine.Yield();
        yielded = true;
    }

    private void Reacquire()
    {
        if (!yielded)
            return;
        yielded = false;
        Reacquire(engine);
    }

    private void Reacquire(IBuildEngine9 task)
    {
        try
        {
            task.Reacquire();
        }
        catch (Exception e) when (EngineCores.IsAbort(e))
        {
            // The build was cancelled, and so is the run: it comes to its end without the engine.
        }
        cores.Release();
    }

    private sealed record Round(IReadOnlyList<ProjectRequest> Requests, TaskCompletionSource Built);
}
