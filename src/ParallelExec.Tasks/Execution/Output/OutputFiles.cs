using Microsoft.Extensions.FileSystemGlobbing;
using Microsoft.Extensions.FileSystemGlobbing.Abstractions;
using ParallelExec.Model;

namespace ParallelExec.Execution.Output;

/// <summary>Whether declared outputs are there.</summary>
internal static class OutputFiles
{
    public static bool Exists(PathPattern output) => output.IsGlob ? AnyMatch(output) : Path.Exists(output.Absolute);

    // Apart, so that the globbing library is loaded only where a glob is declared.
    private static bool AnyMatch(PathPattern output)
    {
        (string folder, string pattern) = output.SplitGlob();
        return Directory.Exists(folder)
            && new Matcher().AddInclude(pattern).Execute(new DirectoryInfoWrapper(new DirectoryInfo(folder))).HasMatches;
    }
}
