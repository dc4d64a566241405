namespace ParallelExec.Files;

/// <summary>Folders of ours in places that others can reach: one may have become a link to what is not ours.</summary>
internal static class PlainFolder
{
    public static bool IsLink(string directory) => new DirectoryInfo(directory).LinkTarget is not null;

    /// <summary>Removes it with all that is in it; of a link only the link.</summary>
    public static void Remove(string directory)
    {
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: !IsLink(directory));
    }

    public static void RemoveIfEmpty(string directory)
    {
        if (Directory.Exists(directory) && !IsLink(directory) && !Directory.EnumerateFileSystemEntries(directory).Any())
            Directory.Delete(directory);
    }
}
