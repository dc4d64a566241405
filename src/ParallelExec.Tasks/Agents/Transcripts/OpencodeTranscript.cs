using System.Text.Json;
using System.Text.RegularExpressions;
using ParallelExec.Model;

namespace ParallelExec.Agents.Transcripts;

/// <summary><c>opencode run --format json</c>: it has ended with its work where its last step says <c>stop</c>.</summary>
internal sealed partial class OpencodeTranscript : Transcript
{
    protected override bool ReadsEvents => true;

    protected override void Event(string type, JsonElement line)
    {
        SessionId = line.TextAt("sessionID") ?? SessionId;
        switch (type)
        {
            case "error":
                Fail(
                    line.TextAt("error", "data", "message") ?? line.TextAt("error", "name") ?? line.TextAt("error") ?? "an error",
                    Status(line, "error", "data", "statusCode"));
                break;
            case "text":
                Answer();
                Summary = line.TextAt("part", "text") ?? Summary;
                break;
            case "tool_use":
                Answer();
                Used(line);
                break;
            case "step_finish":
                Answer();
                Finished(line);
                break;
        }
    }

    protected override void Text(string line)
    {
        if (line.Contains("Falling back to default agent", StringComparison.OrdinalIgnoreCase))
            UnknownAgent = line;
        // Lines of its log: of them only what its service did is of interest.
        if (line.StartsWith("timestamp=", StringComparison.Ordinal))
        {
            if (LoggedError().Match(line) is { Success: true } error)
                Wait(error.Groups[1].Value);
            return;
        }
        base.Text(line);
    }

    private void Used(JsonElement line)
    {
        (FailedTool, FailedCommand) = (null, null);
        string tool = line.TextAt("part", "tool") ?? "a tool";
        if (line.TextAt("part", "state", "status") == "error")
        {
            string said = line.TextAt("part", "state", "error") ?? tool;
            if (said.Contains("rejected permission", StringComparison.OrdinalIgnoreCase)
                || said.Contains("rule which prevents you", StringComparison.OrdinalIgnoreCase))
                Deny(tool);
            else
                FailedTool = said;
        }
        else if (tool == "invalid")
        {
            FailedTool = line.TextAt("part", "state", "input", "error") ?? "a tool that there is not";
        }
        else if (Count(line, "part", "state", "metadata", "exit") is { } exit and > 0)
        {
            FailedCommand = $"exit code {exit}: {line.TextAt("part", "state", "input", "command")}";
        }
    }

    private void Finished(JsonElement line)
    {
        string? reason = line.TextAt("part", "reason");
        Ended = reason == "stop";
        EndedWith = Ended ? null : reason;
        // What went wrong before was got over.
        if (Ended)
            Error = null;
        decimal? cost = Money(line, "part", "cost");
        Usage = Usage.Plus(new AgentUsage(
            Sum(
                Count(line, "part", "tokens", "input"),
                Count(line, "part", "tokens", "cache", "read"),
                Count(line, "part", "tokens", "cache", "write")),
            Sum(Count(line, "part", "tokens", "output"), Count(line, "part", "tokens", "reasoning")),
            // Of a model whose price it does not know it says 0.
            cost > 0 ? cost : null,
            1));
    }

    [GeneratedRegex("""level=ERROR .*\berror(?:\.error)?="(.*?)"(?= \w|$)""")]
    private static partial Regex LoggedError();
}
