namespace ParallelExec.Model;

/// <summary>
/// Where an attempt works: a folder that stands in the place of the project's. Paths are resolved in it when the attempt begins, not when
/// they are parsed.
/// </summary>
/// <param name="ProjectDirectory">The folder that was declared in; absolute.</param>
/// <param name="Directory">The folder that is worked in; absolute. The same, where nothing is isolated.</param>
internal sealed record Workspace(string ProjectDirectory, string Directory)
{
    /// <summary>Where a path of the project is here; one that leads outside of the project stays what it is.</summary>
    public string PathOf(string path)
    {
        string relative = Path.GetRelativePath(ProjectDirectory, path);
        bool isOutside = Path.IsPathRooted(relative) || relative == ".."
            || relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return isOutside ? path : relative == "." ? Directory : Path.Combine(Directory, relative);
    }
}
