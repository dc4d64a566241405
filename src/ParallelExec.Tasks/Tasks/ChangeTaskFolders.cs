using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using ParallelExec.Exchange;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.TaskFolders;

namespace ParallelExec.Tasks;

/// <summary>Completes, blocks or resets subtasks of task folders, or archives features.</summary>
[MSBuildMultiThreadableTask]
public sealed class ChangeTaskFolders : ParallelTasksTask
{
    /// <summary><c>Complete</c>, <c>Block</c>, <c>Reset</c> or <c>Archive</c>.</summary>
    [Required]
    public string Change { get; set; } = "";

    private protected override bool ExecuteEnabled()
    {
        ReadTaskFolders();
        string[] forgotten = Change == "Reset" ? ForgetQuestions() : [];
        // Of items only questions are kept: where all that is named has asked one, nothing else is to be reset.
        bool isDone = forgotten.Length > 0 && RunOptions.TaskFolders.IsEmpty;
        if (isDone)
            Log.LogMessage(MessageImportance.High, $"{Wording.Ids(forgotten)}: what was asked is forgotten");
        if (RunOptions.TaskFolders.IsEmpty && !isDone)
            Diagnostics.Add(
                Diagnostic.Error(
                    Codes.NoTaskFolder,
                    "There is no task folder: name one with -p:ParallelExecTaskFolder=PATH, or as a ParallelTaskFolder item."));
        using TaskFolderLock? folders = HasErrors || isDone ? null
            : TaskFolderLock.TryTake(Features.Select(feature => feature.Folder), Diagnostics);
        if (folders is null)
            return ReportDiagnostics();

        using var log = new EngineLog(TerminalLogger);
        var change = new TaskFolderChange(Features, folders, new TaskFolderWriter(Features, log, Masker), RunOptions.Only, Diagnostics);
        IEnumerable<string> done = Change switch
        {
            "Complete" => change.Complete(RunOptions.Summary.Length > 0 ? RunOptions.Summary : "Completed by hand", DateTimeOffset.UtcNow),
            "Block" => change.Block(),
            "Reset" => change.Reset(),
            _ => change.Archive(),
        };
        foreach (string line in done)
            log.Message(line);
        log.DrainTo(BuildEngine);
        return ReportDiagnostics();
    }

    private string[] ForgetQuestions()
    {
        var questions = new Questions(RunOptions);
        Regex[] patterns = [.. RunOptions.Only.Select(Values.Wildcard)];
        string[] ids = [.. questions.Ids().Where(id => patterns.Any(pattern => pattern.IsMatch(id)))];
        Array.ForEach(ids, questions.Forget);
        return ids;
    }
}
