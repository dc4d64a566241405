using System.Collections.Immutable;
using Microsoft.Build.Evaluation;
using Microsoft.Build.Exceptions;
using Microsoft.Build.Execution;
using ParallelExec.Model;

namespace ParallelExec.Tasks;

/// <summary>
/// Evaluates projects in this process with the engine's own library, which every host of tasks has loaded: what costs a tenth of a second
/// here would cost a whole process elsewhere. What they import is read once for all of them.
/// </summary>
/// <param name="buildProperties">The global properties of this build that projects are built with.</param>
internal sealed class ProjectReader(IEnumerable<KeyValuePair<string, string>> buildProperties, ImmutableArray<string> properties)
    : IProjectReader, IDisposable
{
    private static readonly string[] TypesOfFiles = ["Compile", "EmbeddedResource", "Content", "None", "AdditionalFiles"];

    private readonly ProjectCollection collection = new();

    public ProjectFacts? Read(string projectFile, IReadOnlyDictionary<string, string> globalProperties, out string problem)
    {
        var global = new Dictionary<string, string>(buildProperties, StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string value) in globalProperties)
            global[name] = value;
        try
        {
            var project = new ProjectInstance(projectFile, global, toolsVersion: null, collection);
            problem = "";
            return new ProjectFacts(
                projectFile,
                properties.ToImmutableSortedDictionary(name => name, project.GetPropertyValue, StringComparer.OrdinalIgnoreCase),
                [.. project.GetItems("ProjectReference")
                    .Select(item => Path.GetFullPath(item.EvaluatedInclude.Replace('\\', '/'), project.Directory))],
                [.. project.GetItems("PackageReference").Select(item => item.EvaluatedInclude)],
                [.. project.ImportPaths.Append(projectFile).Distinct(StringComparer.Ordinal)])
            { LinkedFolders = LinkedFolders(project) };
        }
        catch (Exception e) when (e is InvalidProjectFileException or IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return null;
        }
    }

    private static ImmutableArray<string> LinkedFolders(ProjectInstance project) =>
    [
        .. TypesOfFiles.SelectMany(project.GetItems).Select(item => item.EvaluatedInclude.Replace('\\', '/'))
            .Where(path => path.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(path))
            .Select(path => Path.GetDirectoryName(Path.GetFullPath(path, project.Directory))!).Distinct(StringComparer.Ordinal)
            .Where(folder => !(folder + Path.DirectorySeparatorChar).StartsWith(
                project.Directory + Path.DirectorySeparatorChar, StringComparison.Ordinal)),
    ];

    public void Dispose() => collection.Dispose();
}
