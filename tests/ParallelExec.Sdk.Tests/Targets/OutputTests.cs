using Microsoft.Build.Utilities.ProjectCreation;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>What a person sees on the console, and what is in the logs.</summary>
public sealed class OutputTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Forty_subtasks_and_a_failure_fit_one_screen_and_the_failure_comes_with_its_output()
    {
        BuildRun run = await TargetsProject.Create(folder, p =>
        {
            for (int i = 1; i <= 39; i++)
                p.ParallelTask($"s{i}", $"echo noise {i}");
            p.ParallelTask("bad", $"{TestChildProgram.Command("echo", "the reason")} && {TestChildProgram.Command("exit", "1")}");
        }).RunAsync();
        run.EnsureFailed();
        string[] lines = [.. run.Lines.Where(line => line.Trim().Length > 0)];
        Assert.InRange(lines.Length, 40, 50);
        int failed = Array.FindIndex(lines, line => line.Contains("bad failed", StringComparison.Ordinal));
        Assert.Contains("error PEX3001", lines[failed + 1], StringComparison.Ordinal);
        Assert.Equal("the reason", lines[failed + 2].Trim());
        Assert.DoesNotContain(lines, line => line.Contains("noise", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Grouped", true)]
    [InlineData("None", false)]
    public async Task LogOutput_says_what_is_shown_of_succeeded_subtasks(string mode, bool shown)
    {
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("a", TestChildProgram.Command("lines", "500", "0", "a-"))
            .ParallelTask("b", TestChildProgram.Command("lines", "500", "0", "b-")))
            .RunAsync("RunParallelTasks", $"-p:ParallelExecLogOutput={mode}");
        string[] lines = [.. run.EnsureSucceeded().Lines.Select(line => line.Trim()).Where(line => line.StartsWith("a-", StringComparison.Ordinal) || line.StartsWith("b-", StringComparison.Ordinal))];
        Assert.Equal(shown ? 1000 : 0, lines.Length);
        // No line of one stands within the block of the other.
        Assert.True(lines.Zip(lines.Skip(1)).Count(pair => pair.First[0] != pair.Second[0]) <= 1);
        Assert.Equal(500, folder.ReadLines("obj/parallelexec/logs/a.log").Count);
    }

    [Fact]
    public async Task Live_shows_a_line_before_its_subtask_has_ended()
    {
        using RunningDotNet running = await TargetsProject.Create(folder, p => p
            .ParallelTask("a", $"{TestChildProgram.Command("echo", "early")} && {TestChildProgram.Command("wait", folder.Path, "go")} && {TestChildProgram.Command("echo", "late")}"))
            .StartAsync("RunParallelTasks", "-p:ParallelExecLogOutput=Live");
        await running.WaitForOutputAsync("a | early");
        folder.Write("go", "");
        BuildRun run = (await running.ExitAsync()).EnsureSucceeded();
        Assert.Contains("a | late", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_heartbeat_says_what_is_being_waited_for()
    {
        using RunningDotNet running = await TargetsProject.Create(folder, p => p.ParallelTask("slow", TestChildProgram.Command("wait", folder.Path, "go")))
            .StartAsync("RunParallelTasks", "-p:ParallelExecHeartbeat=500ms");
        await running.WaitForOutputAsync("[0/1] waiting for slow");
        folder.Write("go", "");
        (await running.ExitAsync()).EnsureSucceeded();
    }

    [Fact]
    public async Task Output_of_any_size_and_kind_is_in_the_log_whole_and_the_console_stays_small()
    {
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("lines", $"{TestChildProgram.Command("lines", "300000")} && {TestChildProgram.Command("exit", "1")}")
            .ParallelTask("long", $"{TestChildProgram.Command("longline", "30000000")} && {TestChildProgram.Command("exit", "1")}")
            .ParallelTask("binary", $"{TestChildProgram.Command("bytes", "1000000")} && {TestChildProgram.Command("exit", "1")}"))
            .RunAsync();
        run.EnsureFailed();
        Assert.Equal(3, run.ErrorLines.Count(error => error.Code == "PEX3001"));
        Assert.Equal(300_000, folder.ReadLines("obj/parallelexec/logs/lines.log").Count);
        Assert.Equal(30_000_001, new FileInfo(folder.Combine("obj/parallelexec/logs/long.log")).Length);
        Assert.Equal(1_000_000, new FileInfo(folder.Combine("obj/parallelexec/logs/binary.log")).Length);
        Assert.Contains("line 300000", run.Output, StringComparison.Ordinal);
        Assert.Contains("(299900 lines before are in", run.Output, StringComparison.Ordinal);
        Assert.InRange(run.Output.Length, 1000, 1_000_000);
    }

    [Fact]
    public async Task The_terminal_logger_shows_each_change()
    {
        TargetsProject project = TargetsProject.Create(folder, p => p.ParallelTask("a", TestChildProgram.Command("exit", "0")));
        await project.RunAsync("ValidateParallelTasks");
        BuildRun run = await new DotNet(folder) { TerminalLogger = true }.RunAsync("msbuild", project.Path, "-t:RunParallelTasks", "-tl:on", "-nologo");
        Assert.Contains("[1/1] a succeeded", run.EnsureSucceeded().Output, StringComparison.Ordinal);
        Assert.Contains("Succeeded: 1 subtask", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_told_while_projects_build_is_of_the_declaring_project_and_no_test(bool terminalLogger)
    {
        ProjectCreator.Create(folder.Combine("slow.proj"))
            .Target("Build")
            .Task("Exec", parameters: new Dictionary<string, string?> { ["Command"] = TestChildProgram.Command("wait", folder.Path, "told") })
            .Save();
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("slow", project: "slow.proj")
            .ParallelTask("bad", TestChildProgram.Command("exit", "3"))
            .ParallelTask("last", TestChildProgram.Command("signal", folder.Path, "told"), dependsOn: "bad", always: true));
        await project.RunAsync("ValidateParallelTasks");
        BuildRun run = await new DotNet(folder) { TerminalLogger = terminalLogger }.RunAsync(
            "msbuild", project.Path, "-t:RunParallelTasks", "-nologo", "-m:2", "-p:ParallelExecSchedule=Eager", terminalLogger ? "-tl:on" : "-tl:off");
        run.EnsureFailed();
        Assert.True(run.Output.IndexOf("bad failed", StringComparison.Ordinal) < run.Output.IndexOf("slow succeeded", StringComparison.Ordinal), run.ToString());
        Assert.Contains("PEX3001", run.Output, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"test (failed|succeeded)|Testing|ParallelTasks\.proj", run.Output);
    }

    [Fact]
    public async Task A_binary_log_has_what_the_console_had()
    {
        TargetsProject project = TargetsProject.Create(folder, p => p.ParallelTask("bad", TestChildProgram.Command("exit", "3")));
        (await project.RunAsync("RunParallelTasks", "-bl:x.binlog")).EnsureFailed();
        BuildRun replayed = await new DotNet(folder).RunAsync("msbuild", folder.Combine("x.binlog"), "-nologo", "-v:m");
        Assert.Contains("[1/1] bad failed", replayed.Output, StringComparison.Ordinal);
        Assert.Equal("PEX3001", Assert.Single(replayed.ErrorLines).Code);
    }
}
