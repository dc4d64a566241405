namespace ParallelExec.Files;

/// <summary>Files that can be read to their end. A pipe is a file too, and who opens one waits for its writer, perhaps for ever.</summary>
internal static class RegularFile
{
    // Only on Linux is the type told: elsewhere a pipe passes for a file, because the framework has no question for it.
    public static bool Exists(string path) => !path.Contains('\0', StringComparison.Ordinal) && FileIdentity.Of(path) is not null;
}
