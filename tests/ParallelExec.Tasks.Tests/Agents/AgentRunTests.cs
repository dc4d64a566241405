using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Tests.Execution;

namespace ParallelExec.Tests.Agents;

/// <summary>Agents that are small shell scripts: what they get, and what is believed of what they say.</summary>
public sealed class AgentRunTests : IDisposable
{
    /// <summary>As opencode says that it has come to an end.</summary>
    private const string Stop = """echo '{"type":"step_finish","part":{"reason":"stop"}}'""";

    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [UnixFact]
    public async Task The_prompt_is_the_input_and_ends()
    {
        Subtask agent = Agent("a", "cat > got.txt", prompt: "Say \"$(pwd)\" 'ü' %PATH%\n") with
        {
            Title = "The title",
            Group = "f",
            AcceptanceCriteria = ["it is fast"],
            Verify = new CommandWork("test -f got.txt", null),
        };
        run.Objectives["f"] = "The objective";
        (await run.Async(run.Writing(agent, "got.txt"))).AllSucceeded();
        Assert.Equal("""
            # The title

            It is a part of: The objective

            Say "$(pwd)" 'ü' %PATH%

            ## Acceptance criteria

            - it is fast

            ## Files to write (they are checked)

            - got.txt

            This command must pass afterwards: `test -f got.txt`

            """, run.Folder.Read("got.txt"));
    }

    [UnixFact]
    public async Task Placeholders_are_replaced_and_the_folder_is_the_subtask_s()
    {
        Subtask agent = With(Agent("a", "echo \"$1|$2|$3|$PWD|$OWN\" > got.txt; cmp - \"$4\" && echo same >> got.txt"), command => command with
        {
            Arguments = ["as={agent}", "{dir}", "{id}", "{prompt-file}"],
            Environment = [new("OWN", "1")],
        });
        (await run.Async(agent)).AllSucceeded();
        Assert.Equal($"as=Coder|{run.Folder.Path}|a|{run.Folder.Path}|1\nsame\n", run.Folder.Read("got.txt"));
    }

    [UnixFact]
    public async Task What_is_put_in_for_a_placeholder_is_not_looked_at_again()
    {
        Subtask agent = With(Agent("a", "echo \"$1|$2\" > got.txt"), command => command with { AgentName = "{prompt-file}{dir}", Arguments = ["{agent}", "{other}{{id}}"] });
        (await run.Async(agent)).AllSucceeded();
        Assert.Equal("{prompt-file}{dir}|{other}{a}\n", run.Folder.Read("got.txt"));
    }

