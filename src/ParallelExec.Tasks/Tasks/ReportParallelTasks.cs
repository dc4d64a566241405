using Microsoft.Build.Framework;
using ParallelExec.Model;
using ParallelExec.Reporting;
using ParallelExec.Reporting.Reports;
using ParallelExec.State;

namespace ParallelExec.Tasks;

/// <summary>Makes the reports of the last run again, from the files that it has left.</summary>
[MSBuildMultiThreadableTask]
public sealed class ReportParallelTasks : ParallelTasksTask
{
    private protected override bool ExecuteEnabled()
    {
        // The items say which values are secret. What else is wrong with them does not matter to a run that has been.
        Declare(SnapshotEnvironment());
        RunOptions options = RunOptions;
        if (options.Directory.Length == 0)
            return ReportDiagnostics();
        Diagnostics.Clear();
        using var log = new EngineLog(TerminalLogger) { Masker = Masker };
        if (RunFileReader.TryRead(Path.Combine(options.Directory, RunFile.Name)) is not { } run)
        {
            Diagnostics.Add(Diagnostic.Error(
                Codes.NothingToReport,
                RunDirectory.IsTaken(options)
                    ? $"A run is under way in '{options.Directory}': there is nothing to report before it has ended."
                    : $"There is no run in '{options.Directory}' that has come to its end, so there is nothing to report. "
                        + "Run -t:RunParallelTasks first, or set ParallelExecDirectory to the folder of a run."));
            return ReportDiagnostics();
        }
        if (RunDirectory.TryPrepare(options) is { } refused)
        {
            Diagnostics.Add(refused);
            return ReportDiagnostics();
        }
        // Asked for by name, the target makes what is not made each time as well.
        ReportKinds kinds = options.Reports == ReportKinds.None ? ReportKinds.All : options.Reports;
        List<string> written = [];
        if (options.ReportMarkdown)
            WriteMarkdown(options, run, written);
        foreach (string problem in ReportFiles.Write(options.Directory, kinds, Masker, written.Add))
            Diagnostics.Add(Diagnostic.Warning(Codes.StateNotWritable, problem));
        if (written.Count > 0)
            log.Message($"Written: {string.Join(", ", written)}");
        log.DrainTo(BuildEngine);
        return ReportDiagnostics();
    }

    private void WriteMarkdown(RunOptions options, RecordedRun run, List<string> written)
    {
        try
        {
            MarkdownReport.Write(options.Directory, run, Masker);
            written.Add(Path.Combine(options.Directory, MarkdownReport.Name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Diagnostics.Add(Diagnostic.Warning(
                Codes.StateNotWritable, $"{MarkdownReport.Name} could not be written to '{options.Directory}': {e.Message}"));
        }
    }
}
