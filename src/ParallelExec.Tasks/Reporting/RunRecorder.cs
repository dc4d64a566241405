using ParallelExec.Events;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.State;

namespace ParallelExec.Reporting;

/// <summary>Writes plan and run to <c>$(ParallelExecDirectory)</c>: at the start that it runs, at the end what came of it.</summary>
internal sealed class RunRecorder(ExecutionPlan plan, RunOptions options, History history, Lazy<FileHashes> hashes, IRunLog log, SecretMasker? masker) : IRunObserver
{
    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case RunStarted(var at):
                Write(() => PlanFile.Write(options, plan, masker));
                Write(() => RunFile.WriteRunning(options, at));
                break;
            case SubtaskEnded(var subtask, { Status: SubtaskStatus.Succeeded } result) when subtask.Subtask.Work is not MilestoneWork:
                history.Add(subtask.Id, result.Duration);
                break;
            case RunEnded(var result):
                Write(() => history.Write(options));
                if (hashes.IsValueCreated)
                    Write(hashes.Value.Save);
                Write(() => RunFile.WriteEnded(options, result, masker));
                if (options.ReportMarkdown)
                    Write(() => MarkdownReport.Write(options, result, masker));
                break;
            case SubtaskStarted or SubtaskEnded or SubtasksSkipped or RunStopping or Tick:
                break;
            default:
                throw happened.NotKnownTo(this);
        }
    }

    // A report that can not be written does not end the work that it is about.
    private void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Report(Diagnostic.Warning(Codes.StateNotWritable, $"A file in '{options.Directory}' could not be written: {e.Message}"));
        }
    }
}
