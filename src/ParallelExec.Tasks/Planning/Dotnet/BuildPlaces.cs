using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Planning.Dotnet;

/// <summary>Where a build writes: for each project of its closure, in each configuration.</summary>
internal sealed class BuildPlaces(ProjectClosure closure)
{
    public IEnumerable<BuildPlace> Of(BuildOrder order)
    {
        ImmutableArray<ProjectFacts> all = closure.Of(order.File, order.Properties);
        // The roots of a solution are built for all of their frameworks, and so are the one project's, where none is asked for.
        ImmutableArray<string> roots = SolutionProjects.Of(order.File);
        ImmutableArray<string> wanted = order.Framework.Length > 0 ? [order.Framework]
            : roots.Length == 1 && !all.IsEmpty ? Frameworks(all[0]) : [];
        foreach (ProjectFacts project in all)
        {
            bool isRoot = roots.Contains(project.File, StringComparer.Ordinal);
            if (!isRoot && (!order.WithReferences || (!order.Builds && !order.Restores)))
                continue;
            string name = Path.GetFileName(project.File), configuration = project["Configuration"];
            string restored = $"{In(project, "MSBuildProjectExtensionsPath")}|{configuration}|{order.Framework}";
            if (project["MSBuildProjectExtensionsPath"].Length > 0 && (order.Restores || order.Builds))
                yield return new BuildPlace("restore|" + restored, name, order.Restores);
            if (project["IntermediateOutputPath"].Length == 0 || (!order.Builds && order.Restores))
                continue;
            foreach (string framework in Built(project, wanted, isRoot))
            {
                string place = $"{project.File}|{In(project, "IntermediateOutputPath")}|{framework}";
                if (order.Builds)
                    yield return new BuildPlace(place, name, Writes: true);
                if (order.MakesOutput)
                    yield return new BuildPlace("output|" + place, name, order.Builds);
            }
        }
    }

    private static ImmutableArray<string> Frameworks(ProjectFacts project) =>
        project["TargetFramework"] is { Length: > 0 } one ? [one] : Values.List(project["TargetFrameworks"]);

    /// <summary>A reference is built for the same framework, where it has that; else nobody here knows for which.</summary>
    private static IEnumerable<string> Built(ProjectFacts project, ImmutableArray<string> wanted, bool isRoot)
    {
        ImmutableArray<string> has = Frameworks(project);
        // One that has only one writes to one place, whoever asks.
        if (has.Length < 2)
            return [""];
        string[] same = [.. has.Where(framework => wanted.Contains(framework, StringComparer.OrdinalIgnoreCase))];
        return same.Length > 0 && (isRoot || same.Length == wanted.Length) ? same : has;
    }

    private static string In(ProjectFacts project, string property) =>
        Path.GetFullPath(Values.NativePath(project[property]), Path.GetDirectoryName(project.File)!);
}

/// <param name="Key">The same for whoever writes there.</param>
/// <param name="Project">As people call it: <c>Lib.csproj</c>.</param>
/// <param name="Writes">False: what is there is only read.</param>
internal sealed record BuildPlace(string Key, string Project, bool Writes);
