using ParallelExec.Execution.Processes;
using ParallelExec.Files;

namespace ParallelExec.Execution.Git;

/// <summary>Which files git is told to ignore: what nobody wants to keep, nobody has to declare.</summary>
internal static class GitIgnored
{
    /// <summary>A command line has room for so many paths.</summary>
    private const int AtOnce = 100;

    /// <summary>More are not asked for: that many are told by their number anyway.</summary>
    private const int Most = 1000;

    /// <param name="files">Absolute, below <paramref name="folder"/>.</param>
    /// <returns>None where there is no git, or no repository.</returns>
    public static IReadOnlySet<string> Of(
        IReadOnlyCollection<string> files, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var ignored = new HashSet<string>(StringComparer.Ordinal);
        if (files.Count == 0 || ExecutableFinder.Find("git", folder, environment) is not { } git)
            return ignored;
        foreach (string[] some in files.Take(Most).Select(file => Path.GetRelativePath(folder, file)).Chunk(AtOnce))
        {
            // What is in the repository is not ignored, whatever patterns say. 1 = none of them, 128 = there is no repository.
            // Names with quotes or line breaks come in quotes, and are told: it ends them by NUL only where it reads them so.
            ProgramOutput output = SystemProcess.Run(
                git, ["-c", "core.quotePath=false", "check-ignore", "--", .. some], folder, environment);
            if (output.ExitCode is not (0 or 1))
                break;
            ignored.UnionWith(output.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(path => Path.GetFullPath(path, folder)));
        }
        return ignored;
    }
}
