using System.Collections;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ParallelExec.Tasks;

/// <summary>
/// Recognises MSBuild's canonical error format. The engine's own parser is internal; this asks it through the logging helper that
/// <c>Exec</c> uses.
/// </summary>
internal static class DiagnosticLine
{
    /// <returns>The error or warning that the line is; null where it is neither.</returns>
    public static LogEntry? Parse(string line, string origin, bool asWarning)
    {
        var capture = new CapturingEngine();
        new TaskLoggingHelper(capture, origin).LogMessageFromText(line, MessageImportance.High);
        return capture.Captured switch
        {
            // A line that names neither a code nor a place, such as "Error Message:", is prose.
            BuildErrorEventArgs { Code: null or "", LineNumber: 0 } or BuildWarningEventArgs { Code: null or "", LineNumber: 0 } => null,
            BuildErrorEventArgs e =>
                Entry(asWarning ? LogEntryKind.Warning : LogEntryKind.Error, e.Message, e.Code, e.File, e.LineNumber, e.ColumnNumber,
                e.Subcategory),
            BuildWarningEventArgs e => Entry(LogEntryKind.Warning, e.Message, e.Code, e.File, e.LineNumber, e.ColumnNumber, e.Subcategory),
            _ => null,
        };
    }

    private static LogEntry Entry(LogEntryKind kind, string? text, string? code, string? file, int line, int column, string? subcategory) =>
        new(kind, text ?? "", DateTime.UtcNow)
        {
            Code = code ?? "",
            File = file ?? "",
            Line = line,
            Column = column,
            Subcategory = subcategory ?? ""
        };

    private sealed class CapturingEngine : IBuildEngine
    {
        public BuildEventArgs? Captured { get; private set; }
        public bool ContinueOnError => false;
        public int LineNumberOfTaskNode => 0;
        public int ColumnNumberOfTaskNode => 0;
        public string ProjectFileOfTaskNode => "";

        public void LogErrorEvent(BuildErrorEventArgs e) => Captured = e;
        public void LogWarningEvent(BuildWarningEventArgs e) => Captured = e;
        public void LogMessageEvent(BuildMessageEventArgs e) { }
        public void LogCustomEvent(CustomBuildEventArgs e) { }

        public bool BuildProjectFile(
            string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => false;
    }
}
