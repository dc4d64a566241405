using ParallelExec.Exchange;
using ParallelExec.Execution.Attempts;
using ParallelExec.Execution.Processes;
using ParallelExec.Execution.Runners;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Execution.Runners;

/// <summary>How work becomes a program with arguments, on each system.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TestFolder folder = new();

    public CommandLineTests()
    {
        foreach (string name in new[] { "tool", "tool.cmd", "bash", "pwsh", "pwsh.exe" })
            folder.Write($"bin/{name}", "");
        foreach (string name in new[] { "tool", "bash", "pwsh" })
            folder.MakeExecutable($"bin/{name}");
    }

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public void On_Linux_a_command_of_words_alone_is_started_itself_under_the_name_that_was_written()
    {
        LaunchedCommand command = Line("Linux", new CommandWork("tool a b", null));
        Assert.Equal((folder.Combine("bin/tool"), "tool", "a b", true), (command.Program, command.Name, string.Join(' ', command.Arguments), command.IsDirect));
        Assert.Equal(folder.Combine("log"), command.LogFile);
    }

    [UnixTheory]
    [InlineData("Linux", "tool a && b")]
    [InlineData("Linux", "not-there a")]
    [InlineData("MacOS", "tool a b")]
    public void Otherwise_a_shell_runs_it(string platform, string text)
    {
        LaunchedCommand command = Line(platform, new CommandWork(text, null));
        Assert.Equal(("/bin/sh", "-c|" + text + "|sh", false), (command.Program, string.Join('|', command.Arguments), command.IsDirect));
    }

    [UnixFact]
    public void A_shell_that_was_chosen_is_used_whatever_the_command_is()
    {
        Assert.Equal(folder.Combine("bin/bash"), Line("Linux", new CommandWork("tool a", "bash")).Program);
        Assert.Equal("-NoProfile|-NonInteractive|-Command|tool a", string.Join('|', Line("Linux", new CommandWork("tool a", "pwsh")).Arguments));
    }

    [Theory]
    [InlineData("Linux")]
    [InlineData("Windows")]
    public void A_shell_that_is_not_there_is_told_by_name(string platform)
    {
        Assert.Null(Make(platform, new CommandWork("tool a", "no-such-shell"), out string problem));
        Assert.Contains("the shell 'no-such-shell' was not found", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void On_Windows_cmd_runs_a_script_so_that_nothing_has_to_be_quoted()
    {
        LaunchedCommand command = Line("Windows", new CommandWork("echo \"%PATH%\"\nexit 3", null));
        Assert.Equal(("cmd.exe", "/D|/Q|/C|" + folder.Combine("log.cmd")), (command.Program, string.Join('|', command.Arguments)));
        Assert.Equal("@echo off\r\nchcp 65001 >nul\r\necho \"%PATH%\"\r\nexit 3\r\nexit /b %errorlevel%\r\n", folder.Read("log.cmd"));
        Assert.Equal((null, folder.Combine("log.cmd")), (command.LogFile, command.ScriptFile));
    }

    [Fact]
    public void On_Windows_a_tool_is_found_by_its_endings()
    {
        LaunchedCommand command = Line("Windows", new ToolWork("tool", ["a;b", ""]));
        Assert.Equal(folder.Combine("bin/tool.cmd"), command.Program);
        Assert.Equal(["a;b", ""], command.Arguments);
        Assert.Equal(folder.Combine("bin/pwsh.exe"), Line("Windows", new CommandWork("a", "pwsh")).Program);
    }

    [UnixFact]
    public void What_was_not_executed_is_tried_by_a_shell()
    {
        var line = new CommandLine(Platform.Linux, pumped: false);
        LaunchedCommand command = line.For(new ToolWork("tool", ["$x"]), Context("Linux"), direct: false, out _)!;
        Assert.Equal($"/bin/sh|-c|exec \"$@\"|sh|{folder.Combine("bin/tool")}|$x", string.Join('|', [command.Program, .. command.Arguments]));
    }

    [UnixFact]
    public async Task A_launcher_puts_another_program_in_front_and_the_files_stay()
    {
        Dictionary<string, string> environment = new() { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, [HandOver.CookieVariable] = $"{Guid.NewGuid():N};" };
        using var threads = new BlockingThreads();
        using var watchdog = new Watchdog("run", environment);
        var runner = new ProcessRunner(threads, null, watchdog)
        {
            Launcher = command => command with { Program = "/usr/bin/env", Arguments = ["LAUNCHED=yes", command.Program, .. command.Arguments], Name = null },
        };
        RunnerResult result = await runner.RunAsync(new CommandWork("printenv LAUNCHED", null), Context("Linux") with { Environment = environment });
        Assert.Equal((RunnerEnd.Exited, 0), (result.End, result.ExitCode));
        Assert.Equal("yes\n", folder.Read("log"));
    }

    [LinuxFact]
    public async Task A_log_that_can_not_be_written_holds_up_no_child_and_is_PEX4002()
    {
        Dictionary<string, string> environment = new() { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, [HandOver.CookieVariable] = $"{Guid.NewGuid():N};" };
        using var threads = new BlockingThreads();
        using var watchdog = new Watchdog("run", environment);
        var runner = new ProcessRunner(threads, SecretMasker.For(["secret"]), watchdog);
        // More than a pipe holds.
        AttemptContext context = Context("Linux") with { Environment = environment, LogFile = "/dev/full" };
        RunnerResult result = await runner.RunAsync(new CommandWork("head -c 300000 /dev/zero", null), context);
        Assert.Equal((RunnerEnd.LogNotWritten, 0), (result.End, result.ExitCode));
        SubtaskResult judged = Judgement.OfWork(result, context, timeIsUp: false);
        Assert.Equal((SubtaskStatus.Failed, Codes.StateNotWritable), (judged.Status, judged.Code));
        Assert.Contains("ended with exit code 0", judged.Reason, StringComparison.Ordinal);
    }

    private LaunchedCommand Line(string platform, Work work) => Make(platform, work, out _)!;

    private LaunchedCommand? Make(string platform, Work work, out string problem) =>
        new CommandLine(Platforms.Named(platform), pumped: false).For(work, Context(platform), direct: true, out problem);

    private AttemptContext Context(string platform)
    {
        ExecutionPlan plan = Given.Plan(Given.Options, [Given.Subtask("a") with { WorkingDirectory = folder.Path }]);
        string path = $"{folder.Combine("nowhere")}{Platforms.Named(platform).PathSeparator}{folder.Combine("bin")}";
        return new AttemptContext(plan.Subtasks[0], 1, new Dictionary<string, string> { ["PATH"] = path }, folder.Combine("log"), CancellationToken.None);
    }
}
