namespace ParallelExec.Files;

/// <summary>Where paths lead when every link on their way is followed; what was looked up is remembered.</summary>
internal sealed class RealPaths
{
    /// <summary>Links that lead in a circle end somewhere in it.</summary>
    private const int MostLinks = 40;

    private readonly Dictionary<string, string> known = new(StringComparer.Ordinal);

    /// <param name="path">Absolute; what stands behind the last part that is there is kept as it is.</param>
    public string Of(string path) => Of(Path.TrimEndingDirectorySeparator(path), links: 0);

    /// <summary>As the paths are written: links are not looked at.</summary>
    public static bool IsInside(string folder, string path)
    {
        StringComparison comparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        string start = Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar;
        return path.StartsWith(start, comparison)
            || Path.TrimEndingDirectorySeparator(path).Equals(Path.TrimEndingDirectorySeparator(folder), comparison);
    }

    private string Of(string path, int links)
    {
        if (known.TryGetValue(path, out string? real))
            return real;
        if (Path.GetDirectoryName(path) is not { } parent)
            return path;
        string folder = Of(parent, links);
        string place = Path.Combine(folder, Path.GetFileName(path));
        real = links < MostLinks && LinkTarget(place) is { } target
            ? Of(Path.TrimEndingDirectorySeparator(Path.GetFullPath(target, folder)), links + 1)
            : place;
        return known[path] = real;
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return Directory.Exists(path) ? new DirectoryInfo(path).LinkTarget : new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
