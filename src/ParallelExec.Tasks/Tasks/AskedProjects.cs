using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.State;

namespace ParallelExec.Tasks;

/// <summary>
/// Projects that are asked what they are: by what they said before, or by evaluating them. Nothing is read before the first is asked.
/// </summary>
/// <param name="engine">Where the engine lies: another one has other files of its own.</param>
internal sealed class AskedProjects(RunOptions options, string engine, IReadOnlyDictionary<string, string> environment)
    : IProjectReader, IDisposable
{
    private ProjectCache? cache;
    private ProjectReader? reader;

    public ProjectFacts? Read(string projectFile, IReadOnlyDictionary<string, string> globalProperties, out string problem)
    {
        cache ??= new ProjectCache(options.Directory, Context(), () => reader = new ProjectReader(Properties, ProjectQuestions.Properties));
        return cache.Read(projectFile, globalProperties, out problem);
    }

    /// <summary>Keeps what they have said for the next run, once the folder is known to be ours.</summary>
    public void Keep() => cache?.Save();

    public void Dispose() => reader?.Dispose();

    // As they are built: see BuildParallelTaskProject.
    private ImmutableArray<KeyValuePair<string, string>> Properties =>
        [.. options.GlobalProperties.Where(property => !property.Key.Equals("TargetFramework", StringComparison.OrdinalIgnoreCase))];

    private string Context() => string.Join(
        '\n',
        Properties.OrderBy(property => property.Key, StringComparer.OrdinalIgnoreCase)
            .Select(property => $"{property.Key}={property.Value}").Prepend(engine)
            .Concat(ProjectQuestions.Variables.Where(environment.ContainsKey).Select(name => $"{name}={environment[name]}")));
}
