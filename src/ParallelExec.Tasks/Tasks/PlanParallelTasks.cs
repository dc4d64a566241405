using Microsoft.Build.Framework;
using ParallelExec.Agents;
using ParallelExec.Execution;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.State;

namespace ParallelExec.Tasks;

/// <summary>Checks the declared subtasks and shows the batches in which they would run. Runs nothing.</summary>
[MSBuildMultiThreadableTask]
public sealed class PlanParallelTasks : ParallelTasksTask
{
    /// <summary>One item for each subtask.</summary>
    [Output]
    public ITaskItem[] Plan { get; private set; } = [];

    /// <inheritdoc />
    public override bool Execute()
    {
        ExecutionPlan? plan = MakePlan(SnapshotEnvironment());
        if (plan is not null)
            plan = Forecast(plan);
        if (plan is not null)
            AgentCheck.CheckContext(plan, running: false, Diagnostics);
        if (!ReportDiagnostics() || plan is null)
            return false;
        try
        {
            Directory.CreateDirectory(RunOptions.Directory);
            PlanFile.Write(RunOptions, plan, Masker);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The plan is shown all the same.
            Diagnostics.Clear();
            Diagnostics.Add(Diagnostic.Warning(Codes.StateNotWritable, $"plan.json could not be written: {e.Message}"));
            ReportDiagnostics();
        }
        using var log = new EngineLog(TerminalLogger);
        log.Message(PlanText.For(plan, RunOptions, Masker));
        if (RunOptions.ShowPrompts)
            ShowPrompts(plan, log);
        log.DrainTo(BuildEngine);
        Plan = [.. plan.Subtasks.Select(subtask => ResultItems.For(plan, subtask))];
        return true;
    }

    private ExecutionPlan Forecast(ExecutionPlan plan)
    {
        if (!Reuse.IsNeeded(plan, RunOptions))
            return plan;
        var hashes = new Lazy<FileHashes>(() => FileHashes.Load(RunOptions.Directory));
        return new Reuse(plan, RunOptions, new FingerprintBuilder(plan, RunOptions, hashes), JournalReader.Read(RunOptions, Diagnostics).Records).Forecast();
    }

    private void ShowPrompts(ExecutionPlan plan, EngineLog log)
    {
        PromptText prompts = Prompts();
        foreach (PlannedSubtask subtask in plan.Waves.SelectMany(wave => wave).Where(subtask => subtask.Subtask.Work is AgentWork))
        {
            string text = prompts.For(subtask, []);
            log.Message($"\nPrompt of {subtask.Id}, {text.Length} characters:\n{Masker?.Apply(text) ?? text}");
        }
    }
}
