using System.Text.Json;

namespace ParallelExec.Agents.Transcripts;

/// <summary>
/// <c>claude --output-format stream-json</c>. Its last line says <c>success</c> also where its service has refused: <c>is_error</c> counts.
/// </summary>
internal class ClaudeTranscript : Transcript
{
    private readonly Dictionary<string, string> tools = new(StringComparer.Ordinal);

    protected override bool ReadsEvents => true;

    protected override void Event(string type, JsonElement line)
    {
        SessionId = line.TextAt("session_id") ?? SessionId;
        switch (type)
        {
            case "system" when line.TextAt("subtype") == "api_retry":
                Wait(line.TextAt("error") ?? "an error", Status(line, "error_status"));
                break;
            // What the command line says in the model's place has its name from neither.
            case "assistant" when line.TextAt("message", "model") != "<synthetic>":
                Answer();
                foreach (JsonElement part in line.ItemsAt("message", "content"))
                    Said(part);
                break;
            case "user":
                foreach (JsonElement part in line.ItemsAt("message", "content"))
                    Returned(part);
                break;
            case "result":
                Result(line);
                break;
        }
    }

    protected override void Text(string line)
    {
        base.Text(line);
        if (line.StartsWith("--agent ", StringComparison.Ordinal) && line.Contains("not found", StringComparison.Ordinal))
            UnknownAgent = line;
    }

    /// <summary>The last line: what it comes to.</summary>
    protected virtual void Result(JsonElement line)
    {
        Ended = true;
        Summary = line.TextAt("result") ?? "";
        ModelAnswered |= Summary.Length > 0 && !IsTrue(line.At("is_error"));
        foreach (JsonElement denial in line.ItemsAt("permission_denials"))
            Deny(denial.TextAt("tool_name") ?? "a tool");
        Usage = new(
            Sum(
                Count(line, "usage", "input_tokens"),
                Count(line, "usage", "cache_creation_input_tokens"),
                Count(line, "usage", "cache_read_input_tokens")),
            Count(line, "usage", "output_tokens"),
            Money(line, "total_cost_usd"),
            (int?)Math.Min(int.MaxValue, Count(line, "num_turns") ?? -1) is { } turns and >= 0 ? turns : null);
        if (!IsTrue(line.At("is_error")))
            return;
        string? first = line.ItemsAt("errors").Select(error => error.TextAt()).FirstOrDefault(error => error is not null);
        string? subtype = line.TextAt("subtype");
        Fail(
            line.TextAt("result") ?? first ?? line.TextAt("error", "message") ?? line.TextAt("error")
                ?? (subtype is null or "success" ? "an error" : subtype),
            Status(line, "api_error_status"));
    }

    private void Said(JsonElement part)
    {
        if (part.TextAt("type") == "tool_use" && part.TextAt("id") is { } id)
            tools[id] = part.TextAt("name") ?? "a tool";
        else if (part.TextAt("text") is { } text)
            Summary = text;
    }

    private void Returned(JsonElement part)
    {
        if (part.TextAt("type") != "tool_result")
            return;
        (FailedTool, FailedCommand) = (null, null);
        if (!IsTrue(part.At("is_error")))
            return;
        string tool = part.TextAt("tool_use_id") is { } id ? tools.GetValueOrDefault(id, "a tool") : "a tool";
        string said = part.TextAt("content") ?? string.Join(' ', part.ItemsAt("content").Select(each => each.TextAt("text")));
        if (said.StartsWith("Exit code ", StringComparison.OrdinalIgnoreCase))
            FailedCommand = said;
        else
            FailedTool = $"{tool}: {said}";
    }
}
