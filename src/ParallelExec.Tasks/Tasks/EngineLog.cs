using Microsoft.Build.Framework;
using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.Reporting.Ci;

namespace ParallelExec.Tasks;

/// <summary>
/// Collects what is to be logged, from any thread, in order. Only the engine's own thread hands it to the engine; while that thread
/// waits for projects, entries go through a file to another node, which can log meanwhile.
/// </summary>
internal sealed class EngineLog(bool terminalLogger) : IRunLog, IDisposable
{
    private readonly Lock gate = new();
    private readonly ItemLocator items = new();
    private readonly Queue<LogEntry> waiting = new();

    /// <summary>
    /// What came since the other node shows messages, in order. Warnings and errors stay here: from there they would be another project's.
    /// </summary>
    private readonly List<LogEntry> meanwhile = [];
    private FileStream? forwardTo;
    private bool isForwarding;

    /// <summary>Hides secrets in all that is logged; null = there are none.</summary>
    public SecretMasker? Masker { get; set; }

    /// <summary>A CI reads what is logged.</summary>
    public bool InCi { get; set; } = PlainText.IsReadByCi(Environment.GetEnvironmentVariable);

    /// <summary>What a CI engine is told of errors and warnings beside MSBuild's own lines; null = nothing.</summary>
    public CiIssues? Issues { get; set; }

    /// <summary>Called when there is something to drain.</summary>
    public Action Added { get; set; } = () => { };

    public void Message(string text) => Add(new LogEntry(LogEntryKind.Message, text, DateTime.UtcNow));

    // The terminal logger puts something in front of each line, so that none of them would be obeyed.
    public void Command(string line, bool atLineStart = false)
    {
        if (!terminalLogger)
            Add(new LogEntry(atLineStart ? LogEntryKind.Bare : LogEntryKind.Message, line, DateTime.UtcNow), isCommand: true);
    }

    public void Report(Diagnostic diagnostic)
    {
        SourceLocation at = diagnostic.Origin is { } origin ? items.Locate(origin, diagnostic.Metadata) : new SourceLocation("");
        LogEntryKind kind = diagnostic.Severity == Severity.Error ? LogEntryKind.Error : LogEntryKind.Warning;
        Add(new LogEntry(
            kind, diagnostic.Message, DateTime.UtcNow)
        { Code = diagnostic.Code, File = at.File, Line = at.Line, Column = at.Column });
        if (Issues?.For(diagnostic, PlainText.Of(Hidden(diagnostic.Message), ci: false), at) is { } issue)
            Command(issue);
    }

    public bool TryDiagnosticLine(string line, string subtaskId, bool asWarning)
    {
        LogEntry? parsed = DiagnosticLine.Parse(line, subtaskId, asWarning);
        if (parsed is null)
            return false;
        Add(parsed);
        Severity severity = parsed.Kind == LogEntryKind.Error ? Severity.Error : Severity.Warning;
        var at = new SourceLocation(parsed.File, parsed.Line, parsed.Column);
        if (Issues?.ForLine(severity, parsed.Code, PlainText.Of(Hidden(parsed.Text), ci: false), at) is { } issue)
            Command(issue);
        return true;
    }

    /// <summary>Hands what waits to the engine.</summary>
    public void DrainTo(IBuildEngine engine)
    {
        while (true)
        {
            LogEntry? entry;
            lock (gate)
            {
                if (!waiting.TryDequeue(out entry))
                    return;
            }
            entry.LogTo(engine, terminalLogger);
        }
    }

    /// <summary>Hands messages to the engine from a task of another project; errors and warnings would be that project's.</summary>
    /// <returns>False where the next is none.</returns>
    public bool DrainMessagesTo(IBuildEngine engine)
    {
        while (true)
        {
            LogEntry? entry;
            lock (gate)
            {
                if (!waiting.TryPeek(out entry))
                    return true;
                if (entry.Kind != LogEntryKind.Message)
                    return false;
                waiting.Dequeue();
            }
            entry.LogTo(engine, terminalLogger);
        }
    }

    /// <summary>From now on another node shows what comes: it reads <see cref="LogFile"/>.</summary>
    /// <returns>False where there can be no such file: then what comes waits here.</returns>
    public bool TryForwardTo(string folder)
    {
        try
        {
            // Without a buffer: what can not be written must not come later.
            var file = new FileStream(
                LogFile(folder), FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            lock (gate)
                (forwardTo, isForwarding) = (file, true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>What the other node did not get to is ours again.</summary>
    /// <param name="shown">How many messages it has shown.</param>
    public void StopForwarding(int shown)
    {
        lock (gate)
        {
            isForwarding = false;
            forwardTo?.Dispose();
            forwardTo = null;
            foreach (LogEntry entry in meanwhile)
            {
                if (entry.Kind != LogEntryKind.Message || shown-- <= 0)
                    waiting.Enqueue(entry);
            }
            meanwhile.Clear();
        }
    }

    public void Dispose() => forwardTo?.Dispose();

    public static string LogFile(string folder) => Path.Combine(folder, "log.ndjson");

    // The one place that all text for people passes.
    private void Add(LogEntry entry, bool isCommand = false)
    {
        entry = entry with { Text = Hidden(entry.Text) };
        if (!isCommand)
            entry = entry with { Text = PlainText.Of(entry.Text, InCi), File = PlainText.Of(entry.File, InCi) };
        lock (gate)
        {
            if (isForwarding)
                Forward(entry);
            else
                waiting.Enqueue(entry);
        }
        Added();
    }

    private string Hidden(string text) => Masker?.Apply(text) ?? text;

    private void Forward(LogEntry entry)
    {
        // Later it would stand around something else.
        if (entry.Kind == LogEntryKind.Bare)
            return;
        meanwhile.Add(entry);
        if (entry.Kind != LogEntryKind.Message)
            return;
        try
        {
            forwardTo?.Write(entry.ToJsonLine());
        }
        catch (IOException)
        {
            // A full disk: the line may be torn, and nothing can stand behind it. What is not shown is shown when the projects have ended.
            forwardTo?.Dispose();
            forwardTo = null;
        }
    }
}
