using Microsoft.Build.Framework;
using ParallelExec.Agents;
using ParallelExec.Exchange;
using ParallelExec.Execution.Processes;
using ParallelExec.Execution.Reusing;
using ParallelExec.Execution.Runners;
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

    private protected override bool ExecuteEnabled()
    {
        Dictionary<string, string> environment = SnapshotEnvironment();
        using var log = new EngineLog(TerminalLogger);
        ExecutionPlan? plan = MakePlan(environment);
        log.Masker = Masker;
        if (plan is not null)
            plan = Forecast(plan, environment, log);
        if (plan is not null)
            Diagnostics.AddRange(plan.Subtasks.Select(subtask => subtask.Reused?.Problem).OfType<Diagnostic>());
        if (plan is not null)
        {
            AgentCheck.CheckContext(plan, running: false, Diagnostics);
            ToldFiles.Check(plan, RunOptions, Diagnostics);
        }
        if (!ReportDiagnostics() || plan is null)
            return false;
        if (!TryWrite(plan))
            return false;
        log.Message(PlanText.For(plan, RunOptions));
        if (!RunOptions.WhatIf.IsEmpty)
            log.Message(WhatIf(plan));
        if (RunOptions.ShowPrompts)
            ShowPrompts(plan, log);
        log.DrainTo(BuildEngine);
        Plan = [.. plan.Subtasks.Select(subtask => ResultItems.For(plan, subtask, Masker))];
        return true;
    }

    private string WhatIf(ExecutionPlan plan) =>
        new WhatIfText(plan, RunOptions, History.Estimates, RunFileReader.TryRead(Path.Combine(RunOptions.Directory, RunFile.Name)))
            .For(Environment.ProcessorCount);

    /// <returns>False where a run could not write there either, because the folder is not ours.</returns>
    private bool TryWrite(ExecutionPlan plan)
    {
        Diagnostics.Clear();
        Diagnostic? problem = RunDirectory.TryPrepare(RunOptions);
        try
        {
            if (problem is null)
            {
                PlanFile.Write(RunOptions, plan, Masker);
                KeepProjects();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = Diagnostic.Warning(Codes.StateNotWritable, e.Message);
        }
        // The plan is shown all the same.
        if (problem is { Code: Codes.StateNotWritable })
            problem = Diagnostic.Warning(Codes.StateNotWritable, $"plan.json could not be written: {problem.Message}");
        if (problem is not null)
            Diagnostics.Add(problem);
        return ReportDiagnostics();
    }

    private ExecutionPlan Forecast(ExecutionPlan plan, Dictionary<string, string> environment, EngineLog log)
    {
        if (!Reuse.IsNeeded(plan, RunOptions))
            return plan;
        var hashes = new Lazy<FileHashes>(() => FileHashes.Load(RunOptions.Directory));
        string runId = Guid.NewGuid().ToString("N");
        using var threads = new BlockingThreads();
        using var watchdog = new Watchdog(runId, environment);
        var handOver = new HandOver(plan, RunOptions, environment, runId, new HandOverFiles(RunOptions, Masker), log.Report);
        var versions = new ToolVersions(handOver, new ProcessRunner(threads, Masker, watchdog), log, CancellationToken.None);
        JournalReader earlier = JournalReader.Read(RunOptions, Diagnostics);
        return new Reuse(plan, RunOptions, handOver, hashes, versions, earlier.Records, Masker).Forecast();
    }

    private void ShowPrompts(ExecutionPlan plan, EngineLog log)
    {
        PromptText prompts = Prompts();
        var questions = new Questions(RunOptions);
        foreach (PlannedSubtask subtask in plan.Waves.SelectMany(wave => wave).Where(subtask => subtask.Subtask.Work is AgentWork))
        {
            string text = prompts.For(subtask, [], questions.AnsweredOf(subtask.Subtask));
            log.Message($"\nPrompt of {subtask.Id}, {text.Length} characters:\n{text}");
        }
    }
}
