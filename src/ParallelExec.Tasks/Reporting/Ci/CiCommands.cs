using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Reporting.Ci;

/// <summary>
/// What is said to a CI engine, in its own form, as lines of the log. What is in a line is escaped here, so that no text of others can end
/// a command or begin one.
/// </summary>
internal abstract class CiCommands
{
    /// <summary>Null where the engine obeys nothing in a log, or nobody reads it.</summary>
    public static CiCommands? For(CiEngine engine) => engine switch
    {
        CiEngine.GitHubActions => new GitHubActions(),
        CiEngine.AzurePipelines => new AzurePipelines(),
        CiEngine.GitLab => new GitLab(),
        CiEngine.TeamCity => new TeamCity(),
        _ => null,
    };

    /// <summary>What names have in them: several projects of one build may have a run each, and the engine sees one log.</summary>
    public string Run { get; init; } = Guid.NewGuid().ToString("N")[..8];

    /// <summary>How many issues of one severity are worth a line: the engine shows no more.</summary>
    public virtual int MostIssues => 0;

    /// <summary>Errors that commands write in MSBuild's form have to be told too: the engine does not read them itself.</summary>
    public virtual bool TellsLines => false;

    /// <summary>What begins and ends a group is obeyed only where nothing stands in front of it.</summary>
    protected virtual bool AtLineStart => false;

    /// <summary>What stands around the output of a subtask.</summary>
    public CiGroup GroupOf(PlannedSubtask subtask, SubtaskResult result)
    {
        DateTimeOffset start = result.StartedAt ?? DateTimeOffset.UnixEpoch;
        string title = $"output of {subtask.Id}";
        return new CiGroup(BeginGroup(subtask.Index, title, start), EndGroup(subtask.Index, title, start + result.Duration), AtLineStart);
    }

    /// <summary>Around the output of one subtask.</summary>
    /// <param name="number">Of the subtask in its plan.</param>
    protected abstract string BeginGroup(int number, string title, DateTimeOffset at);

    protected abstract string EndGroup(int number, string title, DateTimeOffset at);

    /// <summary>An error or a warning as the engine shows it beside the code; null where that is not its to show.</summary>
    public virtual string? Issue(Severity severity, string code, string title, string message, SourceLocation at) => null;

    /// <summary>How far the run is; null where nobody shows it.</summary>
    public virtual string? Progress(int percent, string text) => null;

    /// <summary>When a subtask begins and ends.</summary>
    public virtual string? Begin(PlannedSubtask subtask) => null;

    public virtual IEnumerable<string> End(PlannedSubtask subtask, SubtaskResult result) => [];

    /// <summary>What is told before anything runs.</summary>
    public virtual IEnumerable<string> Start(RunOptions options) => [];

    /// <summary>What is told when all files have been written.</summary>
    public virtual IEnumerable<string> Finish(RunOptions options, RunResult run) => [];
}

/// <summary>Two lines of the log, between which something can be folded away.</summary>
/// <param name="AtLineStart">They are obeyed only where nothing stands in front of them.</param>
internal sealed record CiGroup(string Begin, string End, bool AtLineStart);
