using ParallelExec.Model;

namespace ParallelExec.Events;

/// <summary>Where a run tells people what happens: the build's log, or a test's list.</summary>
internal interface IRunLog
{
    /// <summary>A text that everybody sees; several lines stay together.</summary>
    void Message(string text);

    /// <summary>A line that a CI engine obeys, as it is.</summary>
    /// <param name="atLineStart">It is obeyed only where nothing stands in front of it, and as it is to the last character.</param>
    void Command(string line, bool atLineStart = false);

    void Report(Diagnostic diagnostic);

    /// <summary>Logs a line of a command's output as an error or a warning of the build, if it has that form.</summary>
    /// <param name="subtaskId">Who wrote it: named where the line names no file.</param>
    /// <param name="asWarning">An error in it is told as a warning.</param>
    bool TryDiagnosticLine(string line, string subtaskId, bool asWarning);
}
