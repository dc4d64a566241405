using System.IO.Enumeration;
using ParallelExec.Model;

namespace ParallelExec.Fingerprints;

/// <summary>
/// The files on disk that a declaration stands for. It follows no link to a folder, and takes what can not be read, or goes meanwhile, as
/// not there.
/// </summary>
internal static class FileWalk
{
    // A hidden file is a file like others; what is a folder that can not be read says nothing.
    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    /// <summary>Absolute paths, as they are found: in no order that means anything.</summary>
    /// <param name="everywhere">Wildcards enter what they leave out otherwise.</param>
    public static IEnumerable<string> Files(PathPattern declared, bool everywhere = false)
    {
        string root = declared.IsGlob ? declared.Folder : declared.FullPath;
        var open = new Stack<(string Folder, PatternPlaces? Places, PatternPlaces[] Except)>();
        PatternPlaces[] excepted = [.. declared.Except.Select(excluded => PlacesIn(excluded, root))];
        if (excepted.Any(places => places.IsAtEnd))
            yield break;
        open.Push((root, declared.IsGlob ? PlacesIn(declared, root) : null, excepted));
        while (open.TryPop(out (string Folder, PatternPlaces? Places, PatternPlaces[] Except) at))
        {
            foreach ((string name, bool isFolder) in Entries(at.Folder, at.Places))
            {
                PatternPlaces[] except = at.Except.Length == 0 ? [] : [.. at.Except.Select(places => places.Enter(name, everywhere: true))];
                if (except.Any(places => places.IsAtEnd))
                    continue;
                string path = Path.Join(at.Folder, name);
                if (!isFolder)
                    yield return path;
                else if (at.Places is not { } places)
                    open.Push((path, null, except));
                else if (places.Enter(name, everywhere) is { IsNowhere: false } next)
                    open.Push((path, next, except));
            }
        }
    }

    /// <summary>All folders in it, and those of its files that match.</summary>
    private static List<(string Name, bool IsFolder)> Entries(string folder, PatternPlaces? places)
    {
        var found = new List<(string Name, bool IsFolder)>();
        try
        {
            found.AddRange(new FileSystemEnumerable<(string, bool)>(
                folder, (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory), All)
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) => entry.IsDirectory
                    ? (entry.Attributes & FileAttributes.ReparsePoint) == 0
                    : places is null || places.Value.Accepts(entry.FileName),
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has gone, or its path is longer than the system can open.
        }
        return found;
    }

    private static PatternPlaces PlacesIn(PathPattern pattern, string folder)
    {
        PatternPlaces places = PatternPlaces.Beginning(pattern);
        foreach (PatternSegment name in PathPattern.Names(folder))
        {
            if (!places.IsAtEnd)
                places = places.Enter(name.Text, everywhere: true);
        }
        return places;
    }
}
