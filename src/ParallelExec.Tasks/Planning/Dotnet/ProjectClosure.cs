using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Planning.Dotnet;

/// <summary>Projects with all that they reference, directly or not.</summary>
internal sealed class ProjectClosure(IProjectReader reader)
{
    private readonly Dictionary<string, ImmutableArray<ProjectFacts>> known = new(StringComparer.Ordinal);

    /// <returns>A project without what it references; null where it can not be read.</returns>
    public ProjectFacts? Alone(string file) =>
        File.Exists(file) ? reader.Read(file, ImmutableSortedDictionary<string, string>.Empty, out _) : null;

    /// <param name="file">A project or a solution; absolute.</param>
    /// <returns>Itself first. Projects that can not be read are missing: whoever builds them tells that.</returns>
    public ImmutableArray<ProjectFacts> Of(string file, ImmutableSortedDictionary<string, string> properties)
    {
        string key = string.Join('\n', properties.Select(property => $"{property.Key}={property.Value}").Prepend(file));
        if (!known.TryGetValue(key, out ImmutableArray<ProjectFacts> closure))
            known[key] = closure = Read(file, properties);
        return closure;
    }

    private ImmutableArray<ProjectFacts> Read(string file, ImmutableSortedDictionary<string, string> properties)
    {
        // What is asked for one project is not handed on to what it references.
        ImmutableSortedDictionary<string, string> handedOn = properties.Remove("RuntimeIdentifier");
        ImmutableArray<string> roots = SolutionProjects.Of(file);
        var seen = new HashSet<string>(roots, StringComparer.Ordinal);
        var open = new Queue<string>(roots);
        var closure = ImmutableArray.CreateBuilder<ProjectFacts>();
        while (open.TryDequeue(out string? next))
        {
            bool isRoot = closure.Count == 0 && roots.Length == 1;
            if (!File.Exists(next) || reader.Read(next, isRoot ? properties : handedOn, out _) is not { } project)
                continue;
            closure.Add(project);
            foreach (string reference in project.ProjectReferences.Where(seen.Add))
                open.Enqueue(reference);
        }
        return closure.ToImmutable();
    }
}
