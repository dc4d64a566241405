using System.Collections;
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
    private const string Target = "_ParallelExecRun";

    private static readonly TimeSpan BatchInterval = TimeSpan.FromMilliseconds(10);

    private readonly IBuildEngine9 engine;
    private readonly EngineLog log;
    private readonly string directory;
    private readonly int nodeCount;
    private readonly AutoResetEvent logAdded = new(false);
    private readonly AutoResetEvent called = new(false);

    /// <summary>
    /// Targets that have failed and were forgiven: whoever asks for one by a request of its own is told that all is well.
    /// </summary>
    private readonly HashSet<string> forgiven = new(StringComparer.OrdinalIgnoreCase);
    private readonly EngineCores cores = new();
    private int rounds;
    private Round? next;
    private bool abandoned;
    private bool yielded;
    private int wantedCores;
    private Task run = Task.CompletedTask;

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
    public void ShowLive() => Live = new LiveLine(engine, SdkDirectory, nodeCount, ServeFrom);

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

    /// <summary>As <see cref="Serve"/>, from a task of another project of this node, until there is something that only this one can do.</summary>
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
            ILookup<bool, ProjectRequest> requests = round.Requests.ToLookup(IsCalled);
            BuildOnEngine([.. requests[false]]);
            log.DrainTo(engine);
            foreach (ProjectRequest request in requests[true])
            {
                Call(request);
                log.DrainTo(engine);
            }
            round.Built.SetResult();
        }
        catch (Exception e)
        {
            round.Built.SetException(e);
        }
        Yield();
    }

    /// <summary>
    /// A target of the declaring project fails that project's build when another request has built it and it failed, whatever comes of
    /// it. The engine forgives only a target that a task of the project itself has called, with ContinueOnError on the task.
    /// </summary>
    private bool IsCalled(ProjectRequest request) =>
        request is { Attempt: 1, Project: { IsDeclaringProject: true, Properties.IsEmpty: true } project }
            && (request.MayFail || project.Targets.Any(forgiven.Contains));

    private void Call(ProjectRequest request)
    {
        DateTimeOffset startedAt = DateTimeOffset.UtcNow;
        long started = Stopwatch.GetTimestamp();
        bool succeeded = false;
        string refused = "";
        try
        {
            // No project: that is how CallTarget says it. Without outputs the engine fails at it.
            succeeded = engine.BuildProjectFilesInParallel(
                [null], [.. request.Project.Targets], [null], [null], [null], returnTargetOutputs: true).Result;
        }
        catch (Exception e)
        {
            refused = BuildParallelTaskProject.Refusal(e);
        }
        if (!succeeded)
            forgiven.UnionWith(request.Project.Targets);
        var answer = new ProjectAnswer(succeeded, startedAt, Stopwatch.GetElapsedTime(started)) { Refused = refused };
        request.Ended.TrySetResult(answer.Outcome);
    }

    private void BuildOnEngine(List<ProjectRequest> requests)
    {
        if (requests.Count == 0)
            return;
        string folder = Path.Combine(directory, "rounds", $"{++rounds}");
        using ProjectRound round = ProjectRound.Begin(folder, requests);
        List<Hashtable> properties =
            [.. requests.Select(
                (request, i) => new Hashtable { ["_ParallelExecRequest"] = ProjectOrder.For(folder, i, request).ToProperty() })];
        // While this thread waits, a node shows our log. It comes first: the projects can take a while.
        bool forwards = nodeCount > 1 && round.IsOpen && log.TryForwardTo(folder);
        if (forwards)
            properties.Insert(0, new Hashtable { ["_ParallelExecRound"] = ProjectOrder.Encode(folder) });
        List<string?> answers = [];
        try
        {
            answers = Ask(properties);
        }
        finally
        {
            log.StopForwarding(forwards ? ShowParallelTaskLog.ShownIn(folder, answers.Count > 0 ? answers[0] : null) : 0);
        }
        round.End([.. answers.Skip(forwards ? 1 : 0).Select(answer => answer is null ? null : ProjectAnswer.FromText(answer))]);
    }

    /// <returns>What each request answered; null where it did not come to that.</returns>
    private List<string?> Ask(List<Hashtable> properties)
    {
        BuildEngineResult result = engine.BuildProjectFilesInParallel(
            [.. properties.Select(_ => Path.Combine(SdkDirectory, "ParallelTasks.proj"))],
            [Target],
            [.. properties],
            [.. properties.Select(_ => Array.Empty<string>())],
            new string[properties.Count],
            returnTargetOutputs: true);
        return [.. (result.TargetOutputsPerProject ?? []).Select(outputs =>
            outputs.TryGetValue(Target, out ITaskItem[]? items) && items.Length > 0 ? items[0].ItemSpec : null)];
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
