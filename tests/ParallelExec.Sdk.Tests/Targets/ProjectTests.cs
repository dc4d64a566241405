using Microsoft.Build.Utilities.ProjectCreation;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>Subtasks that build projects through the engine that runs the build.</summary>
public sealed class ProjectTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Projects_of_a_wave_are_built_side_by_side_and_commands_beside_them()
    {
        Library("one", TestChildProgram.Command("meet", folder.Path, "m", "3"));
        Library("two", TestChildProgram.Command("meet", folder.Path, "m", "3"));
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("one", project: "one.proj")
            .ParallelTask("two", project: "two.proj")
            .ParallelTask("command", TestChildProgram.Command("meet", folder.Path, "m", "3")))
            .RunAsync("RunParallelTasks", "-m:2");
        run.EnsureSucceeded();
    }

    [Fact]
    public async Task On_one_node_commands_run_beside_a_project()
    {
        Library("one", TestChildProgram.Command("meet", folder.Path, "m", "2"));
        (await TargetsProject.Create(folder, p => p
            .ParallelTask("one", project: "one.proj")
            .ParallelTask("command", TestChildProgram.Command("meet", folder.Path, "m", "2")))
            .RunAsync("RunParallelTasks", "-m:1", "-p:ParallelExecMaxParallelism=2")).EnsureSucceeded();
    }

    [Fact]
    public async Task A_project_that_two_subtasks_need_is_built_once()
    {
        string count = folder.Combine("count");
        Library("one", TestChildProgram.Command("append", count, "built"));
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("first", project: "one.proj")
            .ParallelTask("second", project: "one.proj")
            .ParallelTask("third", project: "one.proj", dependsOn: "first")
            .ParallelTask("other", project: "one.proj", properties: "Configuration=Release", dependsOn: "third"))
            .RunAsync();
        run.EnsureSucceeded();
        Assert.Equal(["built", "built"], folder.ReadLines("count"));
    }

    [Fact]
    public async Task A_project_gets_its_targets_and_properties_and_not_what_selects_subtasks()
    {
        ProjectCreator.Create(folder.Combine("one.proj"))
            .Target("A").Task("WriteLinesToFile", parameters: Lines("a.txt", "[$(Word)] [$(Given)] [$(ParallelExecOnly)]"))
            .Target("B").Task("WriteLinesToFile", parameters: Lines("b.txt", "b"))
            .Save();
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("one", project: "one.proj", targets: "A;B", properties: "Word=x%3By;Other=1"))
            .RunAsync("RunParallelTasks", "-p:ParallelExecOnly=one", "-p:Given=global");
        run.EnsureSucceeded();
        Assert.Equal("[x;y] [global] []", string.Join(';', folder.ReadLines("a.txt")));
        Assert.True(folder.Exists("b.txt"));
        Assert.False(folder.Exists("obj/parallelexec/rounds"));
    }

    [Fact]
    public async Task A_failed_project_tells_its_own_error_once_and_is_a_failed_subtask()
    {
        ProjectCreator.Create(folder.Combine("bad.proj")).Target("Build").Task("Error", parameters: new Dictionary<string, string?> { ["Code"] = "X1", ["Text"] = "broken" }).Save();
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("bad", project: "bad.proj")
            .ParallelTask("after", TestChildProgram.Command("exit", "0"), dependsOn: "bad"))
            .RunAsync();
        run.EnsureFailed();
        Assert.Equal("X1", Assert.Single(run.ErrorLines).Code);
        Assert.Equal(("Failed", "bad.proj failed", "Skipped"), (run.Status("bad"), run.Results["bad"]["Reason"], run.Status("after")));
        Assert.Contains("\"code\": \"PEX3008\"", folder.Read("obj/parallelexec/run.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_that_fails_once_is_built_again_with_retries()
    {
        ProjectCreator.Create(folder.Combine("flaky.proj"))
            .Target("Build").Task("Exec", parameters: new Dictionary<string, string?> { ["Command"] = TestChildProgram.Command("flaky", folder.Combine("count"), "1") }).Save();
        BuildRun run = await TargetsProject.Create(folder, p => p.ParallelTask("it", project: "flaky.proj", retries: 1)).RunAsync();
        Assert.Equal(("Succeeded", "2"), (run.Status("it"), run.Results["it"]["Attempts"]));
    }

    [Fact]
    public async Task A_subtask_that_leads_back_to_the_run_fails_with_the_engines_own_error()
    {
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("it", targets: "Round")
            .Target("Round", dependsOnTargets: "RunParallelTasks"))
            .RunAsync();
        Assert.Equal("MSB4006", Assert.Single(run.EnsureFailed().ErrorLines).Code);
    }

    [Fact]
    public async Task A_command_that_ends_while_a_project_builds_is_told_at_once()
    {
        Library("slow", TestChildProgram.Command("wait", folder.Path, "go"));
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("slow", project: "slow.proj")
            .ParallelTask("quick", TestChildProgram.Command("exit", "0")));
        using RunningDotNet running = await project.StartAsync("RunParallelTasks", "-m:2");
        await running.WaitForOutputAsync("quick succeeded");
        Assert.DoesNotContain("slow succeeded", running.Output, StringComparison.Ordinal);
        folder.Write("go", "");
        BuildRun run = (await running.ExitAsync()).EnsureSucceeded();
        Assert.Single(run.Lines, line => line.Contains("quick succeeded", StringComparison.Ordinal));
        Assert.Single(run.Lines, line => line.Contains("slow succeeded", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Build_restores_the_projects_that_subtasks_name_unless_told_not_to(bool restore)
    {
        folder.WallOff();
        folder.Write("lib/lib.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>");
        folder.Write("lib/a.cs", "public class A;");
        TargetsProject project = TargetsProject.Create(folder, p => p.ParallelTask("lib", project: "lib/lib.csproj"));
        await project.RunAsync("ValidateParallelTasks");
        BuildRun run = await new DotNet(folder).RunAsync(["build", project.Path, "-nologo", .. restore ? Array.Empty<string>() : ["--no-restore"]]);
        Assert.Equal(restore, run.Succeeded);
        Assert.Equal(restore, folder.Exists("lib/obj/project.assets.json"));
        Assert.Equal(restore, folder.Exists("lib/bin/Debug/net10.0/lib.dll"));
    }

    [Fact]
    public async Task A_solution_that_a_subtask_names_is_restored_and_built()
    {
        folder.WallOff();
        folder.Write("lib/lib.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>");
        folder.Write("all.slnx", """<Solution><Project Path="lib/lib.csproj" /></Solution>""");
        folder.Write("some.slnf", """{ "solution": { "path": "all.slnx", "projects": [ "lib/lib.csproj" ] } }""");
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("all", project: "all.slnx")
            .ParallelTask("some", project: "some.slnf", dependsOn: "all"));
        await project.RunAsync("ValidateParallelTasks");
        BuildRun run = (await new DotNet(folder).RunAsync("build", project.Path, "-nologo")).EnsureSucceeded();
        Assert.True(folder.Exists("lib/bin/Debug/net10.0/lib.dll"));
        Assert.Empty(run.WarningLines);
    }

    [Theory]
    [InlineData("-m:1")]
    [InlineData("-m:2")]
    public async Task A_failed_target_of_the_declaring_project_fails_the_build_only_where_it_counts(string nodes)
    {
        string count = folder.Combine("count");
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("forgiven", targets: "Bad", continueOnError: "true")
            .ParallelTask("again", targets: "Flaky", retries: 1)
            .ParallelTask("after", targets: "Good", dependsOn: "forgiven;again")
            .ParallelTask("fatal", targets: "Bad", dependsOn: "after", condition: "'$(Fatal)' == 'true'")
            .Target("Inner").Task("Error", parameters: new Dictionary<string, string?> { ["Code"] = "X1", ["Text"] = "broken" })
            .Target("Bad", dependsOnTargets: "Inner")
            .Target("Flaky").Task("Exec", parameters: new Dictionary<string, string?> { ["Command"] = TestChildProgram.Command("flaky", count, "1") })
            .Target("Good"));
        BuildRun run = (await project.RunAsync("RunParallelTasks", nodes)).EnsureSucceeded();
        Assert.Equal(("Failed", "Succeeded", "Succeeded"), (run.Status("forgiven"), run.Status("again"), run.Status("after")));
        Assert.Contains(run.WarningLines, line => line.Code == "PEX3008");

        folder.Write("count", "");
        run = (await project.RunAsync("RunParallelTasks", nodes, "-p:Fatal=true")).EnsureFailed();
        Assert.Equal(("Failed", "Failed"), (run.Status("forgiven"), run.Status("fatal")));
    }

    [Theory]
    [InlineData("-m:1")]
    [InlineData("-m:2")]
    public async Task A_subtask_that_is_the_run_itself_is_one_error_that_says_so(string nodes)
    {
        BuildRun run = await TargetsProject.Create(folder, p => p.ParallelTask("it", targets: "RunParallelTasks")).RunAsync("RunParallelTasks", nodes);
        Assert.Equal("PEX3003", Assert.Single(run.EnsureFailed().ErrorLines).Code);
        Assert.Contains("leads back to the run", run.Results["it"]["Reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_folder_of_the_run_is_removed_while_projects_build_and_nothing_is_lost()
    {
        Library("lib", TestChildProgram.Command("wait", folder.Path, "go"));
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("lib", project: "lib.proj")
            .ParallelTask("bad", project: "bad.proj")
            .ParallelTask("quick", TestChildProgram.Command("exit", "0")));
        ProjectCreator.Create(folder.Combine("bad.proj")).Target("Build").Task("Error", parameters: new Dictionary<string, string?> { ["Code"] = "X1", ["Text"] = "broken" }).Save();
        using RunningDotNet running = await project.StartAsync("RunParallelTasks", "-m:2", "-p:ParallelExecLogOutput=Live");
        await running.WaitForOutputAsync("quick succeeded");
        // Out of the way first: the run goes on writing there, and a folder that gets files can not be removed.
        Directory.Move(folder.Combine("obj/parallelexec"), folder.Combine("removed"));
        Directory.Delete(folder.Combine("removed"), recursive: true);
        folder.Write("go", "");
        BuildRun run = (await running.ExitAsync()).EnsureFailed();
        Assert.Contains("lib succeeded", run.Output, StringComparison.Ordinal);
        Assert.Contains("bad failed", run.Output, StringComparison.Ordinal);
        Assert.False(run.HasError("MSB4018"), run.ToString());
        Assert.False(run.HasError("PEX9001"), run.ToString());
        Assert.Single(run.Lines, line => line.Contains("quick succeeded", StringComparison.Ordinal));
    }

    /// <summary>A project whose default target runs a command.</summary>
    private void Library(string name, string command) => ProjectCreator.Create(folder.Combine($"{name}.proj"))
        .Target("Build").Task("Exec", parameters: new Dictionary<string, string?> { ["Command"] = command }).Save();

    private static Dictionary<string, string?> Lines(string file, string text) => new() { ["File"] = file, ["Lines"] = text, ["Overwrite"] = "true" };
}
