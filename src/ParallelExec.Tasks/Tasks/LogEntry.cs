using System.Text.Json;
using Microsoft.Build.Framework;

namespace ParallelExec.Tasks;

/// <summary>One thing to log, in a form that can go to another process.</summary>
internal sealed record LogEntry(LogEntryKind Kind, string Text, DateTime At)
{
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
            // The terminal logger shows messages of these kinds at once, others not at all; for other loggers they are plain messages.
            case LogEntryKind.Message when terminalLogger:
                engine.LogMessageEvent(new ExtendedBuildMessageEventArgs("TLTESTOUTPUT", Text, null, Sender, MessageImportance.High, At));
                break;
            case LogEntryKind.Status when terminalLogger:
                engine.LogMessageEvent(new ExtendedBuildMessageEventArgs("TLTESTPASSED", Text, null, Sender, MessageImportance.High, At)
                {
                    ExtendedMetadata = new Dictionary<string, string?> { ["localizedResult"] = "", ["displayName"] = Text },
                });
                break;
            case LogEntryKind.Message:
                engine.LogMessageEvent(new BuildMessageEventArgs(Text, null, Sender, MessageImportance.High, At));
                break;
        }
    }

    public byte[] ToJsonLine()
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteNumber("kind", (int)Kind);
            json.WriteString("text", Text);
            json.WriteString("at", At);
            json.WriteString("code", Code);
            json.WriteString("file", File);
            json.WriteNumber("line", Line);
            json.WriteNumber("column", Column);
            json.WriteString("subcategory", Subcategory);
            json.WriteEndObject();
        }
        line.WriteByte((byte)'\n');
        return line.ToArray();
    }

    public static LogEntry FromJsonLine(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        return new LogEntry((LogEntryKind)root.GetProperty("kind").GetInt32(), root.GetProperty("text").GetString()!, root.GetProperty("at").GetDateTime())
        {
            Code = root.GetProperty("code").GetString()!,
            File = root.GetProperty("file").GetString()!,
            Line = root.GetProperty("line").GetInt32(),
            Column = root.GetProperty("column").GetInt32(),
            Subcategory = root.GetProperty("subcategory").GetString()!,
        };
    }
}

internal enum LogEntryKind
{
    Message,
    Status,
    Warning,
    Error,
}
