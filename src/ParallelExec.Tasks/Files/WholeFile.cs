namespace ParallelExec.Files;

/// <summary>Files that are written whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>A file of somebody else's: it keeps its rights.</summary>
    public static void WriteOver(string path, Action<Stream> write) => Write(path, write, keepRights: true);

    /// <summary>Under another name first, then renamed.</summary>
    public static void Write(string path, Action<Stream> write) => Write(path, write, keepRights: false);

    private static void Write(string path, Action<Stream> write, bool keepRights)
    {
        string temporary = $"{path}.{Environment.ProcessId}-{Environment.CurrentManagedThreadId}.tmp";
        try
        {
            using (FileStream stream = File.Create(temporary))
                write(stream);
            if (keepRights && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(temporary, File.GetUnixFileMode(path));
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
