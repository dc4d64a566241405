using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Execution;

/// <summary>What a child process is given, and what is made of how it ends.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task Arguments_reach_a_tool_exactly()
    {
        string[] arguments = ["a;b c", "\"q\"", "$HOME", "it's", "", "%PATH%", "*", "a\\", "ü\n2"];
        (await run.Async(run.Child("args", "args", arguments))).AllSucceeded();
        Assert.Equal(arguments, System.Text.Json.JsonSerializer.Deserialize<string[]>(run.LogOf("args")));
    }

    [Fact]
    public async Task Both_streams_are_in_the_log_in_the_order_in_which_they_were_written()
    {
        (await run.Async(run.Child("mixed", "mixed", "3"))).AllSucceeded();
        Assert.Equal("out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n", run.LogOf("mixed").ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Standard_input_is_empty_and_closed()
    {
        (await run.Async(run.Child("stdin", "stdin"))).AllSucceeded();
        Assert.Equal("0", run.LogOf("stdin").Trim());
    }

    [Fact]
    public async Task The_working_directory_and_PWD_agree()
    {
        run.Folder.Write("sub/x", "");
        (await run.Async(run.Child("cwd", "cwd") with { WorkingDirectory = run.Folder.Combine("sub") })).AllSucceeded();
        Assert.Equal([run.Folder.Combine("sub"), run.Folder.Combine("sub")], run.LogOf("cwd").Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(2));
    }

    [Fact]
    public async Task The_environment_is_that_of_the_build_and_what_is_declared()
    {
        run.Environment["FROM_BUILD"] = "1";
        run.Environment["BOTH"] = "build";
        Subtask subtask = run.Child("env", "env", "FROM_BUILD", "BOTH", "PARALLELEXEC", "PARALLELEXEC_TASK_ID", "PARALLELEXEC_GROUP", "PARALLELEXEC_WAVE",
            "PARALLELEXEC_ATTEMPT", "PARALLELEXEC_CORES", "PARALLELEXEC_DIRECTORY") with
        {
            Environment = [new("BOTH", "declared=x")],
            Group = "g",
            Cores = 2,
        };
        (await run.Async(subtask)).AllSucceeded();
        Assert.Equal(
            $"FROM_BUILD=1 BOTH=declared=x PARALLELEXEC=1 PARALLELEXEC_TASK_ID=env PARALLELEXEC_GROUP=g PARALLELEXEC_WAVE=1 PARALLELEXEC_ATTEMPT=1 PARALLELEXEC_CORES=2 PARALLELEXEC_DIRECTORY={run.Folder.Combine("state")}",
            string.Join(' ', run.LogOf("env").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task The_exit_code_decides_whatever_the_text_says()
    {
        Run.Results results = await run.Async(run.Child("words", "echo", "error: all is lost"), run.Child("code", "exit", "7"));
        Assert.Equal(SubtaskStatus.Succeeded, results["words"].Status);
        Assert.Equal((SubtaskStatus.Failed, Codes.ExitCode, 7, "exit code 7"), (results["code"].Status, results["code"].Code, results["code"].ExitCode, results["code"].Reason));
        Assert.False(results.Run.Succeeded);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_PEX3003_and_not_tried_again()
    {
        Run.Results results = await run.Async(run.Child("a", "exit", "0") with { Work = new ToolWork("no-such-program", []), Retries = 3 });
        Assert.Equal((Codes.NotStarted, 1), (results["a"].Code, results["a"].Attempts));
        Assert.Contains("'no-such-program' was not found", results["a"].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_working_directory_that_is_not_there_is_PEX3003()
    {
        Run.Results results = await run.Async(run.Child("a", "exit", "0") with { WorkingDirectory = run.Folder.Combine("gone") });
        Assert.Equal(Codes.NotStarted, results["a"].Code);
    }

    [Fact]
    public async Task A_folder_made_by_a_dependency_is_a_working_directory() =>
        (await run.Async(
            run.Child("make", "write", run.Folder.Combine("made", "x"), "1"),
            run.Child("use <- make", "cwd") with { WorkingDirectory = run.Folder.Combine("made") })).AllSucceeded();

    [UnixFact]
    public async Task A_command_of_several_lines_runs_in_the_shell()
    {
        (await run.Async(run.Shell("a", "x='a b'\r\necho \"$x\" |\n  tr a c"))).AllSucceeded();
        Assert.Equal("c b\n", run.LogOf("a"));
    }

    [UnixFact]
    public async Task A_command_longer_than_an_argument_may_be_runs()
    {
        (await run.Async(run.Shell("a", $": '{new string('x', 200_000)}'; echo done"))).AllSucceeded();
        Assert.Equal("done\n", run.LogOf("a"));
    }

    [UnixFact]
    public async Task A_syntax_error_of_the_shell_is_in_the_log()
    {
        Run.Results results = await run.Async(run.Shell("a", "if"));
        Assert.Equal(2, results["a"].ExitCode);
        Assert.NotEqual("", run.LogOf("a"));
    }

    [UnixFact]
    public async Task Another_shell_can_be_chosen()
    {
        (await run.Async(run.Shell("a", "echo ${BASH_VERSION:+yes}") with { Work = new CommandWork("echo ${BASH_VERSION:+yes}", "bash") })).AllSucceeded();
        Assert.Equal("yes\n", run.LogOf("a"));
    }

    [UnixFact]
    public async Task A_shell_that_is_not_there_is_PEX3003_and_not_tried_again()
    {
        Run.Results results = await run.Async(run.Shell("a", "") with { Work = new CommandWork("echo", "no-such-shell"), Retries = 2 });
        Assert.Equal((Codes.NotStarted, 1), (results["a"].Code, results["a"].Attempts));
        Assert.Contains("the shell 'no-such-shell' was not found", results["a"].Reason, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_script_without_a_first_line_runs(bool isTool)
    {
        run.Folder.Write("script", "echo $1 from $0\n");
        run.Folder.MakeExecutable("script");
        await run.Async(run.Shell("a", "./script hello") with { Work = isTool ? new ToolWork("./script", ["hello"]) : new CommandWork("./script hello", null) });
        Assert.StartsWith("hello from ", run.LogOf("a"), StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("no-such-program at all", 127)]
    [InlineData("./plain.txt", 126)]
    public async Task A_command_without_shell_syntax_ends_as_the_shell_would_end_it(string command, int exitCode)
    {
        run.Folder.Write("plain.txt", "");
        SubtaskResult result = (await run.Async(run.Shell("a", command)))["a"];
        Assert.Equal((Codes.ExitCode, exitCode), (result.Code, result.ExitCode));
        Assert.NotEqual("", run.LogOf("a"));
    }

    [LinuxFact]
    public async Task A_child_has_a_session_of_its_own()
    {
        (await run.Async(run.Shell("a", "set -- $(cat /proc/self/stat); [ $6 = $$ ]"))).AllSucceeded();
        Assert.Equal("", run.LogOf("a"));
    }

    [UnixFact]
    public async Task Text_that_is_no_text_is_in_the_log_as_it_was_written()
    {
        (await run.Async(run.Shell("a", "printf 'a\\000\\377\\033b'"))).AllSucceeded();
        Assert.Equal(new byte[] { (byte)'a', 0, 0xFF, 0x1B, (byte)'b' }, File.ReadAllBytes(run.Folder.Combine("state/logs/a.log")));
    }

    [UnixFact]
    public async Task A_hundred_large_values_can_be_handed_on()
    {
        string write = "v=$(printf %029000d 7); for i in $(seq 100); do echo v$i=$v; done >$PARALLELEXEC_OUTPUT; echo small=1 >>$PARALLELEXEC_OUTPUT";
        string read = "[ \"$PARALLELEXEC_OUTPUT_GIVE_SMALL\" = 1 ] && grep -q PARALLELEXEC_OUTPUT_GIVE_V99 \"$PARALLELEXEC_CONTEXT\" && grep -q valuesOnlyHere \"$PARALLELEXEC_CONTEXT\"";
        (await run.Async(run.Shell("give", write), run.Shell("take <- give", read))).AllSucceeded();
    }

    [LinuxFact]
    public async Task An_environment_that_the_system_refuses_is_PEX3003_and_says_what_is_large()
    {
        Run.Results results = await run.Async(run.Child("a", "exit", "0") with { Environment = [new("HUGE", new string('x', 200_000))] });
        Assert.Equal(Codes.NotStarted, results["a"].Code);
        Assert.Contains("longer than 128 KB", results["a"].Reason, StringComparison.Ordinal);
        Assert.Contains("The largest: HUGE (196 KB)", results["a"].Reason, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("exit 130")]
    [InlineData("kill -TERM $$")]
    public async Task What_ends_as_by_a_signal_without_a_stop_is_a_failure(string command) =>
        Assert.Equal(Codes.ExitCode, (await run.Async(run.Shell("a", command)))["a"].Code);

    [UnixTheory]
    [InlineData("exit 127", "exit code 127 (the shell did not find a command)")]
    [InlineData("kill -9 $$", "exit code 137 (ended by signal 9)")]
    public async Task Exit_codes_with_a_meaning_say_it(string command, string reason) =>
        Assert.Equal(reason, (await run.Async(run.Shell("a", command)))["a"].Reason);

    [UnixFact]
    public async Task Signals_that_the_runtime_ignores_are_not_ignored_by_a_child() =>
        Assert.Equal("exit code 141 (ended by signal 13)", (await run.Async(run.Shell("a", "kill -PIPE $$; echo survived")))["a"].Reason);

    [Fact]
    public async Task Six_that_wait_for_each_other_run_at_the_same_time()
    {
        run.Options = run.Options with { MaxParallelism = 6 };
        (await run.Async([.. Enumerable.Range(1, 6).Select(i => run.Child($"s{i}", "meet", run.Folder.Path, "m", "6"))])).AllSucceeded();
    }

    [Fact]
    public async Task Two_that_run_alone_never_meet()
    {
        Subtask[] subtasks = [.. Enumerable.Range(1, 4).Select(i => run.Child($"s{i}", "lock", run.Folder.Combine("lock"), "0.05") with { Parallel = i > 2 })];
        (await run.Async(subtasks[0], subtasks[1], subtasks[2] with { Cores = 4 }, subtasks[3] with { Cores = 4 })).AllSucceeded();
    }
}
