using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.TestResults;

namespace ParallelExec.Execution.Testing;

/// <summary>Coverage comes from what a project references; here its files are put into one folder.</summary>
internal static class TestCoverage
{
    /// <returns>Null where it can be had; otherwise what is missing, and what to add.</returns>
    public static string? WhyNot(TestWork work)
    {
        string[] packages = work.Platform == TestPlatform.VSTest
            ? ["coverlet.collector"]
            : ["coverlet.MTP", "Microsoft.Testing.Extensions.CodeCoverage"];
        return packages.Any(package => TestingPlatformCommand.HasExtension(work, package))
            ? null
            : $"Coverage is asked for, and nothing in it collects any: add <PackageReference Include=\"{packages[0]}\" /> to '{work.ProjectFile}'";
    }

    /// <summary>Keeps the Cobertura files of one part under its name.</summary>
    public static void Collect(RunOptions options, string subtaskId, string folder, bool isWanted)
    {
        if (!isWanted || !Directory.Exists(folder))
            return;
        string to = TestFiles.CoverageFolder(options);
        Directory.CreateDirectory(to);
        string[] files = [.. Directory.EnumerateFiles(folder, "*cobertura*.xml", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}In{Path.DirectorySeparatorChar}",
                StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        for (int number = 0; number < files.Length; number++)
            File.Move(files[number], Path.Combine(to,
                $"{LogFiles.SafeName(subtaskId)}{(number == 0 ? "" : $".{number + 1}")}.cobertura.xml"), overwrite: true);
    }
}
