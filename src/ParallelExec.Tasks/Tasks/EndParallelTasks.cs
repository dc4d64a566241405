using Microsoft.Build.Framework;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace ParallelExec.Tasks;

/// <summary>
/// Fails the target where the run has failed. <see cref="RunParallelTasks"/> can not do it itself: with ContinueOnError the engine
/// forgives the targets that it calls, but does not fail when it fails. Not for users.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class EndParallelTasks : MSBuildTask
{
    /// <summary>Empty where the run did not come to an end.</summary>
    public string Succeeded { get; set; } = "";

    /// <inheritdoc />
    public override bool Execute()
    {
        // What failed has been told.
        if (BuildEngine is IBuildEngine7 engine)
            engine.AllowFailureWithoutError = true;
        return Succeeded == "true";
    }
}
