using System.Collections;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ParallelExec.Tasks;

/// <summary>Recognises MSBuild's canonical error format. The engine's own parser is internal; this asks it through the logging helper that <c>Exec</c> uses.</summary>
internal static class DiagnosticLine
{
    /// <returns>The error or warning that the line is; null where it is neither.</returns>
    public static BuildEventArgs? Parse(string line, string origin, bool asWarning)
    {
        var capture = new CapturingEngine();
        new TaskLoggingHelper(capture, origin).LogMessageFromText(line, MessageImportance.High);
        return capture.Captured is BuildErrorEventArgs error && asWarning
            ? new BuildWarningEventArgs(error.Subcategory, error.Code, error.File, error.LineNumber, error.ColumnNumber, error.EndLineNumber, error.EndColumnNumber, error.Message, error.HelpKeyword, error.SenderName)
            : capture.Captured;
    }

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

        public bool BuildProjectFile(string projectFileName, string[] targetNames, IDictionary globalProperties, IDictionary targetOutputs) => false;
    }
}
