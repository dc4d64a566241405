using System.Text.Json;
using Microsoft.Build.Framework;

namespace ParallelExec.Tasks;

/// <summary>One thing to log. A message has a form that can go to another process.</summary>
internal sealed record LogEntry(LogEntryKind Kind, string Text, DateTime At)
{
    /// <summary>
    /// The terminal logger shows at once, and at all, only what says that it asks for credentials: a text with <c>--interactive</c> in it.
    /// Here that stands in the end of a link that nobody has begun, of which a terminal shows nothing. See docs/architecture.md.
    /// </summary>
    public const string ShownAtOnce = "\e]8;id=--interactive;\e\\";

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(30);

    public string Code { get; init; } = "";
    public string File { get; init; } = "";
    public int Line { get; init; }
    public int Column { get; init; }
    public string Subcategory { get; init; } = "";

    public void LogTo(IBuildEngine engine, bool terminalLogger)
    {
        const string Sender = "ParallelExec";
        // Our own codes have a page; those of other tools are theirs.
        string? help = Code.StartsWith("PEX", StringComparison.Ordinal) ? Code : null;
        switch (Kind)
        {
            case LogEntryKind.Error:
                engine.LogErrorEvent(new BuildErrorEventArgs(Subcategory, Code, File, Line, Column, 0, 0, Text, help, Sender, At));
                break;
            case LogEntryKind.Warning:
                engine.LogWarningEvent(new BuildWarningEventArgs(Subcategory, Code, File, Line, Column, 0, 0, Text, help, Sender, At));
                break;
            case LogEntryKind.Message:
                string text = terminalLogger && IsAsked(engine) ? ShownAtOnce + Text : Text;
                engine.LogMessageEvent(new BuildMessageEventArgs(text, null, Sender, MessageImportance.High, At));
                break;
            case LogEntryKind.Bare:
                WriteBare();
                break;
            default:
                throw new InvalidOperationException($"nobody logs {Kind}");
        }
    }

    // Not where the build is quiet (-v:q).
    private static bool IsAsked(IBuildEngine engine) =>
        engine is not IBuildEngine10 { EngineServices: { } services } || services.LogsMessagesOfImportance(MessageImportance.High);

    // The engine's logger has a thread of its own: what it was given before stands, after a moment, in front of this. Where it is slower,
    // a line is on the other side of the beginning or the end of a group, which does no harm.
    private void WriteBare()
    {
        using var moment = new ManualResetEventSlim();
        moment.Wait(Moment);
        Console.Out.WriteLine(Text);
    }

    public byte[] ToJsonLine()
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("text", Text);
            json.WriteString("at", At);
            json.WriteEndObject();
        }
        line.WriteByte((byte)'\n');
        return line.ToArray();
    }

    public static LogEntry FromJsonLine(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        return new LogEntry(LogEntryKind.Message, root.GetProperty("text").GetString()!, root.GetProperty("at").GetDateTime());
    }
}

internal enum LogEntryKind
{
    Message,

    /// <summary>A line for whoever reads the console: the engine's logger would indent it, and make a line's end of each return.</summary>
    Bare,
    Warning,
    Error,
}
