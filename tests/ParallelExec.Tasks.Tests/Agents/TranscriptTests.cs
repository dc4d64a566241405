using Microsoft.Extensions.Time.Testing;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.State;
using ParallelExec.TestKit;
using ParallelExec.Tests.Execution;

namespace ParallelExec.Tests.Agents;

/// <summary>What each real command line said in each case, and what that comes to.</summary>
public sealed class TranscriptTests : IDisposable
{
    private static readonly string[] Presets = ["claude", "opencode", "codex", "copilot", "gemini", "qwen"];

    private readonly Run run = new();

    public static TheoryData<string> All => [.. Presets];

    /// <summary>Command line, recording, and what its reason has in it.</summary>
    public static TheoryData<string, string, string> Failures => new()
    {
        { "claude", "http401", "the agent failed: exit code 1: Failed to authenticate. API Error: 401 scripted 401" },
        { "claude", "http500", "the agent failed: exit code 1: API Error: 500 scripted 500. This is a server-side issue" },
        { "claude", "cut", "the agent failed: exit code 1: API Error: Unable to connect to API (ECONNRESET)" },
        { "opencode", "http401", "the agent failed: exit code 1: scripted 401" },
        { "opencode", "cut", "the agent failed: exit code 1: Connection reset by server" },
        { "codex", "http401", "the agent failed: exit code 1: unexpected status 401 Unauthorized: scripted 401" },
        { "codex", "http500", "the agent failed: exit code 1: " },
        { "codex", "cut", "the agent failed: exit code 1: stream disconnected before completion" },
        { "copilot", "http401", "the agent failed: exit code 1: Authentication failed with provider at" },
        { "copilot", "http500", "the agent failed: exit code 1: Failed to get response from the AI model; retried 5 times" },
        { "copilot", "cut", "the agent failed: exit code 1: Failed to get response from the AI model; retried 5 times" },
        { "gemini", "http401", "the agent failed: exit code 145: scripted 401" },
        { "gemini", "cut", "the agent failed: exit code 1: terminated" },
        { "qwen", "http401", "the agent failed: 401 scripted 401" },
        { "qwen", "http500", "the agent failed: 500 scripted 500" },
        { "qwen", "cut", "the agent failed: terminated (cause: other side closed)" },
    };

    /// <summary>Command line, and how it tells that a tool was refused.</summary>
    public static TheoryData<string, string> Refusals => new()
    {
        { "claude", "the agent failed: it was not permitted to use Write; it said last: I could not." },
        { "opencode", "the agent failed: it was not permitted to use write; it said last: I could not." },
        { "copilot", "the agent failed: it was not permitted to use create; it said last: I could not." },
        { "gemini", "the agent failed: its last tool call failed: write_file: Path not in workspace:" },
        { "qwen", "the agent failed: it was not permitted to use run_shell_command; it said last: I could not run it." },
    };

    public void Dispose() => run.Dispose();

    [UnixTheory]
    [MemberData(nameof(All))]
    public async Task Work_that_is_done_succeeds_and_is_proven(string preset)
    {
        SubtaskResult it = await Play(preset, writes: true, "ok");
        Assert.Equal((SubtaskStatus.Succeeded, "", Proof.Proven), (it.Status, it.Reason, it.Proof));
        Assert.Equal("The file is there.", it.Summary);
        Assert.NotEqual("", it.SessionId);
    }

    [UnixTheory]
    [InlineData("claude", 22L, 14L, 0.00046, 2)]
    [InlineData("opencode", 22L, 14L, null, 2)]
    [InlineData("codex", 22L, 14L, null, null)]
    [InlineData("copilot", null, null, null, 2)]
    [InlineData("gemini", 33L, 21L, null, null)]
    [InlineData("qwen", 22L, 14L, null, 2)]
    public async Task What_it_has_cost_is_what_it_tells(string preset, long? input, long? output, double? cost, int? turns)
    {
        SubtaskResult it = await Play(preset, writes: true, "ok");
        Assert.Equal(new AgentUsage(input, output, (decimal?)cost, turns), it.Usage);
    }

