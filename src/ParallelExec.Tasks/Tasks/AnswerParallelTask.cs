using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using ParallelExec.Exchange;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.State;
using ParallelExec.TaskFolders;

namespace ParallelExec.Tasks;

/// <summary>Answers what a subtask has asked: its next prompt has the answer.</summary>
[MSBuildMultiThreadableTask]
public sealed class AnswerParallelTask : ParallelTasksTask
{
    private protected override bool ExecuteEnabled()
    {
        ReadTaskFolders();
        var questions = new Questions(RunOptions);
        string[] ids = Chosen(questions.Ids());
        if (RunOptions.Summary.Length == 0)
            Diagnostics.Add(Diagnostic.Error(
                Codes.InvalidValue, "ParallelExecSummary is not set; expected the answer: \"-p:ParallelExecSummary=...\"."));
        if (!HasErrors && RunDirectory.TryPrepare(RunOptions) is { } problem)
            Diagnostics.Add(problem);
        Subtask[] ofFolders = [.. Features.SelectMany(feature => feature.Subtasks)
            .Where(subtask => ids.Contains(subtask.Id, StringComparer.OrdinalIgnoreCase))];
        using TaskFolderLock? folders = HasErrors ? null
            : TaskFolderLock.TryTake(ofFolders.Select(subtask => subtask.TaskFile!.Feature), Diagnostics);
        if (folders is null)
            return ReportDiagnostics();

        using var log = new EngineLog(TerminalLogger);
        foreach (string id in ids)
            log.Message($"{id} is answered: {questions.Answer(id, RunOptions.Summary)}");
        // What waits in a task folder is told there that it waits no more.
        var writer = new TaskFolderWriter(Features, log, Masker);
        foreach (Subtask subtask in ofFolders.Where(subtask => subtask.TaskFile!.Status == TaskFileStatus.Blocked))
            writer.Reset(subtask);
        log.DrainTo(BuildEngine);
        return ReportDiagnostics();
    }

    private string[] Chosen(IReadOnlyList<string> asked)
    {
        if (RunOptions.Only.IsEmpty)
            Diagnostics.Add(Diagnostic.Error(Codes.NothingSelected, "No subtask is named: say which with -p:ParallelExecOnly=ID."
                + (asked.Count > 0 ? $" These have asked something: {Wording.Ids([.. asked])}." : "")));
        var chosen = new List<string>();
        foreach (string pattern in RunOptions.Only)
        {
            Regex regex = Values.Wildcard(pattern);
            string[] matches = [.. asked.Where(id => regex.IsMatch(id))];
            if (matches.Length == 0)
                Diagnostics.Add(Diagnostic.Error(
                    Codes.NothingSelected,
                    $"ParallelExecOnly names '{pattern}', which has asked nothing.{Suggestion.DidYouMean(pattern, asked)}"));
            chosen.AddRange(matches.Except(chosen));
        }
        return [.. chosen];
    }
}
