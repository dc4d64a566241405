using System.Text.Json;
using System.Text.RegularExpressions;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Agents;

/// <summary>
/// What a command line says of its own work, beyond its exit code: 0 often means no more than that the session has ended.
/// </summary>
internal sealed partial class AgentAnswer
{
    private readonly string? preset;
    private string? error;
    private string? end;
    private string? lastText;
    private string? failedTool;

    private AgentAnswer(string? preset) => this.preset = preset;

    /// <summary>Why the work is not done; null when the command line says that it is.</summary>
    public string? Problem { get; private set; }

    /// <summary>The service asked to come back later.</summary>
    public bool IsRateLimit { get; private set; }

    /// <summary>The agent that was asked for is not known, and another one has worked.</summary>
    public bool IsFallback { get; private set; }

    /// <summary>The last thing that the agent has said; empty where it is not known.</summary>
    public string Summary { get; private set; } = "";

    /// <param name="preset">Null for a runner of the user's own: then the exit code alone counts.</param>
    /// <param name="start">Where in the log file its output begins, in bytes.</param>
    public static AgentAnswer Read(string? preset, string logFile, long start, int exitCode)
    {
        var answer = new AgentAnswer(preset);
        foreach (string line in LogLines.Read(logFile, AgentTranscript.LongestRaw, start))
            answer.Add(line);
        answer.Conclude(exitCode);
        return answer;
    }

    private void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        if (preset == "opencode" && line.Contains("Falling back to default agent", StringComparison.OrdinalIgnoreCase))
            IsFallback = true;
        // Both streams are in one file: a piece of the other may stand in front.
        int json = line.IndexOf('{', StringComparison.Ordinal);
        if (preset is null || json < 0 || !JsonLine.TryRead(line[json..], AddEvent))
            lastText = line.Trim();
    }

    private void Conclude(int exitCode)
    {
        if (exitCode != 0)
            Problem = $"exit code {exitCode}{((error ?? lastText) is { } said ? $": {Wording.Shorten(said, 200)}" : "")}";
        else if (error is not null)
            Problem = Wording.Shorten(error, 200);
        else if (failedTool is not null)
            Problem = $"its last tool call failed: {Wording.Shorten(failedTool, 200)}";
        else if (preset is not null && end is null)
            Problem = "its output does not say that it came to an end";
        else if (preset is not null && end != "done")
            Problem = $"it ended with '{end}'";
        IsRateLimit = preset is not null && Problem is not null && RateLimit().IsMatch($"{error} {lastText}");
    }

    private void AddEvent(JsonElement line)
    {
        switch (preset, line.TextAt("type"))
        {
            case ("opencode", "error"):
                error = line.TextAt("error", "data", "message") ?? line.TextAt("error", "name") ?? "an error";
                break;
            case ("opencode", "tool_use"):
                failedTool = line.TextAt("part", "state", "status") == "error" ? line.TextAt("part", "state", "error")
                    ?? line.TextAt("part", "tool") : null;
                break;
            case ("opencode", "text"):
                Summary = line.TextAt("part", "text") ?? Summary;
                break;
            case ("opencode", "step_finish"):
                end = line.TextAt("part", "reason") is "stop" ? "done" : line.TextAt("part", "reason");
                break;
            case ("codex", "item.completed") when line.TextAt("item", "type") == "agent_message":
                Summary = line.TextAt("item", "text") ?? Summary;
                break;
            case ("codex", "turn.completed"):
                (end, error) = ("done", null);
                break;
            case ("codex", "turn.failed"):
                error = line.TextAt("error", "message") ?? line.TextAt("error") ?? "the turn failed";
                break;
            // A stream that broke and is tried again says so too; the turn's end decides.
            case ("codex", "error"):
                error = line.TextAt("message");
                break;
            case ("claude" or "qwen", "result"):
                (end, Summary) = ("done", line.TextAt("result") ?? "");
                if (IsTrue(line.At("is_error")))
                    error = line.TextAt("result") ?? line.TextAt("error", "message") ?? line.TextAt("error") ?? line.TextAt("subtype")
                        ?? "an error";
                else if (line.ItemsAt("permission_denials").Select(each => each.TextAt("tool_name") ?? "a tool").Distinct()
                    .ToArray() is { Length: > 0 } denied)
                    error = $"it was not permitted to use {string.Join(", ", denied)}";
                break;
            case ("copilot", "assistant.message"):
                Summary = line.TextAt("data", "content") ?? Summary;
                break;
            case ("copilot", "result"):
                end = line.TextAt("exitCode") == "0" ? "done" : "an error";
                break;
            case ("gemini", "result"):
                end = line.TextAt("status") is "success" or null ? "done" : line.TextAt("status");
                break;
            case ("gemini", "error"):
                error = line.TextAt("message") ?? "an error";
                break;
        }
    }

    private static bool IsTrue(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.True }
            || (value is { ValueKind: JsonValueKind.String } text
            && text.GetRawText().Equals("\"true\"", StringComparison.OrdinalIgnoreCase));

    [GeneratedRegex(
        @"\b429\b|\b529\b|rate.?limit|too many requests|overloaded|usage limit|insufficient_quota|quota exceeded|exceeded your (current "
        + @")?quota", RegexOptions.IgnoreCase)]
    private static partial Regex RateLimit();
}