    [UnixTheory]
    [MemberData(nameof(Failures))]
    public async Task What_its_service_does_is_its_failure_whatever_the_exit_code(string preset, string recording, string reason)
    {
        // Also where it has written something before.
        SubtaskResult it = await Play(preset, writes: true, recording);
        Assert.Equal((SubtaskStatus.Failed, Codes.AgentFailed), (it.Status, it.Code));
        Assert.StartsWith(reason, it.Reason, StringComparison.Ordinal);
    }

    [UnixTheory]
    [MemberData(nameof(Refusals))]
    public async Task A_refused_tool_is_a_failure_where_nothing_proves_the_work(string preset, string reason)
    {
        SubtaskResult it = await Play(preset, writes: false, "refused");
        Assert.Equal((SubtaskStatus.Failed, Codes.AgentFailed), (it.Status, it.Code));
        Assert.StartsWith(reason, it.Reason, StringComparison.Ordinal);
        SubtaskResult believed = (await run.Async(new ReplayedAgent(run, preset).Playing("believed", false, "refused")))["believed"];
        Assert.Equal((SubtaskStatus.Failed, Codes.AgentFailed), (believed.Status, believed.Code));
    }

    [UnixTheory]
    [MemberData(nameof(Refusals))]
    public async Task A_refused_tool_is_none_where_outputs_have_changed_or_Verify_passes(string preset, string reason)
    {
        Assert.NotEqual("", reason);
        SubtaskResult it = await Play(preset, writes: true, "refused");
        Assert.Equal((SubtaskStatus.Succeeded, Proof.Proven), (it.Status, it.Proof));
        Subtask verified = new ReplayedAgent(run, preset).Playing("v", false, "refused") with { Verify = new CommandWork("true", null) };
        Assert.Equal((SubtaskStatus.Succeeded, Proof.Proven), ((await run.Async(verified))["v"] is { } v ? (v.Status, v.Proof) : default));
        SubtaskResult wrong = (await run.Async(verified with { Verify = new CommandWork("false", null) }))["v"];
        Assert.Equal(Codes.VerifyFailed, wrong.Code);
        Assert.Contains("; it ", wrong.Reason, StringComparison.Ordinal);
    }

    [UnixTheory]
    [MemberData(nameof(All))]
    public async Task Done_without_work_is_told_with_its_last_words(string preset)
    {
        run.Folder.Write("out.txt", "as before");
        SubtaskResult it = await Play(preset, writes: false, "says-done");
        Assert.Equal((SubtaskStatus.Failed, Codes.ChangedNothing), (it.Status, it.Code));
        Assert.EndsWith("are as they were before; it said last: It is all done.", it.Reason, StringComparison.Ordinal);
        run.Folder.Delete("out.txt");
        SubtaskResult missing = await Play(preset, writes: false, "says-done");
        Assert.Equal(Codes.OutputMissing, missing.Code);
        Assert.EndsWith("'out.txt'; it said last: It is all done.", missing.Reason, StringComparison.Ordinal);
    }

