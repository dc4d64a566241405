using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>One validated <c>ParallelTask</c>. Only the parser makes them; everything after it may rely on their values.</summary>
internal sealed record Subtask
{
    /// <summary>The time limit of an agent that declares none.</summary>
    public static readonly TimeSpan AgentTimeout = TimeSpan.FromMinutes(30);

    /// <summary>What a subtask occupies that does not say it: who only waits, or lets others compute, occupies nothing.</summary>
    public static int DefaultCores(Work? work) => work is MilestoneWork or AgentWork ? 0 : 1;

    /// <summary>How long a subtask may take that does not say it; null = as long as it wants.</summary>
    public static TimeSpan? DefaultTimeout(Work? work) => work is AgentWork ? AgentTimeout : null;

    public required string Id { get; init; }
    public required Work Work { get; init; }
    public required Origin Origin { get; init; }

    /// <summary>The set that it is one of many in; null = it stands for itself.</summary>
    public SubtaskSet? Set { get; init; }

    /// <summary>The files of a conversion that its work stands for together; null = it has none, or one.</summary>
    public ConvertBatch? Batch { get; init; }

    public string Group { get; init; } = "";
    public string Title { get; init; } = "";

    /// <summary>Ids and wildcards over ids, as declared; the plan holds what they resolve to.</summary>
    public ImmutableArray<string> DependsOn { get; init; } = [];

    /// <summary>False: runs alone, nothing beside it.</summary>
    public bool Parallel { get; init; } = true;

    /// <summary>Cleanup: runs even where what it depends on failed or was cancelled.</summary>
    public bool Always { get; init; }

    /// <summary>Not null: it serves those that depend on it, and is ended after them.</summary>
    public Service? Service { get; init; }

    /// <summary>What it occupies of the parallelism; 0 = it only waits.</summary>
    public int Cores { get; init; } = 1;
    public ImmutableArray<PoolUse> Pools { get; init; } = [];

    /// <summary>In bytes, what it is expected to need: declared; in a plan else the most that earlier runs saw. 0 = unknown.</summary>
    public long Memory { get; init; }
    public TimeSpan? Timeout { get; init; }
    public int Retries { get; init; }
    public TimeSpan RetryDelay { get; init; }
    public ContinueOnError ContinueOnError { get; init; }
    public TimeSpan? EstimatedDuration { get; init; }

    /// <summary>What somebody has written into its title: counts where nothing is declared, and nothing was measured.</summary>
    public TimeSpan? TitledDuration { get; init; }

    /// <summary>Files that its result depends on: absolute, globs allowed. None = it runs each time.</summary>
    public ImmutableArray<PathPattern> Inputs { get; init; } = [];

    /// <summary>Says the version of what does the work: its result depends on that too.</summary>
    public CommandWork? VersionCommand { get; init; }

    /// <summary>False: its result is never used again.</summary>
    public bool Cache { get; init; } = true;

    /// <summary>Files that must be there afterwards: absolute, globs allowed.</summary>
    public ImmutableArray<PathPattern> Outputs { get; init; } = [];

    /// <summary>Absolute.</summary>
    public required string WorkingDirectory { get; init; }
    public ImmutableArray<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Names of environment variables whose values are masked everywhere.</summary>
    public ImmutableArray<string> Secrets { get; init; } = [];
    public ParseDiagnostics ParseDiagnostics { get; init; }

    /// <summary>Absolute paths that the context file names.</summary>
    public ImmutableArray<string> ContextFiles { get; init; } = [];
    public ImmutableArray<string> AcceptanceCriteria { get; init; } = [];

    /// <summary>The team that it is on; null = none.</summary>
    public Team? Team { get; init; }

    /// <summary>What it is for its team.</summary>
    public string Role { get; init; } = "";

    /// <summary>A command that must pass after the work, in the same attempt.</summary>
    public CommandWork? Verify { get; init; }

    /// <summary>Where it works; null = nobody has said so, then in the project's own folder.</summary>
    public WorktreeUse? Isolation { get; init; }

    /// <summary>It works in a git worktree of its own.</summary>
    public bool IsIsolated => Isolation is { Mode: IsolationMode.Worktree };

    /// <summary>There is more for its success than somebody's word.</summary>
    public bool IsProvable => !Outputs.IsEmpty || Verify is not null;

    /// <summary>The file of a task folder that it came from; null for an item.</summary>
    public TaskFile? TaskFile { get; init; }
}

/// <summary>What a declared set has become: files of a conversion, parts of a suite.</summary>
/// <param name="Id">The subtask that stands for all.</param>
/// <param name="RemoveOrphans">What an earlier run has written for it, and none of it writes now, is removed.</param>
internal sealed record SubtaskSet(string Id, bool RemoveOrphans = false)
{
    /// <summary>More than so many are told of by their number.</summary>
    public const int MostNamed = 10;
}

/// <summary>Where a subtask of a task folder is kept.</summary>
/// <param name="Path">Its <c>subtask_NN.json</c>; absolute.</param>
/// <param name="Feature">The feature's folder; absolute.</param>
/// <param name="Seq">As written, for example <c>01</c>.</param>
internal sealed record TaskFile(string Path, string Feature, string Seq, TaskFileStatus Status)
{
    /// <summary>All fields of the file that are not ours, as one JSON object; empty where there are none.</summary>
    public string Details { get; init; } = "";

    /// <summary>When an earlier run began with it and did not complete it; null = none did.</summary>
    public DateTimeOffset? BegunAt { get; init; }

    /// <summary>Context files that are not there, each with the place that names it.</summary>
    public ImmutableArray<MissingFile> MissingContext { get; init; } = [];
}

/// <param name="Path">As written.</param>
internal sealed record MissingFile(string Path, Origin NamedAt);

/// <summary>How far a subtask of a task folder is, as its file says.</summary>
internal enum TaskFileStatus
{
    Pending,
    InProgress,
    Completed,
    Blocked,
    Failed,
}

/// <summary>Units of a named pool that a subtask occupies while it runs.</summary>
internal sealed record PoolUse(string Name, int Units);

/// <summary>A declared <c>ParallelPool</c>.</summary>
internal sealed record Pool(string Name, int Capacity);

/// <summary>A declared <c>ParallelTeam</c>: its members share a file.</summary>
/// <param name="SharedContext">Absolute.</param>
internal sealed record Team(string Name, string SharedContext, Coordination Coordination);

/// <summary>When members' notes come into the team's shared context.</summary>
internal enum Coordination
{
    /// <summary>As they are written.</summary>
    Async,

    /// <summary>At the end of each wave.</summary>
    Wave,
}

/// <summary>MSBuild's own values of <c>ContinueOnError</c>.</summary>
internal enum ContinueOnError
{
    False,
    WarnAndContinue,
    ErrorAndContinue,
}

/// <summary>When error lines in a command's output become errors of the build.</summary>
internal enum ParseDiagnostics
{
    OnFailure,
    Always,
    Never,
}
