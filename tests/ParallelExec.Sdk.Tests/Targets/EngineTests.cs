using Microsoft.Build.Utilities.ProjectCreation;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>The same declaration gives the same result however the engine is asked to build.</summary>
public sealed class EngineTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("-m:1")]
    [InlineData("-m:4")]
    [InlineData("-mt -m:2")]
    [InlineData("-graph -m:2")]
    [InlineData("-m:2 -nr:true")]
    public async Task Commands_projects_and_targets_run_in_each_mode_of_the_engine(string arguments)
    {
        folder.WallOff();
        ProjectCreator.Create(folder.Combine("lib.proj")).Target("Build").Task("Message", parameters: new Dictionary<string, string?> { ["Text"] = "lib built", ["Importance"] = "high" }).Save();
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("command", TestChildProgram.Command("exit", "0"))
            .ParallelTask("lib", project: "lib.proj")
            .ParallelTask("own", targets: "Own", dependsOn: "lib")
            .ParallelTask("after", TestChildProgram.Command("exit", "0"), dependsOn: "own;command")
            .Target("Own"));
        // Twice: with node reuse the second one meets the nodes of the first.
        for (int i = 0; i < 2; i++)
        {
            BuildRun run = (await project.RunAsync("RunParallelTasks", arguments.Split(' '))).EnsureSucceeded();
            Assert.Equal(["Succeeded", "Succeeded", "Succeeded", "Succeeded"], run.Results.Values.Select(result => result["Status"]));
            Assert.Single(run.Lines, line => line.Contains("lib built", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Several_projects_with_subtasks_run_side_by_side_in_one_build()
    {
        foreach (string name in new[] { "a", "b", "c" })
        {
            TargetsProject.Create(folder, p => p
                .Property("ParallelExecDirectory", $"obj/{name}/")
                .ParallelTask(name, TestChildProgram.Command("meet", folder.Path, "m", "3"))
                .ParallelTask("lib", project: "lib.proj"), $"{name}.proj");
        }
        ProjectCreator.Create(folder.Combine("lib.proj")).Target("Build").Task("Exec", parameters: new Dictionary<string, string?> { ["Command"] = TestChildProgram.Command("append", folder.Combine("count"), "x") }).Save();
        TargetsProject all = TargetsProject.Create(folder, p => p
            .Target("All").Task("MSBuild", parameters: new Dictionary<string, string?> { ["Projects"] = "a.proj;b.proj;c.proj", ["Targets"] = "RunParallelTasks", ["BuildInParallel"] = "true" }), "all.proj");
        (await all.RunAsync("All", "-m:3")).EnsureSucceeded();
        Assert.Single(folder.ReadLines("count"));
    }

    [Fact]
    public async Task A_run_within_a_subtask_of_another_run_works()
    {
        TargetsProject.Create(folder, p => p
            .Property("ParallelExecDirectory", "obj/inner/")
            .ParallelTask("lib", project: "lib.proj")
            .ParallelTask("inner", TestChildProgram.Command("signal", folder.Path, "inner"), dependsOn: "lib"), "inner.proj");
        ProjectCreator.Create(folder.Combine("lib.proj")).Target("Build").Save();
        TargetsProject outer = TargetsProject.Create(folder, p => p
            .ParallelTask("outer", project: "inner.proj", targets: "RunParallelTasks")
            .ParallelTask("beside", TestChildProgram.Command("exit", "0")));
        (await outer.RunAsync("RunParallelTasks", "-m:2")).EnsureSucceeded();
        (await outer.RunAsync("RunParallelTasks", "-m:1")).EnsureSucceeded();
        Assert.True(folder.Exists("inner"));
    }

    [Fact]
    public async Task A_solution_builds_a_standalone_project_in_it()
    {
        folder.WallOff();
        SdkPackage package = await SdkPackage.GetAsync();
        DotNet dotnet = package.Consume(folder);
        folder.Write("build.proj", $"""<Project Sdk="{package.SdkReference}"><ItemGroup><ParallelTask Include="a" Command="{TestChildProgram.Command("signal", folder.Path, "ran")}" /></ItemGroup></Project>""");
        folder.Write("all.slnx", """<Solution><Project Path="build.proj" Type="C#" /></Solution>""");
        (await dotnet.RunAsync("build", "all.slnx", "-nologo")).EnsureSucceeded();
        Assert.True(folder.Exists("ran"));
    }

    [Fact]
    public async Task A_ladder_of_a_thousand_layers_runs_in_order()
    {
        BuildRun run = await TargetsProject.Create(folder, p =>
        {
            for (int i = 0; i < 1000; i++)
                p.ParallelTask($"a{i}", dependsOn: i == 0 ? null : $"a{i - 1};b{i - 1}").ParallelTask($"b{i}", dependsOn: i == 0 ? null : $"a{i - 1};b{i - 1}");
        }).RunAsync();
        run.EnsureSucceeded();
        Assert.Equal((2000, "1000"), (run.Results.Count, run.Results["b999"]["Wave"]));
    }
}
