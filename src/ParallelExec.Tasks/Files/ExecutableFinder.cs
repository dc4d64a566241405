using System.Text;
using ParallelExec.Model;

namespace ParallelExec.Files;

/// <summary>Finds a program as a shell would, so that a missing one is told before anything is started.</summary>
internal static class ExecutableFinder
{
    private static readonly string[] WindowsEndings = [".exe", ".com", ".cmd", ".bat"];

    /// <param name="workingDirectory">What a name with a slash in it is relative to.</param>
    public static string? Find(string program, string workingDirectory, IReadOnlyDictionary<string, string> environment) =>
        Find(program, workingDirectory, environment, Platform.Current);

    public static string? Find(string program, string workingDirectory, IReadOnlyDictionary<string, string> environment, Platform platform)
    {
        if (program.Length == 0 || program.Contains('\0', StringComparison.Ordinal))
            return null;
        if (program.Contains('/', StringComparison.Ordinal) || (platform.IsWindows && program.Contains('\\', StringComparison.Ordinal)))
            return Candidates(Path.GetFullPath(program, workingDirectory), platform).FirstOrDefault(path => IsExecutable(path, platform));
        return Folders(environment.GetValueOrDefault("PATH", ""), platform)
            .SelectMany(folder => Candidates(Path.Combine(Path.GetFullPath(folder, workingDirectory), program), platform))
            .FirstOrDefault(path => IsExecutable(path, platform));
    }

    // On Unix an empty entry is the working directory; on Windows it is nothing, and one with a `;` in it stands in quotes.
    private static IEnumerable<string> Folders(string path, Platform platform)
    {
        if (path.Length == 0)
            return [];
        return platform.IsWindows
            ? SplitOutsideQuotes(path, platform.PathSeparator).Select(folder => folder.Trim()).Where(folder => folder.Length > 0)
            : path.Split(platform.PathSeparator).Select(folder => folder.Length == 0 ? "." : folder);
    }

    private static IEnumerable<string> SplitOutsideQuotes(string path, char separator)
    {
        var entry = new StringBuilder();
        bool isQuoted = false;
        foreach (char c in path)
        {
            if (c == '"')
                isQuoted = !isQuoted;
            else if (c != separator || isQuoted)
                entry.Append(c);
            else
            {
                yield return entry.ToString();
                entry.Clear();
            }
        }
        yield return entry.ToString();
    }

    private static IEnumerable<string> Candidates(string path, Platform platform) =>
        platform.IsWindows && !WindowsEndings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase)
            ? WindowsEndings.Select(ending => path + ending)
            : [path];

    private static bool IsExecutable(string path, Platform platform) =>
        File.Exists(path) && (platform.IsWindows || OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
