using ParallelExec.Events;
using ParallelExec.Model;

namespace ParallelExec.Tests.Reporting;

/// <summary>A log that a test reads: messages as they are, diagnostics as <c>error CODE: text</c>.</summary>
internal sealed class RecordingLog : IRunLog
{
    public List<string> Lines { get; } = [];

    /// <summary>Hides secrets, as the log of a build does; null = there are none.</summary>
    public SecretMasker? Masker { get; set; }

    public void Message(string text)
    {
        // Uploads report from threads of their own.
        lock (Lines)
            Lines.Add(Masker?.Apply(text) ?? text);
    }

    public void Command(string line, bool atLineStart = false) => Message($"command {line}");

    /// <summary>Diagnostics as they came, with their places.</summary>
    public List<Diagnostic> Reported { get; } = [];

    public void Report(Diagnostic diagnostic)
    {
        lock (Lines)
            Reported.Add(diagnostic);
        Message($"{(diagnostic.Severity == Severity.Error ? "error" : "warning")} {diagnostic.Code}: {diagnostic.Message}");
    }

    public bool TryDiagnosticLine(string line, string subtaskId, bool asWarning)
    {
        if (!line.Contains(": error ", StringComparison.Ordinal))
            return false;
        Lines.Add($"{(asWarning ? "warning" : "error")} of {subtaskId}: {line}");
        return true;
    }
}
