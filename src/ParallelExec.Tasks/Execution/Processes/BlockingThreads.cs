namespace ParallelExec.Execution.Processes;

/// <summary>
/// Threads that wait for children, as many as run at once: blocking costs less than the events of <see cref="System.Diagnostics.Process"/>,
/// and the thread pool, which other tasks of the build share, keeps its threads. What a thread queues at the end of its own work it does
/// next itself: between two short commands no other thread has to wake up.
/// </summary>
internal sealed class BlockingThreads : TaskScheduler, IDisposable
{
    // A plain monitor: the collections of the framework spin before they block, and take the processor from the children.
    private readonly Queue<Task> queue = new();
    private readonly ThreadLocal<Worker?> current = new();
    private int idle;
    private int workers;
    private bool ended;

    /// <summary>True on one of these threads: it may block here.</summary>
    public bool IsCurrent => Current == this;

    /// <summary>Runs it here, up to the first thing that it awaits and that has not ended yet.</summary>
    public void Run(Func<Task> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, this);

    public Task<T> Run<T>(Func<T> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, this);

    public void Dispose()
    {
        lock (queue)
        {
            ended = true;
            Monitor.PulseAll(queue);
        }
    }

    protected override void QueueTask(Task task)
    {
        if (current.Value is { Next: null } worker)
        {
            worker.Next = task;
            return;
        }
        lock (queue)
        {
            queue.Enqueue(task);
            if (queue.Count <= idle)
            {
                Monitor.Pulse(queue);
                return;
            }
        }
        StartWorker();
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    // Only a debugger asks.
    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private void StartWorker()
    {
        try
        {
            new Thread(TakeTasks) { IsBackground = true, Name = "ParallelExec child" }.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // The system gives no more threads: one that is there takes it when it has ended what it does. With none at all there is no
            // way.
            lock (queue)
            {
                if (workers == 0)
                    throw;
            }
        }
    }

    // What a task throws is the task's: TryExecuteTask catches it.
    private void TakeTasks()
    {
        var worker = new Worker();
        current.Value = worker;
        lock (queue)
            workers++;
        while (Take(worker) is { } task)
            TryExecuteTask(task);
    }

    private Task? Take(Worker worker)
    {
        if (worker.Next is { } own)
        {
            worker.Next = null;
            return own;
        }
        lock (queue)
        {
            idle++;
            while (queue.Count == 0 && !ended)
                Monitor.Wait(queue);
            idle--;
            return queue.TryDequeue(out Task? task) ? task : null;
        }
    }

    private sealed class Worker
    {
        public Task? Next { get; set; }
    }
}