    [UnixFact]
    public async Task Context_that_can_not_be_quoted_is_named()
    {
        run.Folder.Write("nul.bin", "a\0b");
        File.WriteAllBytes(run.Folder.Combine("latin.txt"), [0x66, 0xFC, 0x72]);
        using (FileStream huge = File.Create(run.Folder.Combine("huge.txt")))
            huge.SetLength(400_000_000);
        using (var made = System.Diagnostics.Process.Start("mkfifo", [run.Folder.Combine("pipe")]))
            made.WaitForExit();
        run.Folder.Write("text.md", "\uFEFFquoted");
        Directory.CreateDirectory(run.Folder.Combine("dir"));
        string[] files = ["nul.bin", "latin.txt", "huge.txt", "pipe", "gone.txt", "dir", "text.md"];
        Subtask agent = Agent("a", "cat > got.txt") with { ContextFiles = [.. files.Select(file => run.Folder.Combine(file))] };
        (await run.Async(agent)).AllSucceeded();
        string prompt = run.Folder.Read("got.txt");
        Assert.All(files[..^1], file => Assert.Contains($"- read `{file}`\n", prompt, StringComparison.Ordinal));
        Assert.EndsWith("### text.md\n\nquoted\n", prompt, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("", ":memory:")]
    [InlineData("mine", "mine")]
    public async Task What_a_known_command_line_needs_is_set_unless_the_user_has_set_it(string own, string expected)
    {
        if (own.Length > 0)
            run.Environment["OPENCODE_DB"] = own;
        await run.Async(Agent("a", "echo $OPENCODE_DB > got.txt", "opencode"));
        Assert.Equal(expected + "\n", run.Folder.Read("got.txt"));
    }

    [UnixFact]
    public async Task What_a_dependency_handed_on_is_in_the_prompt()
    {
        Subtask giver = run.Shell("giver", "echo 'port=80' > $PARALLELEXEC_OUTPUT; printf 'The API is\\nin api.ts.\\n' > $PARALLELEXEC_NOTES");
        Subtask between = run.Shell("between <- giver", "true");
        (await run.Async(giver, between, run.Writing(Agent("a <- between", "cat > got.txt"), "got.txt"))).AllSucceeded();
        Assert.Contains("\n## Handed on by giver\n\nport=80\n\nThe API is\nin api.ts.\n", run.Folder.Read("got.txt"), StringComparison.Ordinal);
        Assert.Contains("\"giver\": \"The API is\\nin api.ts.\"", run.Folder.Read("state/handover/a.context.json"), StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("echo x > out.txt", "opencode", Codes.AgentFailed, "the agent failed: its output does not say that it came to an end")]
    [InlineData("echo x > out.txt; exit 4", null, Codes.AgentFailed, "the agent failed: exit code 4")]
    [InlineData(Stop, "opencode", Codes.ChangedNothing, "the agent says that it is done, but all declared outputs are as they were before")]
    [InlineData("true", null, Codes.ChangedNothing, "the agent says that it is done, but all declared outputs are as they were before")]
    [InlineData("rm out.txt", null, Codes.OutputMissing, "declared output missing: 'out.txt'")]
    [InlineData("echo Falling back to default agent; echo x > out.txt; " + Stop, "opencode", Codes.AgentUnknown, "opencode does not know the agent 'Coder', and another one has worked. Define it for opencode, or map it with <ParallelAgent Include=\"Coder\" ... />")]
    public async Task Done_is_believed_only_where_it_shows(string script, string? preset, string code, string reason)
    {
        run.Folder.Write("out.txt", "old, and longer");
        Run.Results results = await run.Async(run.Writing(Agent("a", script, preset), "out.txt"));
        // The stub's own name stands where the program's would.
        Assert.Equal((SubtaskStatus.Failed, code, reason), (results["a"].Status, results["a"].Code, results["a"].Reason.Replace(run.Folder.Combine("a.sh"), "opencode", StringComparison.Ordinal)));
    }

    [UnixFact]
    public async Task What_an_earlier_attempt_has_written_is_this_subtask_s_work()
    {
        run.Folder.Write("out/old.txt", "");
        Subtask agent = run.Writing(Agent("a", "if [ -f out/new.txt ]; then exit 0; fi; echo x > out/new.txt; exit 1"), "out/*.txt") with { Retries = 1 };
        Run.Results results = await run.Async(agent);
        Assert.Equal((SubtaskStatus.Succeeded, 2), (results["a"].Status, results["a"].Attempts));
    }

    [UnixTheory]
    [InlineData(-1, null)]
    [InlineData(1, Codes.ChangedNothing)]
    public async Task What_an_interrupted_run_has_written_is_this_subtask_s_work_too(int begunAfterMinutes, string? code)
    {
        run.Folder.Write("out.txt", "by the run that was killed");
        Subtask agent = run.Writing(Agent("a", "true"), "out.txt") with
        {
            TaskFile = new TaskFile("x.json", "f", "01", TaskFileStatus.InProgress) { BegunAt = DateTimeOffset.UtcNow.AddMinutes(begunAfterMinutes) },
        };
        Assert.Equal(code, (await run.Async(agent))["a"].Code);
    }

    [UnixFact]
    public async Task Its_last_words_are_its_summary_and_its_output_is_shown_readable()
    {
        string said = """echo '{"type":"text","part":{"text":"I gave up."}}'; """ + Stop;
        Run.Results results = await run.Async(Agent("a", said, "opencode"), run.Writing(Agent("b", said, "opencode"), "gone.txt"));
        Assert.Equal("I gave up.", results["a"].Summary);
        Assert.Contains("    I gave up.", run.Log.Lines);
    }

    [UnixFact]
    public async Task No_more_than_the_allowed_number_of_agents_work_at_a_time_whatever_the_cores()
    {
        run.Options = run.Options with { MaxParallelism = 1, MaxAgents = 2 };
        int working = 0, most = 0;
        run.Happens = happened =>
        {
            working += happened is SubtaskStarted ? 1 : happened is SubtaskEnded ? -1 : 0;
            most = Math.Max(most, working);
        };
        // The first two wait for each other: with fewer at a time they would not end.
        string meet = "touch $PARALLELEXEC_TASK_ID; until [ -f a ] && [ -f b ]; do :; done";
        (await run.Async(Agent("a", meet), Agent("b", meet), Agent("c", "true"), Agent("d", "true"))).AllSucceeded();
        Assert.Equal(2, most);
    }

    [UnixFact]
    public async Task A_rate_limit_is_waited_for_by_all_and_is_no_failure()
    {
        var time = new SteppingTime(limit: Subtask.AgentTimeout);
        using var limited = new Run { Time = time };
        string script = """echo "$PARALLELEXEC_TASK_ID" >> calls; if [ "$(grep -c first calls)" -lt 3 ]; then echo '{"type":"turn.failed","error":{"message":"429 Too Many Requests"}}'; exit 1; fi; echo '{"type":"turn.completed"}'""";
        Subtask first = AgentIn(limited, "first", script, "codex"), second = AgentIn(limited, "second <- first", "echo '{\"type\":\"turn.completed\"}'", "codex");
        Run.Results results = await limited.Async(first, second);
        results.AllSucceeded();
        Assert.Equal((1, 3), (results["first"].Attempts, limited.Folder.ReadLines("calls").Count));
        Assert.Equal([TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)], time.Waits);
    }

    [UnixTheory]
    [InlineData("claude")]
    [InlineData("opencode")]
    [InlineData("codex")]
    [InlineData("copilot")]
    [InlineData("gemini")]
    [InlineData("qwen")]
    public async Task A_rate_limit_is_known_of_each_command_line_also_where_it_would_go_on_asking(string preset)
    {
        var time = new SteppingTime(limit: Subtask.AgentTimeout);
        using var limited = new Run { Time = time };
        Subtask it = limited.Writing(new ReplayedAgent(limited, preset).Playing("it", true, "http429", "http429", "ok"), "out.txt");
        SubtaskResult result = (await limited.Async(it))["it"];
        Assert.Equal((SubtaskStatus.Succeeded, 1, 3), (result.Status, result.Attempts, limited.Folder.ReadLines("calls").Count));
        Assert.Equal([TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)], time.Waits);
    }

