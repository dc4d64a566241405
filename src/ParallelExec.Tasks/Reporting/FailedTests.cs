using ParallelExec.Events;
using ParallelExec.Model;

namespace ParallelExec.Reporting;

/// <summary>
/// One error for each failed test. It is one line, since loggers and CIs make an error of each; what the test said beyond that is a block
/// behind it.
/// </summary>
internal static class FailedTests
{
    private const int LongestMessage = 2000;

    /// <summary>So much of a message of several lines goes into the error: of "Assert.Equal() Failure" alone nobody learns much.</summary>
    private const int LongestError = 140;

    public static void Show(IRunLog log, Subtask subtask, SubtaskResult result, string indent)
    {
        Severity severity = subtask.ContinueOnError == ContinueOnError.WarnAndContinue ? Severity.Warning : Severity.Error;
        foreach (TestFailure test in result.Tests?.Failures ?? [])
        {
            Origin? at = test.File.Length == 0 ? subtask.Origin
                : subtask.Origin! with { Location = new SourceLocation(test.File, test.Line) };
            string[] lines = Wording.Shorten(test.Message, LongestMessage).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            string error = lines.Length == 0 ? "" : lines[0].Trim();
            int told = 1;
            for (; told < lines.Length && error.Length + lines[told].Trim().Length <= LongestError; told++)
                error += $"; {lines[told].Trim()}";
            log.Report(new Diagnostic(
                Codes.TestFailed, severity, $"{Wording.OneLine(test.Name)} failed{(error.Length > 0 ? ": " : "")}{error}", at));
            if (told < lines.Length)
                log.Message(string.Join('\n', lines.Select(line => $"{indent}  {line.TrimEnd()}")));
        }
    }
}
