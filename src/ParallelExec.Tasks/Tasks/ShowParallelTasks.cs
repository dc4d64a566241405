using Microsoft.Build.Framework;
using ParallelExec.Exchange;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.State;

namespace ParallelExec.Tasks;

/// <summary>Shows how far the subtasks are, or what one of them depends on.</summary>
[MSBuildMultiThreadableTask]
public sealed class ShowParallelTasks : ParallelTasksTask
{
    /// <summary>Shows the tree of what the subtasks of <c>ParallelExecOnly</c> depend on, instead of the status.</summary>
    public bool Dependencies { get; set; }

    private protected override bool ExecuteEnabled()
    {
        ExecutionPlan? plan = MakePlan(SnapshotEnvironment());
        if (plan is not null && Dependencies && RunOptions.Only.IsEmpty)
            Diagnostics.Add(Diagnostic.Error(Codes.NothingSelected, "No subtask is named: say which with -p:ParallelExecOnly=ID."));
        if (!ReportDiagnostics() || plan is null)
            return false;
        using var log = new EngineLog(TerminalLogger);
        var status = new StatusText(
            plan, Features, RunDirectory.IsTaken(RunOptions), JournalReader.Read(RunOptions, []), new NextSteps(RunOptions))
        {
            InAscii = PlainText.IsAsciiOnly(Console.OutputEncoding, Environment.GetEnvironmentVariable),
            Questions = new Questions(RunOptions).Open(),
            LogOf = subtask => LogFiles.PathOf(RunOptions, subtask) is { } file && File.Exists(file) ? file : "",
        };
        string text = Dependencies ? status.Tree(RunOptions.Only) : status.Groups(Path.GetFileNameWithoutExtension(ProjectFile));
        log.Message(Masker?.Apply(text) ?? text);
        log.DrainTo(BuildEngine);
        return true;
    }
}
