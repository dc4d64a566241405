using System.Text.Json;
using System.Text.RegularExpressions;

namespace ParallelExec.Agents.Transcripts;

/// <summary>
/// <c>qwen -o stream-json</c>: the lines of claude, except that a refusal of its service is told as if it were the agent's answer, as a
/// success.
/// </summary>
internal sealed partial class QwenTranscript : ClaudeTranscript
{
    protected override void Result(JsonElement line)
    {
        base.Result(line);
        if (ApiError().Match(Summary) is { Success: true } error)
        {
            Fail(error.Groups["why"].Value, StatusIn(error.Value));
            Summary = Summary[..error.Index].Trim();
        }
    }

    protected override void Text(string line)
    {
        base.Text(line);
        if (line.StartsWith("Attempt ", StringComparison.Ordinal) && StatusIn(line) is { } status)
            Wait(line, status);
    }

    // At its beginning advice may stand behind it; at its end what the model had said stands in front of it.
    [GeneratedRegex(
        @"\A\[API Error: (?<why>.*?)\]\s*(?:\z|\n.*\z)|\[API Error: (?<why>.*)\]\s*\z", RegexOptions.Singleline)]
    private static partial Regex ApiError();
}
