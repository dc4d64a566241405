using System.Text.Json;
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
        if (work.Platform == TestPlatform.TestingPlatform && XunitCommand.IsFor(work))
        {
            return "Coverage is asked for, and xunit.v3 run by its own command line collects none: let the SDK's test platform run it, "
                + $"with Microsoft.NET.Test.Sdk, xunit.runner.visualstudio and coverlet.collector referenced in '{work.ProjectFile}'";
        }
        string[] packages = work.Platform == TestPlatform.VSTest
            ? ["coverlet.collector"]
            : ["coverlet.MTP", "Microsoft.Testing.Extensions.CodeCoverage"];
        return packages.Any(package => TestingPlatformCommand.HasExtension(work, package))
            ? null
            : $"Coverage is asked for, and nothing in it collects any: add <PackageReference Include=\"{packages[0]}\" /> to "
                + $"'{work.ProjectFile}'";
    }

    /// <summary>The collector stays in its package: what was restored says where that is.</summary>
    /// <returns>Null where it is not found; then it may lie beside the assembly.</returns>
    public static string? CollectorFolder(TestWork work)
    {
        try
        {
            string assets = Path.Combine(Path.GetDirectoryName(work.ProjectFile)!, "obj", "project.assets.json");
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(assets));
            string[] roots = [.. json.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];
            JsonElement package = json.RootElement.GetProperty("libraries").EnumerateObject()
                .FirstOrDefault(library => library.Name.StartsWith("coverlet.collector/", StringComparison.OrdinalIgnoreCase)).Value;
            if (package.ValueKind != JsonValueKind.Object)
                return null;
            string path = package.GetProperty("path").GetString()!;
            string[] folders = [.. package.GetProperty("files").EnumerateArray().Select(file => file.GetString()!)
                .Where(file => file.EndsWith("/coverlet.collector.dll", StringComparison.Ordinal))
                    .Select(file => Path.GetDirectoryName(file)!)];
            // That of the suite's framework, or the newest.
            string? own = Array.Find(folders, folder => Path.GetFileName(folder) == work.Framework)
                ?? folders.Order(StringComparer.Ordinal).LastOrDefault();
            return own is null ? null : roots.Select(root => Path.Combine(root, path, own)).FirstOrDefault(Directory.Exists);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException)
        {
            return null;
        }
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
