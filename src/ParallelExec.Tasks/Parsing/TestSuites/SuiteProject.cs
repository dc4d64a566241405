using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Parsing.TestSuites;

/// <summary>What a test project says of its suite.</summary>
/// <param name="Targets">One for each target framework, in the project's order.</param>
/// <param name="HasSeveral">It is declared for several frameworks: parts are named after them.</param>
/// <param name="Packages">Those that it references itself.</param>
internal sealed record SuiteProject(ImmutableArray<SuiteTarget> Targets, bool HasSeveral, ImmutableArray<string> Packages)
{
    /// <summary>Asks the project.</summary>
    /// <param name="programs">Those that can be run both ways are run as programs.</param>
    /// <returns>Null where it is no test project, or can not be read; then <paramref name="problem"/> says why.</returns>
    public static SuiteProject? Read(
        IProjectReader reader, string file, ImmutableArray<KeyValuePair<string, string>> properties, bool programs,
        out string problem)
    {
        ImmutableDictionary<string, string> global = ImmutableDictionary<string, string>.Empty
            .WithComparers(StringComparer.OrdinalIgnoreCase).SetItems(properties);
        if (reader.Read(file, global, out problem) is not { } project)
        {
            problem = $"can not be read: {problem}";
            return null;
        }
        // As the SDK decides it: one framework wins over several.
        ImmutableArray<string> frameworks = project["TargetFramework"].Length > 0 ? [] : Values.List(project["TargetFrameworks"]);
        var targets = ImmutableArray.CreateBuilder<SuiteTarget>();
        if (frameworks.IsEmpty && Target(project, programs, out problem) is { } only)
            targets.Add(only);
        foreach (string framework in frameworks)
        {
            if (reader.Read(file, global.SetItem("TargetFramework", framework), out problem) is not { } inner)
            {
                problem = $"can not be read for {framework}: {problem}";
                return null;
            }
            project = inner;
            if (Target(inner, programs, out problem) is { } target)
                targets.Add(target);
        }
        return targets.Count == 0 ? null : new SuiteProject(targets.ToImmutable(), frameworks.Length > 1, project.PackageReferences);
    }

    private static SuiteTarget? Target(ProjectFacts project, bool programs, out string problem)
    {
        problem = "";
        if (PlatformOf(project, programs) is not { } platform)
        {
            problem = IsRestored(project)
                ? "is no test project: it says neither IsTestProject nor IsTestingPlatformApplication. "
                    + "Reference the package of a test framework in it, or take it out with Exclude or Remove."
                : "does not say that it is a test project, and is not restored, so that packages can not say it. "
                    + "`dotnet build` restores it (without --no-restore); or run `dotnet restore` first.";
            return null;
        }
        if (project["TargetPath"] is not { Length: > 0 } path)
        {
            problem = "does not say where it is built (TargetPath is empty). Is it a project of the .NET SDK?";
            return null;
        }
        string assembly = Path.GetFullPath(Values.NativePath(path), Path.GetDirectoryName(project.File)!);
        return new SuiteTarget(project["TargetFramework"], assembly, platform);
    }

    /// <summary>Who can run it both ways is run as <c>dotnet test</c> runs it, so that filters and arguments are the same.</summary>
    private static TestPlatform? PlatformOf(ProjectFacts project, bool programs)
    {
        bool isProgram = Says(project, "IsTestingPlatformApplication");
        bool wantsProgram = (isProgram && programs) || Says(project, "TestingPlatformDotnetTestSupport")
            || Says(project, "UseMicrosoftTestingPlatformRunner")
            || Says(project, "EnableMSTestRunner") || Says(project, "EnableNUnitRunner");
        bool hasVSTest = References(project, "Microsoft.NET.Test.Sdk");
        if (isProgram && (wantsProgram || !hasVSTest))
            return TestPlatform.TestingPlatform;
        if (Says(project, "IsTestProject"))
            return TestPlatform.VSTest;
        // What packages would say is not there yet: enough for a plan, and before anything runs it has been restored.
        if (IsRestored(project))
            return null;
        if (wantsProgram || References(project, "TUnit") || References(project, "xunit.v3") || Says(project, "UsingMSTestSdk"))
            return hasVSTest && !wantsProgram ? TestPlatform.VSTest : TestPlatform.TestingPlatform;
        return hasVSTest || References(project, "MSTest") ? TestPlatform.VSTest : null;
    }

    private static bool IsRestored(ProjectFacts project) => project["ProjectAssetsFile"] is not { Length: > 0 } assets
        || File.Exists(Path.GetFullPath(Values.NativePath(assets), Path.GetDirectoryName(project.File)!));

    private static bool Says(ProjectFacts project, string property) => Values.Boolean(project[property]) == true;

    private static bool References(ProjectFacts project, string package) =>
        project.PackageReferences.Contains(package, StringComparer.OrdinalIgnoreCase);
}

/// <param name="Framework">As <c>TargetFramework</c> has it.</param>
/// <param name="Assembly">What is built; absolute.</param>
internal sealed record SuiteTarget(string Framework, string Assembly, TestPlatform Platform);
