using Microsoft.Build.Framework;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace ParallelExec.Tasks;

/// <summary>Hands the run's log to the engine while the task that runs it waits for projects. Inside dirs.proj; not for users.</summary>
[MSBuildMultiThreadableTask]
public sealed class ShowParallelTaskLog : MSBuildTask, ICancelableTask
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private readonly TaskCompletionSource cancelled = new();

    /// <summary>The folder of the round that is built.</summary>
    [Required]
    public string Round { get; set; } = "";

    /// <inheritdoc />
    public void Cancel() => cancelled.TrySetResult();

    /// <inheritdoc />
    public override bool Execute()
    {
        // In another process there is nothing to hand over: the lines then wait for the end of the round.
        if (BuildEngine4.GetRegisteredTaskObject(EngineThread.LogKey(Round), RegisteredTaskObjectLifetime.Build) is not EngineLog log)
            return true;
        BuildEngine3.Yield();
        try
        {
            while (ProjectMarker.AnyRunning(Round) && !cancelled.Task.Wait(Interval))
                log.DrainTo(BuildEngine);
        }
        finally
        {
            BuildEngine3.Reacquire();
        }
        return true;
    }
}
