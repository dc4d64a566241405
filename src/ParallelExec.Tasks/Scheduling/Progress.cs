namespace ParallelExec.Scheduling;

/// <summary>How far a subtask is.</summary>
internal enum Progress
{
    Waiting,
    Ready,
    Running,

    /// <summary>A service that is ready: those after it go on as if it had ended, and it goes on until they have.</summary>
    Serving,
    Done,
}
