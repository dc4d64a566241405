using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Planning.Dotnet;

/// <summary>Projects of a test, each in a folder of its name, which say what .NET's own SDK would have them say.</summary>
internal sealed class ReferencingProjects(TestFolder folder) : IProjectReader
{
    private readonly Dictionary<string, (string[] References, string Frameworks)> projects = [];

    private readonly Dictionary<string, string> linked = [];

    /// <summary>How many projects were read.</summary>
    public int Read { get; private set; }

    /// <param name="name">A project <c>NAME/NAME.csproj</c>.</param>
    public ReferencingProjects Add(string name, string references = "", string frameworks = "net10.0")
    {
        string file = folder.Write($"{name}/{name}.csproj", "<Project />");
        projects[file] = ([.. references.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(File)], frameworks);
        return this;
    }

    /// <summary>A project takes files from a folder beside it.</summary>
    public void Link(string name, string from) => linked[File(name)] = folder.Combine(from);

    public string File(string name) => folder.Combine(name, $"{name}.csproj");

    ProjectFacts? IProjectReader.Read(string projectFile, IReadOnlyDictionary<string, string> globalProperties, out string problem)
    {
        Read++;
        problem = "there is no such project";
        if (!projects.TryGetValue(projectFile, out (string[] References, string Frameworks) project))
            return null;
        problem = "";
        string name = Path.GetFileNameWithoutExtension(projectFile);
        string configuration = globalProperties.GetValueOrDefault("Configuration", "Debug");
        bool isSingle = !project.Frameworks.Contains(';', StringComparison.Ordinal);
        string obj = globalProperties.GetValueOrDefault("ArtifactsPath") is { } artifacts ? $"{artifacts}/obj/{name}/" : "obj/";
        var properties = new Dictionary<string, string>
        {
            ["Configuration"] = configuration,
            ["MSBuildProjectExtensionsPath"] = obj,
            ["IntermediateOutputPath"] = $"{obj}{configuration}/{(isSingle ? project.Frameworks + "/" : "")}",
            [isSingle ? "TargetFramework" : "TargetFrameworks"] = project.Frameworks,
        };
        return new ProjectFacts(
            projectFile,
            properties.ToImmutableSortedDictionary(StringComparer.OrdinalIgnoreCase),
            [.. project.References],
            [],
            [projectFile, folder.Combine("Directory.Build.props")])
        { LinkedFolders = linked.TryGetValue(projectFile, out string? from) ? [from] : [] };
    }
}
