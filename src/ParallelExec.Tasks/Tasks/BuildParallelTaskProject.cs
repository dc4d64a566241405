using System.Collections;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Build.Framework;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace ParallelExec.Tasks;

/// <summary>Builds one project of a subtask on whatever node it was given to. Inside ParallelTasks.proj; not for users.</summary>
[MSBuildMultiThreadableTask]
public sealed class BuildParallelTaskProject : MSBuildTask
{
    /// <summary>What to build.</summary>
    [Required]
    public string Request { get; set; } = "";

    /// <summary>How it went.</summary>
    [Output]
    public string Answer { get; private set; } = "";

    /// <inheritdoc />
    public override bool Execute()
    {
        ProjectOrder order = ProjectOrder.FromProperty(Request);
        DateTimeOffset startedAt = DateTimeOffset.UtcNow;
        long started = Stopwatch.GetTimestamp();
        bool succeeded = false;
        string refused = "";
        try
        {
            succeeded = Build(order);
        }
        catch (Exception e)
        {
            // Whatever the engine says to it: the run has to hear of it, and tells it where the subtask is declared.
            refused = Refusal(e);
        }
        var answer = new ProjectAnswer(succeeded, startedAt, Stopwatch.GetElapsedTime(started)) { Refused = refused };
        ProjectRound.TellEnd(order, answer);
        Answer = answer.ToText();
        // The project has logged its own errors.
        return true;
    }

    private bool Build(ProjectOrder order)
    {
        var properties = new Hashtable();
        foreach ((string name, string value) in order.Properties)
            properties[name] = value;
        // The engine builds what it has built before only once; another attempt is another configuration.
        if (order.Attempt > 1)
            properties["ParallelExecAttempt"] = order.Attempt.ToString(CultureInfo.InvariantCulture);
        // Other projects must not see what concerns this one; the declaring project must be the one that runs.
        string[] notForIt = order.IsDeclaringProject
            ? ["_ParallelExecRequest"]
            : ["_ParallelExecRequest", "ParallelExecOnly", "ParallelExecSkip", "TargetFramework"];
        return BuildEngine3.BuildProjectFilesInParallel(
            [order.ProjectFile], order.Targets, [properties], [notForIt], new string[1], returnTargetOutputs: false).Result;
    }

    internal static string Refusal(Exception e)
    {
        Exception cause = e is AggregateException { InnerException: { } inner } ? inner : e;
        // The engine's type is not public.
        return cause.GetType().Name == "CircularDependencyException"
            ? "it leads back to the run that builds it. Name Targets that neither are nor depend on RunParallelTasks of the project that "
                + "declares it"
            : $"the engine does not build it: {cause.Message}";
    }
}
