using System.Text.Json;

namespace ParallelExec.Agents.Transcripts;

/// <summary><c>copilot --output-format json</c>: its last line has its exit code; what went wrong stands in <c>session.error</c>.</summary>
internal sealed class CopilotTranscript : Transcript
{
    private readonly Dictionary<string, string> tools = new(StringComparer.Ordinal);

    protected override bool ReadsEvents => true;

    protected override void Event(string type, JsonElement line)
    {
        switch (type)
        {
            case "assistant.message":
                Answer();
                Usage = Usage.Plus(new(null, null, null, 1));
                if (line.TextAt("data", "content") is { Length: > 0 } said)
                    Summary = said;
                break;
            case "assistant.usage":
                Usage = Usage.Plus(new(Count(line, "data", "inputTokens"), Count(line, "data", "outputTokens"), null, null));
                break;
            case "model.call_failure":
                Wait(Inner(line.TextAt("data", "errorMessage") ?? "the model did not answer"), Status(line, "data", "statusCode"));
                break;
            case "session.error":
                Fail(
                    line.TextAt("data", "message") ?? line.TextAt("data", "errorType") ?? "an error",
                    Status(line, "data", "statusCode") ?? (line.TextAt("data", "errorType") == "rate_limit" ? 429 : null));
                break;
            case "tool.execution_start" when line.TextAt("data", "toolCallId") is { } id:
                tools[id] = line.TextAt("data", "toolName") ?? "a tool";
                break;
            case "tool.execution_complete":
                Used(line);
                break;
            case "result":
                SessionId = line.TextAt("sessionId") ?? SessionId;
                Ended = line.TextAt("exitCode") == "0";
                EndedWith = Ended ? null : "an error";
                if (Ended)
                    Error = null;
                break;
        }
    }

    protected override void Text(string line)
    {
        // It unpacks itself at its first start.
        if (line.StartsWith("Package extraction took", StringComparison.OrdinalIgnoreCase))
            return;
        base.Text(line);
        if (line.Contains("No such agent", StringComparison.OrdinalIgnoreCase))
            UnknownAgent = line;
    }

    /// <summary>The words of the service, which stand in JSON of its own.</summary>
    private static string Inner(string message)
    {
        string? said = null;
        return JsonLine.TryRead(message, json => said = json.TextAt("message") ?? json.TextAt("error", "message")) && said is not null
            ? said : message.Trim('"');
    }

    private void Used(JsonElement line)
    {
        (FailedTool, FailedCommand) = (null, null);
        string tool = line.TextAt("data", "toolCallId") is { } id ? tools.GetValueOrDefault(id, "a tool") : "a tool";
        if (line.At("data", "success") is { ValueKind: JsonValueKind.False })
        {
            string code = line.TextAt("data", "error", "code") ?? "";
            if (code is "denied" or "rejected")
                Deny(tool);
            else
                FailedTool = $"{tool}: {line.TextAt("data", "error", "message") ?? code}";
        }
        else if (Count(line, "data", "shellExecution", "exitCode") is { } exit and > 0)
        {
            FailedCommand = $"exit code {exit}";
        }
    }
}
