using Microsoft.Build.Framework;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace ParallelExec.Tasks;

/// <summary>
/// Serves the run for as long as one text stands in the line that the terminal logger has for this node. Inside Running.proj; not for
/// users.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class ShowParallelTaskStatus : MSBuildTask, ICancelableTask
{
    private volatile bool cancelled;

    /// <summary>Under which name the run is to be found in this process.</summary>
    [Required]
    public string Run { get; set; } = "";

    /// <inheritdoc />
    public void Cancel() => cancelled = true;

    /// <inheritdoc />
    public override bool Execute()
    {
        // Another node may have got this, which is another process: then the run shows no more texts.
        if (BuildEngine is IBuildEngine9 engine && engine.GetRegisteredTaskObject(Run, RegisteredTaskObjectLifetime.Build) is LiveLine line)
            line.ServeFrom(engine, () => cancelled);
        return true;
    }
}