    [UnixFact]
    public async Task Waiting_for_a_rate_limit_is_bounded_by_the_time_limit()
    {
        var limit = TimeSpan.FromSeconds(12);
        using var limited = new Run { Time = new SteppingTime(limit) };
        string script = """echo >> calls; echo '{"type":"turn.failed","error":{"message":"usage limit"}}'; exit 1""";
        Run.Results results = await limited.Async(AgentIn(limited, "a", script, "codex") with { Timeout = limit });
        Assert.Equal((SubtaskStatus.TimedOut, "timed out after 12.0s, waiting for a rate limit of its service to pass: usage limit"), (results["a"].Status, results["a"].Reason));
        // After the first pause, of 5 s, it was asked again; in the second, of 10 s, the time was up.
        Assert.Equal(2, limited.Folder.ReadLines("calls").Count);
    }

    [UnixFact]
    public async Task A_secret_is_in_no_prompt_file_s_log()
    {
        run.Environment["KEY"] = "hunter2hunter2";
        await run.Async(Agent("a", "echo $KEY") with { Secrets = ["KEY"] });
        Assert.Equal("***\n", run.LogOf("a"));
    }

    private Subtask Agent(string text, string script, string? preset = null, string prompt = "Do it.") => AgentIn(run, text, script, preset, prompt);

    /// <param name="preset">The known command line whose output the script imitates; null = a tool of the user's own.</param>
    private static Subtask AgentIn(Run run, string text, string script, string? preset, string prompt = "Do it.")
    {
        Subtask subtask = Given.Subtask(text) with { WorkingDirectory = run.Folder.Path, Cores = 0 };
        string file = run.Folder.Combine($"{subtask.Id}.sh");
        File.WriteAllText(file, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return subtask with { Work = new AgentWork("Coder", prompt) { Command = new AgentCommand(preset, file, [], []) { AgentName = "Coder" } } };
    }

    private static Subtask With(Subtask subtask, Func<AgentCommand, AgentCommand> change)
    {
        var work = (AgentWork)subtask.Work;
        return subtask with { Work = work with { Command = change(work.Command!) } };
    }

    /// <summary>A clock on which a wait takes no time, and is remembered. Time passes by waits alone, so a limit is reached in one of them.</summary>
    /// <param name="limit">The time limit of the subtasks: of each wait that it cuts short, only the limit comes.</param>
    private sealed class SteppingTime(TimeSpan limit) : TimeProvider
    {
        private Action reachLimit = () => { };
        private TimeSpan passed;

        public List<TimeSpan> Waits { get; } = [];

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + passed;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == limit)
                reachLimit = () => callback(state);
            // The run's own clock is not waited for here.
            if (dueTime == limit || period != Timeout.InfiniteTimeSpan || dueTime < TimeSpan.Zero)
                return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Waits.Add(dueTime);
            passed += dueTime;
            return passed < limit
                ? System.CreateTimer(callback, state, TimeSpan.Zero, period)
                : System.CreateTimer(_ => reachLimit(), null, TimeSpan.Zero, period);
        }
    }
}
