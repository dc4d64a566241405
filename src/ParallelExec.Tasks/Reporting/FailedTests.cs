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

    public static void Show(IRunLog log, Subtask subtask, SubtaskResult result, string indent)
    {
        Severity severity = subtask.ContinueOnError == ContinueOnError.WarnAndContinue ? Severity.Warning : Severity.Error;
        foreach (TestFailure test in result.Tests?.Failures ?? [])
        {
            Origin? at = test.File.Length == 0 ? subtask.Origin
                : subtask.Origin! with { Location = new SourceLocation(test.File, test.Line) };
            string[] lines = Wording.Shorten(test.Message, LongestMessage).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            string first = lines.Length == 0 ? "" : $": {lines[0].Trim()}";
            log.Report(new Diagnostic(Codes.TestFailed, severity, $"{Wording.OneLine(test.Name)} failed{first}", at));
            if (lines.Length > 1)
                log.Message(string.Join('\n', lines.Skip(1).Select(line => $"{indent}  {line.TrimEnd()}")));
        }
    }
}
