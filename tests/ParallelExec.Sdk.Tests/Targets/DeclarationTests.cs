using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>Every mistake is told with its code, its file and line, all at once; and nothing runs.</summary>
public sealed class DeclarationTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("PEX1001", "a b", "Command", "x", "a b")]
    [InlineData("PEX1002", "FINE", "Command", "x", "FINE")]
    [InlineData("PEX1003", "it", "Tool", "y", "it")]
    [InlineData("PEX1004", "it", "Timeout", "soon", "Timeout")]
    [InlineData("PEX1004", "it", "Memory", "1", "Memory")]
    [InlineData("PEX1006", "it", "Launcher", "slurm", "Launcher")]
    [InlineData("PEX2001", "it", "DependsOn", "fien", "DependsOn")]
    [InlineData("PEX2002", "it", "DependsOn", "it", "DependsOn")]
    [InlineData("PEX2003", "it", "Outputs", "out/deep", "Outputs")]
    [InlineData("PEX2004", "it", "Pools", "db", "Pools")]
    public async Task A_mistake_stops_the_run_before_it_begins(string code, string id, string metadata, string value, string onTheLine)
    {
        BuildRun run = await Project(id, metadata, value).RunAsync();
        run.EnsureFailed();
        DiagnosticLine error = Assert.Single(run.ErrorLines);
        Assert.Equal((code, folder.Combine("build.proj")), (error.Code, error.File));
        Assert.Contains(onTheLine, folder.ReadLines("build.proj")[error.Line - 1], StringComparison.Ordinal);
        Assert.False(folder.Exists("ran"));
    }

    [Theory]
    [InlineData("PEX1005", "Time_out", "5s")]
    [InlineData("PEX2005", "DependsOn", "nothing-*")]
    public async Task A_doubt_is_a_warning_and_all_runs(string code, string metadata, string value)
    {
        BuildRun run = await Project("it", metadata, value).RunAsync();
        run.EnsureSucceeded();
        Assert.Equal(code, Assert.Single(run.WarningLines).Code);
        Assert.True(folder.Exists("ran"));
    }

    [Fact]
    public async Task All_mistakes_are_told_at_once_and_by_every_target_that_checks()
    {
        var project = TargetsProject.Create(folder, p => p
            .ParallelPool("db", 0)
            .ParallelTask("a!b", "x")
            .ParallelTask("c", "x", retries: -1, dependsOn: "a!b;d;e")
            .ParallelTask("d", "x", dependsOn: "ee"));
        string[] codes = ["PEX1001", "PEX1004", "PEX1004", "PEX2001", "PEX2001"];
        foreach (string target in new[] { "ValidateParallelTasks", "PlanParallelTasks", "RunParallelTasks" })
            Assert.Equal(codes, (await project.RunAsync(target)).EnsureFailed().ErrorLines.Select(error => error.Code).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_mistake_in_an_import_is_told_with_that_file()
    {
        folder.Write("more.props", "<Project>\n  <ItemGroup>\n    <ParallelTask Include=\"it\"\n      Timeout=\"soon\" />\n  </ItemGroup>\n</Project>\n");
        BuildRun run = await TargetsProject.Create(folder, p => p.Import("more.props")).RunAsync();
        DiagnosticLine error = Assert.Single(run.EnsureFailed().ErrorLines);
        Assert.Equal((folder.Combine("more.props"), 4), (error.File, error.Line));
    }

    [Theory]
    [InlineData("PEX1004", "-p:ParallelExecOnFailure=Stop")]
    [InlineData("PEX1004", "-p:ParallelExecMaxParallelism=0")]
    [InlineData("PEX1006", "-p:ParallelExecLauncher=slurm")]
    [InlineData("PEX1006", "-p:ParallelExecReports=review")]
    [InlineData("PEX2006", "-p:ParallelExecOnly=ti")]
    public async Task A_wrong_property_stops_the_run(string code, string property)
    {
        BuildRun run = await Project("it", "Title", "x").RunAsync("RunParallelTasks", property);
        Assert.Equal(code, Assert.Single(run.EnsureFailed().ErrorLines).Code);
        Assert.False(folder.Exists("ran"));
    }

    [Fact]
    public async Task A_mistyped_property_on_the_command_line_is_a_warning()
    {
        BuildRun run = await Project("it", "Title", "x").RunAsync("RunParallelTasks", "-p:ParallelExecShedule=Eager");
        DiagnosticLine warning = Assert.Single(run.EnsureSucceeded().WarningLines);
        Assert.Equal(("PEX1005", true), (warning.Code, warning.Text.Contains("'ParallelExecSchedule'", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_target_of_a_later_version_is_PEX1006()
    {
        BuildRun run = await Project("it", "Title", "x").RunAsync("ReviewParallelTasks");
        Assert.Equal("PEX1006", Assert.Single(run.EnsureFailed().ErrorLines).Code);
    }

    [Fact]
    public async Task A_wrong_property_and_a_mistyped_item_are_told_at_their_lines()
    {
        var project = TargetsProject.Create(folder, p => p
            .Property("ParallelExecSchedule", "Later")
            .ParallelPool("db", 1)
            .ItemInclude("ParralelTask", "x"));
        BuildRun run = (await project.RunAsync()).EnsureFailed();
        Assert.Contains("ParallelExecSchedule", folder.ReadLines("build.proj")[Assert.Single(run.ErrorLines).Line - 1], StringComparison.Ordinal);
        Assert.Contains("ParralelTask", folder.ReadLines("build.proj")[Assert.Single(run.WarningLines).Line - 1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ShowParallelTasks", "false")]
    [InlineData("CompleteParallelTask", "false")]
    [InlineData("CleanParallelTasks", "false")]
    [InlineData("RunParallelTasks", "off")]
    public async Task Whatever_is_asked_for_while_it_is_off_does_nothing_and_says_so(string target, string off)
    {
        folder.Write("obj/parallelexec/run.json", "{}");
        BuildRun run = (await Project("it", "DependsOn", "nobody").RunAsync(target, $"-p:ParallelExecEnabled={off}")).EnsureSucceeded();
        Assert.Contains($"ParallelExec is off (ParallelExecEnabled={off}): nothing was done.", run.Output, StringComparison.Ordinal);
        Assert.True(folder.Exists("obj/parallelexec/run.json"));
    }

    [Fact]
    public async Task The_largest_numbers_mean_all_there_is()
    {
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("a", TestChildProgram.Command("exit", "0"), metadata: new Dictionary<string, string?> { ["Cores"] = "2147483647", ["Retries"] = "2147483647" })
            .ParallelTask("b", TestChildProgram.Command("exit", "0"), metadata: new Dictionary<string, string?> { ["Cores"] = "2147483647" }));
        (await project.RunAsync("RunParallelTasks", "-p:ParallelExecMaxParallelism=2147483647")).EnsureSucceeded();
    }

    [Fact]
    public async Task Validate_and_plan_run_nothing()
    {
        TargetsProject project = Project("it", "DependsOn", "fine");
        BuildRun validated = (await project.RunAsync("ValidateParallelTasks")).EnsureSucceeded();
        Assert.Contains("2 subtasks: no errors.", validated.Output, StringComparison.Ordinal);
        BuildRun planned = (await project.RunAsync("PlanParallelTasks", "-p:ParallelExecSkip=fine")).EnsureSucceeded();
        Assert.Equal("fine: 0 Excluded Command <- | it: 1 Ready Command <- fine", string.Join(" | ", planned.Plan.Select(item =>
            $"{item.Key}: {item.Value["Wave"]} {item.Value["Status"]} {item.Value["Kind"]} <- {item.Value["DependsOn"]}".TrimEnd())));
        Assert.Contains("Batch 1 (ready now):", planned.Output, StringComparison.Ordinal);
        Assert.False(folder.Exists("ran"));
        Assert.True(folder.Exists("obj/parallelexec/plan.json"));
        Assert.False(folder.Exists("obj/parallelexec/run.json"));
    }

    private TargetsProject Project(string id, string metadata, string value) => TargetsProject.Create(folder, p => p
        .ParallelTask("fine", TestChildProgram.Command("signal", folder.Path, "ran"), outputs: metadata == "Outputs" ? "out" : null)
        .ParallelTask(id, TestChildProgram.Command("exit", "0"), metadata: new Dictionary<string, string?> { [metadata] = value }));
}
