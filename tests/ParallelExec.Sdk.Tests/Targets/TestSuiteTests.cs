using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>What the engine has to do with test suites; how they run is tested with the hosts, and with samples/FeatureBuild.</summary>
public sealed class TestSuiteTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Test_projects_are_asked_by_the_engine_what_they_are_and_only_once()
    {
        foreach (string name in new[] { "a", "b" })
        {
            folder.Write($"tests/{name}/{name}.csproj", """
                <Project>
                  <Import Project="../common.props" />
                  <Target Name="Build" />
                </Project>
                """);
        }
        folder.Write("tests/common.props", """
            <Project>
              <PropertyGroup>
                <IsTestProject>true</IsTestProject>
                <TargetFrameworks Condition="'$(MSBuildProjectName)' == 'b'">net8.0;net10.0</TargetFrameworks>
                <TargetFramework Condition="'$(MSBuildProjectName)' == 'a'">net10.0</TargetFramework>
                <TargetPath>$(MSBuildProjectDirectory)/bin/$(TargetFramework)/$(MSBuildProjectName).dll</TargetPath>
              </PropertyGroup>
            </Project>
            """);
        TargetsProject project = TargetsProject.Create(folder, p => p.ItemInclude("ParallelTest", "tests/*/*.csproj"));

        string[] Kinds(BuildRun run) =>
            [.. run.EnsureSucceeded().Items("PlanParallelTasks").Select(item => $"{item.Key} {item.Value["Kind"]} {item.Value["Wave"]}").Order(StringComparer.Ordinal)];
        string[] expected = ["a Test 2", "a:build Project 1", "b Milestone 3", "b:build Project 1", "b:net10.0 Test 2", "b:net8.0 Test 2"];
        Assert.Equal(expected, Kinds(await project.RunAsync("PlanParallelTasks", "-getTargetResult:PlanParallelTasks")));
        string kept = folder.Read("obj/parallelexec/projects.json");
        Assert.Contains("common.props", kept, StringComparison.Ordinal);
        Assert.Equal(expected, Kinds(await project.RunAsync("PlanParallelTasks", "-getTargetResult:PlanParallelTasks")));
        Assert.Equal(kept, folder.Read("obj/parallelexec/projects.json"));
    }

    [Fact]
    public async Task A_project_without_tests_among_those_of_a_pattern_is_told_where_that_stands()
    {
        folder.Write("tests/lib/lib.csproj", "<Project />");
        BuildRun run = await TargetsProject.Create(folder, p => p.ItemInclude("ParallelTest", "tests/*/*.csproj")).RunAsync();
        DiagnosticLine error = Assert.Single(run.EnsureFailed().ErrorLines);
        Assert.Equal(("PEX1008", folder.Combine("build.proj")), (error.Code, error.File));
        Assert.Contains("tests/*/*.csproj", folder.ReadLines("build.proj")[error.Line - 1], StringComparison.Ordinal);
    }
}
