using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Planning;

/// <summary>Finds the first change that a declared path, or a project, is concerned by.</summary>
internal sealed class ChangeSearch
{
    /// <summary>Files above a project that say something of it, whether or not it imports them: that one is gone is a change.</summary>
    private static readonly IReadOnlySet<string> OfAllBelow = Names.Set(
        "Directory.Build.props", "Directory.Build.targets", "Directory.Build.rsp", "Directory.Packages.props", "global.json",
        "nuget.config", ".editorconfig", ".globalconfig");

    private static readonly StringComparer Paths =
        PatternSegment.Comparison == StringComparison.Ordinal ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    private readonly string projectDirectory;
    private readonly string[] files;
    private readonly HashSet<string> changed;

    /// <summary>Folders in which something has changed, also deep below.</summary>
    private readonly HashSet<string> folders = new(Paths);

    /// <summary>Changes that stand for all that is in them.</summary>
    private readonly string[] whole;
    private readonly Dictionary<string, string?> ofProjects = new(Paths);

    public ChangeSearch(ChangedFiles changes, RunOptions options)
    {
        projectDirectory = options.ProjectDirectory;
        // Our own files are none of a user's.
        files = [.. changes.Files.Where(file => !IsBelow(file, options.Directory))];
        changed = new HashSet<string>(files, Paths);
        whole = [.. files.Where(Directory.Exists)];
        foreach (string file in files)
        {
            for (string? above = Path.GetDirectoryName(file); above is not null && folders.Add(above); above = Path.GetDirectoryName(above))
            {
            }
        }
    }

    public bool IsChanged(string file) => changed.Contains(file) || Array.Exists(whole, folder => IsBelow(file, folder));

    public string? First(PathPattern pattern)
    {
        if (pattern.IsGlob)
            return Array.Find(files, pattern.Includes) ?? Array.Find(whole, folder => IsBelow(pattern.Folder, folder));
        string path = pattern.FullPath;
        return IsChanged(path) ? path : folders.Contains(path) ? Array.Find(files, pattern.Includes) : null;
    }

    /// <summary>What lies below its folder, what it imports or takes from elsewhere, and what says something of all below it.</summary>
    public string? First(ProjectFacts project)
    {
        string key = project.File + '\n' + project["IntermediateOutputPath"];
        if (!ofProjects.TryGetValue(key, out string? found))
            ofProjects[key] = found = Find(project);
        return found;
    }

    public string Shown(string file) => Path.GetRelativePath(projectDirectory, file).Replace('\\', '/');

    private string? Find(ProjectFacts project)
    {
        string folder = Path.GetDirectoryName(project.File)!;
        string[] built =
        [
            .. new[] { "obj", "bin", project["MSBuildProjectExtensionsPath"], project["OutputPath"] }.Where(path => path.Length > 0)
                .Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(Values.NativePath(path), folder)))
                .Where(path => path.Length > folder.Length && IsBelow(path, folder)),
        ];
        var imports = new HashSet<string>(project.Imports, Paths);
        return Array.Find(files, file =>
            (IsBelow(file, folder) && !built.Any(output => IsBelow(file, output)))
            || imports.Contains(file)
            || project.LinkedFolders.Any(linked => IsBelow(file, linked))
            || (OfAllBelow.Contains(Path.GetFileName(file)) && IsBelow(folder, Path.GetDirectoryName(file)!)))
            ?? Array.Find(whole, all => IsBelow(folder, all));
    }

    private static bool IsBelow(string path, string folder)
    {
        string above = Path.TrimEndingDirectorySeparator(folder);
        return path.StartsWith(above, PatternSegment.Comparison)
            && (path.Length == above.Length || path[above.Length] == Path.DirectorySeparatorChar
                || above.EndsWith(Path.DirectorySeparatorChar));
    }
}
