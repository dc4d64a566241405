using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Reporting.Reports;

namespace ParallelExec.Reporting;

/// <summary>Makes the reports that were asked for at the end of a run, when all that they are made of is written.</summary>
internal sealed class ReportWriter(RunOptions options, IRunLog log, SecretMasker? masker) : IRunObserver
{
    public static bool IsNeeded(RunOptions options) => options.Reports != ReportKinds.None;

    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case RunEnded:
                List<string> written = [];
                foreach (string problem in ReportFiles.Write(options.Directory, options.Reports, masker, written.Add))
                    log.Report(Diagnostic.Warning(Codes.StateNotWritable, problem));
                if (written.Count > 0)
                    log.Message($"  reports: {string.Join(", ", written)}");
                break;
            case RunStarted or SubtaskStarted or SubtaskEnded or SubtasksSkipped or RunStopping or ServiceReady or Tick:
                break;
            default:
                throw happened.NotKnownTo(this);
        }
    }
}
