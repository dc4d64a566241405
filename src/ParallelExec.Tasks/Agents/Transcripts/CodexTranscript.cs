using System.Text.Json;

namespace ParallelExec.Agents.Transcripts;

/// <summary><c>codex exec --json</c>: the end of the turn decides; errors before it were got over, or are its cause.</summary>
internal sealed class CodexTranscript : Transcript
{
    protected override bool ReadsEvents => true;

    protected override void Event(string type, JsonElement line)
    {
        switch (type)
        {
            case "thread.started":
                SessionId = line.TextAt("thread_id") ?? SessionId;
                break;
            case "item.completed" when line.At("item") is { } item:
                Item(item);
                break;
            case "error":
                if (line.TextAt("message") is { } message && message.StartsWith("Reconnecting", StringComparison.Ordinal))
                    Wait(message);
                else
                    Fail(line.TextAt("message") ?? "an error");
                break;
            case "turn.failed":
                Fail(line.TextAt("error", "message") ?? line.TextAt("error") ?? "the turn failed");
                break;
            case "turn.completed":
                Ended = ModelAnswered = true;
                (Error, HttpStatus) = (null, null);
                Usage = Usage.Plus(new(
                    Count(line, "usage", "input_tokens"),
                    Count(line, "usage", "output_tokens"),
                    null,
                    null));
                break;
        }
    }

    private void Item(JsonElement item)
    {
        switch (item.TextAt("type"))
        {
            case "agent_message":
                Answer();
                Summary = item.TextAt("text") ?? Summary;
                break;
            case "command_execution":
                Answer();
                (FailedTool, FailedCommand) = (null, null);
                string command = item.TextAt("command") ?? "a command";
                if (item.TextAt("status") == "declined")
                    Deny(command);
                else if (Count(item, "exit_code") is { } exit and > 0)
                    FailedCommand = $"exit code {exit}: {command}: {item.TextAt("aggregated_output")}".TrimEnd(':', ' ', '\n');
                break;
            case "file_change":
                Answer();
                FailedTool = item.TextAt("status") == "failed" ? "a change of files" : null;
                FailedCommand = null;
                break;
        }
    }
}
