using System.Text.RegularExpressions;

namespace ParallelExec.Files;

/// <summary>Files that are written whole or not at all.</summary>
internal static partial class WholeFile
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
            TryDelete(temporary);
            throw;
        }
    }

    /// <returns>The name of the file that was to be written; null where <paramref name="name"/> is not the first name of one.</returns>
    public static string? FinalName(string name) => Temporary().Match(name) is { Success: true } match ? match.Groups["name"].Value : null;

    // What was wrong is what has to be told, not that nothing could be tidied after it.
    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was not even made, or its folder is gone.
        }
    }

    [GeneratedRegex(@"^(?<name>.+)\.[0-9]+-[0-9]+\.tmp$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Temporary();
}
