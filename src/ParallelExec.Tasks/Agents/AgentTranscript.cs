using System.Text.Json;
using ParallelExec.Model;

namespace ParallelExec.Agents;

/// <summary>Turns the machine-readable lines of an agent's command line into lines for people. Log files keep what was written.</summary>
internal static class AgentTranscript
{
    private const int LongestLine = 300;

    /// <summary>Machine-readable lines hold whole files, in characters.</summary>
    public const int LongestRaw = 1_000_000;

    /// <summary>What makes the lines of a subtask readable; null where they are text already.</summary>
    public static Func<string, string?>? For(Work work) =>
        work is AgentWork { Command.Preset: { } preset } ? line => Readable(preset, line) : null;

    /// <returns>Null for a line that tells people nothing.</returns>
    public static string? Readable(string preset, string line)
    {
        if (!line.StartsWith('{'))
            return line;
        string? text = null;
        return JsonLine.TryRead(line, read => text = Readable(preset, read))
            ? Wording.Shorten(text ?? "", LongestLine) is { Length: > 0 } shown ? shown : null
            : Wording.Shorten(line, LongestLine);
    }

    private static string? Readable(string preset, JsonElement line) => (preset, line.TextAt("type")) switch
    {
        ("opencode", "text") => line.TextAt("part", "text"),
        ("opencode", "tool_use") =>
            $"{line.TextAt("part", "tool")}: "
            + $"{line.TextAt("part", "state", "error") ?? line.TextAt("part", "state", "title") ?? line.TextAt("part", "state", "status")}",
        ("opencode", "error") => $"error: {line.TextAt("error", "data", "message") ?? line.TextAt("error", "name")}",
        ("codex", "item.completed") => line.At("item") is { } item ? Item(item) : null,
        ("codex" or "gemini", "error") => $"error: {line.TextAt("message")}",
        ("claude" or "qwen", "assistant") => Message(line),
        ("claude" or "qwen", "result") => line.TextAt("result"),
        ("claude", "system") when line.TextAt("subtype") == "api_retry" =>
            $"waits for its service: {line.TextAt("error")} {line.TextAt("error_status")}".TrimEnd(),
        ("copilot", "assistant.message") => line.TextAt("data", "content"),
        ("copilot", "tool.execution_start") => line.TextAt("data", "toolName"),
        ("copilot", "session.error") => $"error: {line.TextAt("data", "message")}",
        // The prompt stands there too.
        ("gemini", "message") => line.TextAt("role") == "user" ? null : line.TextAt("content"),
        ("gemini", "tool_use") => line.TextAt("tool_name"),
        ("gemini", "result") => line.TextAt("error", "message") is { } message ? $"error: {message}" : null,
        _ => null,
    };

    private static string? Item(JsonElement item) => item.TextAt("type") switch
    {
        "agent_message" => item.TextAt("text"),
        "command_execution" => $"$ {item.TextAt("command")} (exit code {item.TextAt("exit_code") ?? "unknown"})",
        "error" => item.TextAt("message"),
        string type => type.Replace('_', ' '),
        null => null,
    };

    private static string? Message(JsonElement line) =>
        string.Join("; ",
            line.ItemsAt("message", "content").Select(part => part.TextAt("text") ?? part.TextAt("name"))
            .OfType<string>()) is { Length: > 0 } parts
            ? parts
            : line.TextAt("message", "content") ?? line.TextAt("message");
}