    [UnixTheory]
    [MemberData(nameof(All))]
    public async Task Done_with_neither_outputs_nor_Verify_is_believed(string preset)
    {
        Subtask subtask = new ReplayedAgent(run, preset).Playing("it", false, "says-done");
        SubtaskResult it = (await run.Async(subtask))["it"];
        Assert.Equal((SubtaskStatus.Succeeded, Proof.Believed), (it.Status, it.Proof));
        RunOptions options = run.Options with { Directory = run.Folder.Combine("state") };
        ExecutionPlan plan = Given.Plan(options, [subtask]);
        var status = new StatusText(plan, [], isRunning: false, JournalReader.Read(options, []), new NextSteps(options));
        Assert.Contains("\n  Believed, not proven: it", status.Groups("project"), StringComparison.Ordinal);
        Assert.Contains("(1 succeeded, of agents 0 proven and 1 believed)", string.Join('\n', run.Log.Lines), StringComparison.Ordinal);
        Assert.Contains("\"proof\": \"Believed\"", run.Folder.Read("state/run.json"), StringComparison.Ordinal);
        Assert.Contains("| Succeeded (believed) |", run.Folder.Read("state/summary.md"), StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("claude", "; its last command failed: Exit code 7 broken; it said last: The command fails.")]
    [InlineData("opencode", "; its last command failed: exit code 7: echo broken >&2; exit 7; it said last: The command fails.")]
    [InlineData("codex", "; its last command failed: exit code 7: /bin/bash -lc 'echo broken >&2; exit 7': broken; it said last: The c")]
    [InlineData("copilot", "; its last command failed: exit code 7; it said last: The command fails.")]
    [InlineData("gemini", "; it said last: The command fails.")]
    [InlineData("qwen", "; it said last: The command fails.")]
    public async Task A_command_that_fails_is_a_cause_and_no_failure(string preset, string reason)
    {
        run.Folder.Write("out.txt", "as before");
        SubtaskResult it = await Play(preset, writes: false, "command-fails");
        Assert.Equal((SubtaskStatus.Failed, Codes.ChangedNothing), (it.Status, it.Code));
        Assert.Contains(reason, it.Reason, StringComparison.Ordinal);
        Assert.Equal(SubtaskStatus.Succeeded, (await Play(preset, writes: true, "command-fails")).Status);
    }

    [UnixTheory]
    [InlineData("claude", "")]
    [InlineData("opencode", ", and another one has worked")]
    [InlineData("copilot", "")]
    public async Task An_agent_that_it_does_not_know_is_told(string preset, string more)
    {
        SubtaskResult it = await Play(preset, writes: true, "unknown-agent");
        Assert.Equal((SubtaskStatus.Failed, Codes.AgentUnknown), (it.Status, it.Code));
        Assert.Contains($" does not know the agent 'Coder'{more}. Define it for ", it.Reason, StringComparison.Ordinal);
    }

    [UnixTheory]
    [MemberData(nameof(All))]
    public async Task A_lost_prompt_is_given_again_and_is_no_attempt(string preset)
    {
        SubtaskResult it = await Play(preset, writes: true, "lost-input", "lost-input", "ok");
        Assert.Equal((SubtaskStatus.Succeeded, 1, 3), (it.Status, it.Attempts, run.Folder.ReadLines("calls").Count));
    }

    [UnixTheory]
    [MemberData(nameof(All))]
    public async Task A_prompt_that_is_lost_each_time_is_a_failure(string preset)
    {
        SubtaskResult it = await Play(preset, writes: true, "lost-input");
        Assert.Equal((Codes.AgentFailed, 5), (it.Code, run.Folder.ReadLines("calls").Count));
        Assert.StartsWith(
            "the agent failed: it did not read its prompt from its input, 5 times: exit code ", it.Reason, StringComparison.Ordinal);
    }

    [UnixTheory]
    [InlineData("claude", "timed out after 5m00s, before its model had answered")]
    [InlineData("copilot", "timed out after 5m00s, before its model had answered")]
    [InlineData("qwen", "timed out after 5m00s, before its model had answered")]
    public async Task One_that_hangs_times_out_and_says_how_far_it_was(string preset, string reason) =>
        Assert.Equal(reason, await TimesOut(preset, "hang"));

    [UnixFact]
    public async Task One_that_waits_for_its_service_times_out_and_quotes_it() => Assert.Equal(
        "timed out after 5m00s, waiting for its service: Attempt 4 failed with status 500", await TimesOut("gemini", "http500"));

    private static async Task<string> TimesOut(string preset, string recording)
    {
        var limit = TimeSpan.FromMinutes(5);
        var time = new FakeTimeProvider();
        using var timed = new Run { Time = time };
        Subtask subtask = new ReplayedAgent(timed, preset).Playing("it", false, recording) with { Timeout = limit };
        Task<Run.Results> running = timed.Async(subtask);
        await FileWait.ForAsync(timed.Folder.Combine("played"));
        time.Advance(limit);
        SubtaskResult it = (await running)["it"];
        Assert.Equal((SubtaskStatus.TimedOut, Codes.TimedOut), (it.Status, it.Code));
        return it.Reason;
    }

    private async Task<SubtaskResult> Play(string preset, bool writes, params string[] recordings) =>
        (await run.Async(run.Writing(new ReplayedAgent(run, preset).Playing("it", writes, recordings), "out.txt")))["it"];
}
