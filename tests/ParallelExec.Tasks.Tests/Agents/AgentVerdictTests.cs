using ParallelExec.Agents;
using ParallelExec.Agents.Transcripts;
using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Agents;

/// <summary>What each command line's machine-readable output comes to. The forms are those that the real ones have.</summary>
public sealed class AgentVerdictTests : IDisposable
{
    private const string Stop = """{"type":"step_finish","part":{"reason":"stop"}}""";
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("opencode", Stop)]
    [InlineData("opencode", "{\"type\":\"tool_use\",\"part\":{\"tool\":\"bash\",\"state\":{\"status\":\"completed\"}}}\n" + Stop)]
    [InlineData("opencode", "{\"type\":\"tool_use\",\"part\":{\"tool\":\"edit\",\"state\":{\"status\":\"error\",\"error\":\"no match\"}}}\n{\"type\":\"tool_use\",\"part\":{\"tool\":\"edit\",\"state\":{\"status\":\"completed\"}}}\n" + Stop)]
    [InlineData("opencode", "a warning without an end " + Stop)]
    [InlineData("codex", """{"type":"turn.completed","usage":{}}""")]
    [InlineData("codex", "{\"type\":\"error\",\"message\":\"Reconnecting 1/5\"}\n{\"type\":\"turn.completed\"}")]
    [InlineData("claude", """{"type":"result","subtype":"success","is_error":false,"result":"done","permission_denials":[]}""")]
    [InlineData("qwen", """{"type":"result","is_error":false}""")]
    [InlineData("copilot", """{"type":"result","exitCode":0}""")]
    [InlineData("gemini", """{"type":"result","status":"success"}""")]
    [InlineData(null, "anything")]
    public void Done_is_what_says_so(string? preset, string output) => Assert.Equal("", Problem(preset, output));

    [Theory]
    [InlineData("opencode", "", "its output does not say that it came to an end")]
    [InlineData("opencode", """{"type":"step_finish","part":{"reason":"tool-calls"}}""", "it ended with 'tool-calls'")]
    [InlineData("opencode", """{"type":"error","error":{"name":"APIError","data":{"message":"no key"}}}""", "no key")]
    [InlineData("opencode", "{\"type\":\"tool_use\",\"part\":{\"tool\":\"write\",\"state\":{\"status\":\"error\",\"error\":\"rejected\"}}}\n" + Stop, "its last tool call failed: rejected")]
    [InlineData("codex", """{"type":"turn.failed","error":{"message":"401 Unauthorized"}}""", "401 Unauthorized")]
    [InlineData("claude", """{"type":"result","subtype":"error_max_turns","is_error":true}""", "error_max_turns")]
    [InlineData("claude", """{"type":"result","is_error":false,"permission_denials":[{"tool_name":"Bash"},{"tool_name":"Bash"}]}""", "it was not permitted to use Bash")]
    [InlineData("copilot", """{"type":"result","exitCode":1}""", "it ended with 'an error'")]
    [InlineData("gemini", """{"type":"result","status":"error"}""", "it ended with 'error'")]
    public void An_exit_code_of_0_alone_is_not_done(string preset, string output, string problem) => Assert.Equal(problem, Problem(preset, output));

    [Theory]
    [InlineData(null, "first\nlast words\n", "exit code 3: last words")]
    [InlineData("codex", "{\"type\":\"turn.failed\",\"error\":{\"message\":\"why\"}}\nnoise", "exit code 3: why")]
    [InlineData("codex", "", "exit code 3")]
    public void Another_exit_code_is_told_with_what_was_said_last(string? preset, string output, string problem) => Assert.Equal(problem, Problem(preset, output, 3));

    [Theory]
    [InlineData("codex", """{"type":"turn.failed","error":{"message":"exceeded retry limit, last status: 429 Too Many Requests"}}""", true)]
    [InlineData("claude", """{"type":"result","is_error":true,"result":"Claude usage limit reached"}""", true)]
    [InlineData("codex", """{"type":"turn.failed","error":{"message":"500"}}""", false)]
    [InlineData("codex", "{\"type\":\"item.completed\",\"item\":{\"type\":\"agent_message\",\"text\":\"I wrote a rate limit\"}}\n{\"type\":\"turn.failed\",\"error\":{\"message\":\"x\"}}", false)]
    [InlineData("opencode", """{"type":"error","error":{"data":{"message":"The model is overloaded","statusCode":503}}}""", true)]
    [InlineData("opencode", """{"type":"error","error":{"data":{"message":"bad gateway","statusCode":503}}}""", false)]
    [InlineData("opencode", """{"type":"error","error":{"data":{"message":"no rate limit is known","statusCode":401}}}""", false)]
    [InlineData("opencode", """{"type":"error","error":{"data":{"message":"please slow down","statusCode":429}}}""", true)]
    [InlineData(null, "429 Too Many Requests", false)]
    public void A_rate_limit_is_known_where_the_command_line_is(string? preset, string output, bool isLimit) => Assert.Equal(isLimit, Verdict(preset, output, 1).IsRateLimit);

    [Fact]
    public void Only_a_known_command_line_has_lost_its_input()
    {
        Assert.True(Verdict("codex", "No prompt provided via stdin.", 1).IsLostInput);
        Assert.False(Verdict(null, "No prompt provided via stdin.", 1).IsLostInput);
        Assert.False(Verdict("codex", "No prompt provided via stdin.\n{\"type\":\"turn.completed\"}").IsLostInput);
    }

    [Fact]
    public void A_silent_fall_back_to_another_agent_is_seen() =>
        Assert.Equal(Codes.AgentUnknown, Verdict("opencode", "!  agent \"X\" not found. Falling back to default agent\n" + Stop).Code);

    [Theory]
    [InlineData("opencode", """{"type":"text","part":{"text":"I did it."}}""")]
    [InlineData("codex", """{"type":"item.completed","item":{"type":"agent_message","text":"I did it."}}""")]
    [InlineData("claude", """{"type":"result","result":"I did it."}""")]
    [InlineData("copilot", """{"type":"assistant.message","data":{"content":"I did it."}}""")]
    public void The_last_thing_said_is_the_summary(string preset, string output) => Assert.Equal("I did it.", Read(preset, output).Summary);

    [Fact]
    public void Only_this_attempt_counts()
    {
        folder.Write("log", "{\"type\":\"turn.failed\"}\n{\"type\":\"turn.completed\"}\n");
        Assert.Null(Transcript.Read("codex", folder.Combine("log"), start: 23).Error);
    }

    [Theory]
    [InlineData("codex", """{"type":"item.completed","item":{"type":"command_execution","command":"make","exit_code":2}}""", "$ make (exit code 2)")]
    [InlineData("codex", """{"type":"thread.started"}""", null)]
    [InlineData("opencode", """{"type":"tool_use","part":{"tool":"write","state":{"status":"completed","title":"a.txt"}}}""", "write: a.txt")]
    [InlineData("claude", """{"type":"assistant","message":{"content":[{"type":"text","text":"Now"},{"type":"tool_use","name":"Bash"}]}}""", "Now; Bash")]
    [InlineData("gemini", "plain text", "plain text")]
    [InlineData("codex", "{ no JSON", "{ no JSON")]
    public void Lines_for_machines_become_lines_for_people(string preset, string line, string? shown) => Assert.Equal(shown, AgentTranscript.Readable(preset, line));

    private AgentReport Read(string? preset, string output)
    {
        folder.Write("log", output);
        return Transcript.Read(preset, folder.Combine("log"), 0);
    }

    private AgentVerdict Verdict(string? preset, string output, int exitCode = 0) =>
        AgentVerdict.Of(Read(preset, output), exitCode, new AgentCommand(preset, "it", [], []) { AgentName = "X" }, "X", OutputChange.NoneDeclared, isVerified: false);

    private string Problem(string? preset, string output, int exitCode = 0) =>
        Verdict(preset, output, exitCode).Reason.Replace("the agent failed: ", "", StringComparison.Ordinal);
}
