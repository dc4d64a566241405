using System.Text.Json;
using System.Text.RegularExpressions;

namespace ParallelExec.Agents.Transcripts;

/// <summary><c>gemini -o stream-json</c>: its last line has status and cause; its error output says why it waits.</summary>
internal sealed partial class GeminiTranscript : Transcript
{
    private readonly Dictionary<string, string> tools = new(StringComparer.Ordinal);
    private bool isSpeaking;

    protected override bool ReadsEvents => true;

    protected override void Event(string type, JsonElement line)
    {
        SessionId = line.TextAt("session_id") ?? SessionId;
        switch (type)
        {
            // The prompt stands there too.
            case "message" when line.TextAt("role") is null or "assistant":
                Answer();
                // An answer comes in pieces.
                Summary = (isSpeaking ? Summary : "") + line.TextAt("content");
                isSpeaking = IsTrue(line.At("delta"));
                break;
            case "tool_use":
                Answer();
                isSpeaking = false;
                if (line.TextAt("tool_id") is { } id)
                    tools[id] = line.TextAt("tool_name") ?? "a tool";
                break;
            case "tool_result":
                Used(line);
                break;
            case "error":
                Fail(Inner(line.TextAt("message") ?? "an error"), StatusIn(line.TextAt("message") ?? ""));
                break;
            case "result":
                Result(line);
                break;
        }
    }

    protected override void Text(string line)
    {
        if (line.StartsWith("Attempt ", StringComparison.Ordinal) && StatusIn(line) is { } status)
            Wait(Attempt().Match(line) is { Success: true } attempt ? attempt.Value : line, status);
        // What it says of itself at each start is no cause of anything.
        else if (!Chatter().IsMatch(line))
            base.Text(line);
    }

    private void Used(JsonElement line)
    {
        (FailedTool, FailedCommand) = (null, null);
        if (line.TextAt("status") is null or "success")
            return;
        string tool = line.TextAt("tool_id") is { } id ? tools.GetValueOrDefault(id, "a tool") : "a tool";
        string said = line.TextAt("error", "message") ?? line.TextAt("output") ?? "";
        if (line.TextAt("error", "type") == "policy_violation" || said.Contains("denied by policy", StringComparison.OrdinalIgnoreCase))
            Deny(tool);
        else
            FailedTool = $"{tool}: {said}";
    }

    private void Result(JsonElement line)
    {
        Usage = new(
            Count(line, "stats", "input_tokens"),
            Count(line, "stats", "output_tokens"),
            null,
            null);
        Ended = line.TextAt("status") is "success" or null;
        if (Ended)
            (Error, HttpStatus) = (null, null);
        else if (line.TextAt("error", "message") is { } message)
            Fail(Inner(message), StatusIn(message));
        else
            EndedWith = line.TextAt("status");
    }

    /// <summary>What stands in the brackets, and in the JSON of its service.</summary>
    private static string Inner(string message)
    {
        string inner = ApiError().Match(message) is { Success: true } error ? error.Groups[1].Value : message;
        string? said = null;
        return JsonLine.TryRead(inner, json => said = json.TextAt("error", "message")) && said is not null
            ? said : inner;
    }

    [GeneratedRegex(@"\A\s*\[API Error: (.*?)\]\s*(?:\z|\n.*\z)", RegexOptions.Singleline)]
    private static partial Regex ApiError();

    [GeneratedRegex(@"^Attempt \d+ failed with status \d+")]
    private static partial Regex Attempt();

    [GeneratedRegex(@"^(?:at |\[STARTUP\]|\[Routing\]|Warning:|Ripgrep is not|YOLO mode|Loaded cached|[\[\]{}]|"")|^\w+: '?\w*'?,?$")]
    private static partial Regex Chatter();
}
