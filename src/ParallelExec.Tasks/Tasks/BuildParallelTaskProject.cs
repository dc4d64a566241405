using System.Collections;
using System.Text.Json;
using Microsoft.Build.Framework;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace ParallelExec.Tasks;

/// <summary>Builds one project of a subtask on whatever node it was given to. Inside ParallelTasks.proj; not for users.</summary>
[MSBuildMultiThreadableTask]
public sealed class BuildParallelTaskProject : MSBuildTask
{
    /// <summary>The request file; its folder is the round.</summary>
    [Required]
    public string Request { get; set; } = "";

    /// <inheritdoc />
    public override bool Execute()
    {
        bool succeeded = false;
        try
        {
            ProjectMarker.Start(Request);
            succeeded = Build();
        }
        finally
        {
            ProjectMarker.End(Request, succeeded);
        }
        // The outcome is in the marker; the project has logged its own errors.
        return true;
    }

    private bool Build()
    {
        using JsonDocument request = ProjectMarker.Read(Request);
        JsonElement root = request.RootElement;
        var properties = new Hashtable();
        foreach (JsonProperty property in root.GetProperty("properties").EnumerateObject())
            properties[property.Name] = property.Value.GetString();
        // The engine builds what it has built before only once; another attempt is another configuration.
        if (root.GetProperty("attempt").GetInt32() is > 1 and int attempt)
            properties["ParallelExecAttempt"] = attempt.ToString(System.Globalization.CultureInfo.InvariantCulture);
        // Other projects must not see what concerns this one; the declaring project must be the one that runs.
        string[] notForIt = root.GetProperty("isDeclaringProject").GetBoolean()
            ? ["_ParallelExecRequest"]
            : ["_ParallelExecRequest", "ParallelExecOnly", "ParallelExecSkip", "TargetFramework"];
        return BuildEngine3.BuildProjectFilesInParallel(
            [root.GetProperty("project").GetString()!],
            [.. root.GetProperty("targets").EnumerateArray().Select(target => target.GetString()!)],
            [properties],
            [notForIt],
            new string[1],
            returnTargetOutputs: false).Result;
    }
}
