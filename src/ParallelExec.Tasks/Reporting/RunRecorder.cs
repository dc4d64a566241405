using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.State;

namespace ParallelExec.Reporting;

/// <summary>Writes plan and run to <c>$(ParallelExecDirectory)</c>: at the start that it runs, at the end what came of it.</summary>
internal sealed class RunRecorder(
    ExecutionPlan plan, RunOptions options, History history, Lazy<FileHashes> hashes, IRunLog log, SecretMasker? masker) : IRunObserver
{
    private bool told;

    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case RunStarted(var at):
                Write(() => StateFolder.Record(options.Directory, NamedFiles()));
                Write(() => PlanFile.Write(options, plan, masker));
                Write(() => RunFile.WriteRunning(options, at));
                break;
            case SubtaskEnded(var subtask, { Status: SubtaskStatus.Succeeded } result) when subtask.Subtask.Work is not MilestoneWork:
                history.Add(subtask.Id, result.Duration);
                history.AddMemory(subtask.Id, result.Cpu?.PeakMemory ?? 0);
                break;
            case RunEnded(var result):
                Write(() => history.Write(options, plan.Subtasks.Select(subtask => subtask.Id)));
                if (hashes.IsValueCreated)
                    Write(hashes.Value.Save);
                RecordedRun recorded = RecordedRun.Of(result, options, masker);
                Write(() => RunFile.WriteEnded(options, recorded, masker));
                if (options.ReportMarkdown)
                    Write(() => MarkdownReport.Write(options.Directory, recorded, masker));
                break;
            case SubtaskStarted or ServiceReady or SubtaskEnded or SubtasksSkipped or RunStopping or Tick:
                break;
            default:
                throw happened.NotKnownTo(this);
        }
    }

    private IEnumerable<string> NamedFiles()
    {
        foreach (PlannedSubtask planned in plan.Subtasks.Where(planned => planned.Subtask.Work is not MilestoneWork))
            yield return $"logs/{LogFiles.SafeName(planned.Id)}.log";
        string? teams = Path.GetDirectoryName(Path.Combine(options.Directory, "teams", "any"));
        foreach (Team team in plan.Subtasks.Select(planned => planned.Subtask.Team).OfType<Team>().Distinct())
        {
            if (Path.GetDirectoryName(team.SharedContext) == teams)
                yield return $"teams/{Path.GetFileName(team.SharedContext)}";
        }
    }

    // A report that can not be written does not end the work that it is about. Told once: the others fail for the same reason.
    private void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!told)
                log.Report(Diagnostic.Warning(
                    Codes.StateNotWritable, $"A file in '{options.Directory}' could not be written: {e.Message}"));
            told = true;
        }
    }
}
