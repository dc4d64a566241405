using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Agents.Transcripts;

/// <summary>
/// Reads what a command line writes, line by line, and says what it came to. Each known one has a reader of its own; this one is for the
/// user's own, of which nothing is known but text.
/// </summary>
internal partial class Transcript
{
    private readonly List<string> denied = [];

    protected string? Error { get; set; }

    protected int? HttpStatus { get; set; }

    protected bool Ended { get; set; }

    protected string? EndedWith { get; set; }

    protected string? FailedTool { get; set; }

    protected string? FailedCommand { get; set; }

    protected string? Waiting { get; set; }

    protected string? UnknownAgent { get; set; }

    protected bool LostInput { get; set; }

    protected bool ModelAnswered { get; set; }

    protected string? LastText { get; set; }

    protected string Summary { get; set; } = "";

    protected AgentUsage Usage { get; set; } = AgentUsage.None;

    protected string SessionId { get; set; } = "";

    /// <param name="preset">Null for a runner of the user's own.</param>
    /// <param name="start">Where in the log file its output begins, in bytes.</param>
    public static AgentReport Read(string? preset, string logFile, long start)
    {
        Transcript transcript = Of(preset);
        foreach (string line in LogLines.Read(logFile, AgentTranscript.LongestRaw, start))
            transcript.Add(line);
        return transcript.Report();
    }

    /// <summary>One line, without its end.</summary>
    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        // Both streams are in one file: a piece of the other may stand in front.
        int json = line.IndexOf('{', StringComparison.Ordinal);
        bool isEvent = false;
        if (json >= 0 && ReadsEvents)
        {
            JsonLine.TryRead(line[json..], read =>
            {
                // JSON without a type is a part of a text, such as what a service has answered.
                if (read.TextAt("type") is not { } type)
                    return;
                isEvent = true;
                Event(type, read);
            });
        }
        if (!isEvent)
            Text(line.Trim());
    }

    public AgentReport Report() => new()
    {
        Ended = Ended,
        EndedWith = EndedWith,
        Error = Error,
        HttpStatus = HttpStatus,
        Denied = [.. denied],
        FailedTool = FailedTool,
        FailedCommand = FailedCommand,
        Waiting = Waiting,
        UnknownAgent = UnknownAgent,
        LostInput = LostInput,
        ModelAnswered = ModelAnswered,
        LastText = LastText,
        Summary = Summary,
        Usage = Usage,
        SessionId = SessionId,
    };

    /// <summary>It writes lines for machines.</summary>
    protected virtual bool ReadsEvents => false;

    /// <summary>A line for machines.</summary>
    protected virtual void Event(string type, JsonElement line)
    {
    }

    /// <summary>Any other line, of its error output mostly.</summary>
    protected virtual void Text(string line)
    {
        LastText = line;
        if (NoPrompt().IsMatch(line))
            LostInput = true;
    }

    protected void Deny(string tool)
    {
        if (!denied.Contains(tool, StringComparer.Ordinal))
            denied.Add(tool);
    }

    /// <summary>The service has refused, or the command line has: both the words and the number that stands in them.</summary>
    protected void Fail(string words, int? status = null)
    {
        Error = words;
        HttpStatus = status ?? StatusIn(words) ?? HttpStatus;
    }

    /// <summary>It waits for its service, and will ask again.</summary>
    protected void Wait(string words, int? status = null)
    {
        Waiting = words;
        HttpStatus = status ?? StatusIn(words) ?? HttpStatus;
    }

    /// <summary>The model has answered: what it waited for before has passed.</summary>
    protected void Answer()
    {
        ModelAnswered = true;
        (Waiting, HttpStatus) = (null, null);
    }

    /// <summary>An HTTP status at the end of a path of members; null where none stands there.</summary>
    protected static int? Status(JsonElement line, params ReadOnlySpan<string> path) =>
        Count(line, path) is { } status and >= 400 and < 600 ? (int)status : null;

    /// <summary>A whole number, zero or more, at the end of a path of members; null where none stands there.</summary>
    protected static long? Count(JsonElement line, params ReadOnlySpan<string> path) =>
        line.TextAt(path) is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long count)
            ? count : null;

    /// <summary>An amount of money, zero or more, at the end of a path of members; null where none stands there.</summary>
    protected static decimal? Money(JsonElement line, params ReadOnlySpan<string> path) =>
        line.TextAt(path) is { } text && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal money)
            && money is >= 0 and < 1_000_000_000 ? money : null;

    /// <summary>The sum of those that are there; null where none is.</summary>
    protected static long? Sum(params ReadOnlySpan<long?> counts)
    {
        AgentUsage sum = AgentUsage.None;
        foreach (long? count in counts)
            sum = sum.Plus(new AgentUsage(count, null, null, null));
        return sum.InputTokens;
    }

    protected static bool IsTrue(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.True }
        || (value is { ValueKind: JsonValueKind.String } text
            && text.GetRawText().Equals("\"true\"", StringComparison.OrdinalIgnoreCase));

    /// <summary>The HTTP status that a text names; null where it names none.</summary>
    protected static int? StatusIn(string text)
    {
        Match match = NamedStatus().Match(text);
        return match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;
    }

    private static Transcript Of(string? preset) => preset switch
    {
        null => new Transcript(),
        "claude" => new ClaudeTranscript(),
        "opencode" => new OpencodeTranscript(),
        "codex" => new CodexTranscript(),
        "copilot" => new CopilotTranscript(),
        "gemini" => new GeminiTranscript(),
        "qwen" => new QwenTranscript(),
        _ => throw new InvalidOperationException($"nobody reads what {preset} writes"),
    };

    // "unexpected status 401 Unauthorized", "[API Error: 401 no key]", {"error":{"code":429, "Request rejected (429)", "HTTP 503".
    [GeneratedRegex(
        """(?:status(?:[ _]?code)?["']?[:=]?\s*|API Error:\s*|HTTP(?:/[\d.]+)?\s+|"code"\s*:\s*|\bError:?\s+|\()([45]\d\d)\b""",
        RegexOptions.IgnoreCase)]
    private static partial Regex NamedStatus();

    [GeneratedRegex(
        "no (?:input|prompt) (?:was )?provided|no stdin data|input must be provided|must provide a message or a command",
        RegexOptions.IgnoreCase)]
    private static partial Regex NoPrompt();
}
