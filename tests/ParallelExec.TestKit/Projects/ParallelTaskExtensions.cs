using Microsoft.Build.Utilities.ProjectCreation;

namespace ParallelExec.TestKit;

/// <summary>The SDK's own items. Values are written as an author writes them: MSBuild expands them (see <see cref="MSBuildText.Escape"/>).</summary>
public static class ParallelTaskExtensions
{
    /// <summary>Everything that has no parameter of its own goes into <paramref name="metadata"/>.</summary>
    public static ProjectCreator ParallelTask(this ProjectCreator creator, string id,
        string? command = null, string? dependsOn = null,
        string? tool = null, string? arguments = null,
        string? project = null, string? targets = null, string? properties = null,
        bool? parallel = null, string? group = null, string? title = null,
        string? timeout = null, int? retries = null, string? continueOnError = null,
        double? cores = null, string? pools = null, string? estimatedDuration = null, bool? always = null,
        string? inputs = null, string? outputs = null, string? environment = null, string? workingDirectory = null,
        string? condition = null, IDictionary<string, string?>? metadata = null)
    {
        Dictionary<string, string?> all = new()
        {
            ["Command"] = command,
            ["Tool"] = tool,
            ["Arguments"] = arguments,
            ["Project"] = project,
            ["Targets"] = targets,
            ["Properties"] = properties,
            ["DependsOn"] = dependsOn,
            ["Parallel"] = Text(parallel),
            ["Group"] = group,
            ["Title"] = title,
            ["Timeout"] = timeout,
            ["Retries"] = Text(retries),
            ["ContinueOnError"] = continueOnError,
            ["Cores"] = Text(cores),
            ["Pools"] = pools,
            ["EstimatedDuration"] = estimatedDuration,
            ["Always"] = Text(always),
            ["Inputs"] = inputs,
            ["Outputs"] = outputs,
            ["Environment"] = environment,
            ["WorkingDirectory"] = workingDirectory,
        };
        foreach ((string name, string? value) in metadata ?? new Dictionary<string, string?>())
            all[name] = value;
        return creator.ItemInclude("ParallelTask", id, metadata: all, condition: condition);
    }

    public static ProjectCreator ParallelPool(this ProjectCreator creator, string name, int capacity) =>
        creator.ItemInclude("ParallelPool", name, metadata: new Dictionary<string, string?> { ["Capacity"] = Text(capacity) });

    private static string? Text(IFormattable? value) => value?.ToString(null, System.Globalization.CultureInfo.InvariantCulture);

    private static string? Text(bool? value) => value switch { null => null, true => "true", false => "false" };
}
