using ParallelExec.Model;
using ParallelExec.State;

namespace ParallelExec.Reporting.Reports;

/// <summary>
/// Makes the reports that are asked for, from what a run has left in its folder: in the run itself, or at any time after it.
/// </summary>
internal static class ReportFiles
{
    /// <param name="masker">Hides secrets in what other programs have written; null where nothing is secret.</param>
    /// <param name="written">Told each file that was written, absolute.</param>
    /// <returns>What could not be written, each in words. It does not end the work that it is about.</returns>
    public static List<string> Write(string directory, ReportKinds kinds, SecretMasker? masker, Action<string> written)
    {
        List<string> problems = [];
        if (RunFileReader.TryRead(Path.Combine(directory, RunFile.Name)) is not { } run)
        {
            problems.Add($"There is no run in '{directory}' that has come to its end, so there is nothing to report. "
                + "Run -t:RunParallelTasks first.");
            return problems;
        }
        Func<string, string> hide = masker is null ? text => text : masker.Apply;
        // The page first: it is what somebody waits for.
        Make(ReportKinds.Html, HtmlReport.Name, () => HtmlReport.Write(directory, run, hide));
        Make(ReportKinds.Mermaid, MermaidReport.Name, () => MermaidReport.Write(directory, run));
        Make(ReportKinds.JUnit, JUnitReport.Name, () => JUnitReport.Write(directory, run, hide));
        Make(ReportKinds.Trace, TraceReport.Name, () => TraceReport.Write(directory, run));
        return problems;

        void Make(ReportKinds kind, string name, Action write)
        {
            if (!kinds.HasFlag(kind))
                return;
            try
            {
                write();
                written(Path.Combine(directory, name));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add($"{name} could not be written to '{directory}': {e.Message}");
            }
            catch (Exception e)
            {
                problems.Add($"{name} was not written. {Wording.Bug(e)}");
            }
        }
    }
}
