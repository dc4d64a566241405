using System.Text;
using ParallelExec.Agents;
using ParallelExec.Agents.Transcripts;
using ParallelExec.Model;

namespace ParallelExec.Tests.Agents;

/// <summary>Whatever a command line writes, reading it does not fail: each type of line of each of them, with each kind of value in each place.</summary>
public sealed class HostileLinesTests : IDisposable
{
    private static readonly string[] Types =
    [
        "error", "tool_use", "text", "step_finish", "item.completed", "turn.completed", "turn.failed", "result", "assistant", "assistant.message", "message", "unknown",
    ];

    private static readonly string[] Members =
    [
        "error", "part", "item", "message", "result", "is_error", "permission_denials", "data", "exitCode", "status", "subtype", "content", "tool_name",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "0", "1e999", "99999999999999999999", "\"text\"", "\"\\ud83d\"", "\"\\u0000\"", "[]", "[null]", "[[1]]", "[{}]", "{}", "{\"\\ud83d\": 1}",
        "{\"state\": 1}", "{\"state\": {\"status\": \"error\", \"error\": {}}}", "{\"type\": \"agent_message\", \"text\": 1}", "{\"type\": \"command_execution\"}", "{\"type\": 7}",
        "{\"content\": \"text\"}", "{\"content\": [1, null, {\"text\": []}]}", "{\"data\": {\"message\": {}}}", "{\"message\": {}}", "{\"reason\": null}",
    ];

    private readonly TestKit.TestFolder folder = new();

    public static IEnumerable<object[]> Presets => AgentPreset.All.Select(preset => new object[] { preset.Name });

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Presets))]
    public void Any_value_can_stand_in_any_place(string preset)
    {
        string[] lines =
        [
            .. from type in Types from member in Members from value in Values select $"{{\"type\":\"{type}\",\"{member}\":{value}}}",
            .. from value in Values select $"{{\"type\":{value}}}",
            .. from value in Values select value,
            "{", "}", "{}", "[{]", "{\"type\"", "\0{\"type\":\"result\"}\0", "\uFEFF{}", "{\"a\":" + new string('[', 5000), "noise {\"type\":\"error\"} noise",
        ];
        foreach (string line in lines)
            _ = AgentTranscript.Readable(preset, line);
        folder.Write("log", string.Join('\n', lines));
        _ = Problem(preset);
        for (int i = 0; i < lines.Length; i += 97)
        {
            folder.Write("log", lines[i]);
            _ = Problem(preset);
        }
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void A_line_that_is_cut_in_the_middle_of_a_character_is_no_JSON(string preset)
    {
        string line = $"{{\"type\":\"result\",\"result\":\"{new string('x', AgentTranscript.LongestRaw - 30)}😀😀😀😀😀😀😀😀😀😀\"}}";
        for (int shift = 0; shift < 2; shift++)
        {
            folder.Write("log", new string(' ', shift) + line);
            _ = Problem(preset);
            _ = AgentTranscript.Readable(preset, line[..(AgentTranscript.LongestRaw + shift)]);
        }
    }

    [Fact]
    public void A_line_of_a_hundred_megabytes_is_read_in_bounded_memory()
    {
        using (FileStream log = File.Create(folder.Combine("log")))
        {
            byte[] part = Encoding.ASCII.GetBytes(new string('x', 1_000_000));
            log.Write("{\"type\":\"text\",\"part\":{\"text\":\""u8);
            for (int i = 0; i < 100; i++)
                log.Write(part);
            log.Write("\n{\"type\":\"step_finish\",\"part\":{\"reason\":\"stop\"}}\n"u8);
        }
        Assert.Equal("", Problem("opencode"));
    }

    [Theory]
    [InlineData("claude", """{"type":"assistant","message":"Hello"}""", "Hello")]
    [InlineData("claude", """{"type":"assistant","message":{"content":"Hello"}}""", "Hello")]
    [InlineData("codex", """{"type":"item.completed"}""", null)]
    [InlineData("codex", """{"type":"item.completed","item":[]}""", null)]
    [InlineData("gemini", """{"type":"error","message":429}""", "error: 429")]
    [InlineData("opencode", "{\"type\":\"text\",\"part\":{\"text\":\"half \\ud83d\"}}", "half \\ud83d")]
    public void What_can_be_read_of_an_odd_line_is_shown(string preset, string line, string? shown) => Assert.Equal(shown, AgentTranscript.Readable(preset, line));

    [Theory]
    [InlineData("claude", """{"type":"result","is_error":"true","result":"no"}""", "no")]
    [InlineData("copilot", """{"type":"result","exitCode":"0"}""", null)]
    [InlineData("codex", """{"type":"turn.failed","error":"no"}""", "no")]
    [InlineData("claude", """{"type":"result","permission_denials":[1,"x",{"tool_name":"Bash"}]}""", "it was not permitted to use a tool, Bash")]
    public void What_it_says_counts_in_another_form_too(string preset, string line, string? problem)
    {
        folder.Write("log", line);
        Assert.Equal(problem ?? "", Problem(preset));
    }

    private string Problem(string preset) =>
        AgentVerdict.Of(Transcript.Read(preset, folder.Combine("log"), 0), 0, new AgentCommand(preset, "it", [], []), "", OutputChange.NoneDeclared, isVerified: false)
            .Reason.Replace("the agent failed: ", "", StringComparison.Ordinal);
}
