using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>The <c>ParallelExec…</c> properties, validated.</summary>
internal sealed record RunOptions
{
    public ScheduleMode Schedule { get; init; }
    public OnFailure OnFailure { get; init; }
    public int MaxParallelism { get; init; } = 1;

    /// <summary>How much memory those that run together may be expected to need.</summary>
    public MemoryLimit MaxMemory { get; init; } = MemoryLimit.None;

    /// <summary>Whether children that know how (make, ninja, cargo, gcc) take their jobs of <see cref="MaxParallelism"/>.</summary>
    public JobserverForm Jobserver { get; init; }

    /// <summary>True where the user set it; otherwise the engine's own core budget may lower it.</summary>
    public bool MaxParallelismIsExplicit { get; init; }

    /// <summary>The <c>-m</c> of this build.</summary>
    public int NodeCount { get; init; } = 1;
    public ImmutableArray<string> Only { get; init; } = [];
    public ImmutableArray<string> Skip { get; init; } = [];
    public LogOutput LogOutput { get; init; }
    public WriteConflictMode WriteConflicts { get; init; }
    public DotnetConflictMode DotnetConflicts { get; init; }

    /// <summary>What is done about writes that nobody has declared; null = those of agents are told.</summary>
    public UndeclaredWrites? UndeclaredWrites { get; init; }

    /// <summary>What no change since this commit, branch or tag can reach is left out; empty = nothing is.</summary>
    public string AffectedSince { get; init; } = "";

    /// <summary>Where everything is written; absolute.</summary>
    public string Directory { get; init; } = "";

    /// <summary>The folder of the declaring project; absolute.</summary>
    public string ProjectDirectory { get; init; } = "";

    /// <summary>The declaring project; absolute.</summary>
    public string ProjectFile { get; init; } = "";
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>Folders of features, or folders of such; absolute.</summary>
    public ImmutableArray<string> TaskFolders { get; init; } = [];

    /// <summary>Paths in task folders may lead outside of <see cref="ProjectDirectory"/>.</summary>
    public bool AllowOutside { get; init; }

    /// <summary>What was done, of a subtask that is completed by hand, or the answer to one; may be empty.</summary>
    public string Summary { get; init; } = "";

    /// <summary>How many agents work at a time; they occupy no core.</summary>
    public int MaxAgents { get; init; } = 4;

    /// <summary>The runner of agents that none is declared for; empty = none.</summary>
    public string AgentRunner { get; init; } = "";

    /// <summary>An agent that tries again is told what has failed before.</summary>
    public bool RetryWithFeedback { get; init; } = true;

    /// <summary>An agent that tries again goes on in the session of the attempt before.</summary>
    public bool RetryContinues { get; init; }

    /// <summary>How much all agents may cost together.</summary>
    public SpendingLimit Spending { get; init; } = SpendingLimit.None;

    /// <summary>A plan tells what it would take with so many cores.</summary>
    public ImmutableArray<int> WhatIf { get; init; } = [];

    /// <summary>A plan shows the prompts too.</summary>
    public bool ShowPrompts { get; init; }
    public bool ReportMarkdown { get; init; } = true;

    /// <summary>Those beside <c>run.json</c> and <c>summary.md</c>.</summary>
    public ReportKinds Reports { get; init; }

    /// <summary>Those of this build (<c>-p:</c>) that its projects get too; none of ours.</summary>
    public ImmutableArray<KeyValuePair<string, string>> GlobalProperties { get; init; } = [];

    /// <summary>What else was given on the command line, and is given again where somebody is to go on.</summary>
    public ImmutableArray<KeyValuePair<string, string>> CommandProperties { get; init; } = [];

    /// <summary>What succeeded in the last run, and has not changed, is left out; null = agents are.</summary>
    public bool? Resume { get; init; }
    public CacheMode Cache { get; init; } = CacheMode.UpToDate;

    /// <summary>Where outputs are kept for other runs and checkouts; absolute.</summary>
    public string CacheDirectory { get; init; } = "";

    /// <summary>How large it may become, in bytes.</summary>
    public long CacheSize { get; init; } = long.MaxValue;

    /// <summary>The cache that several machines share; null = none.</summary>
    public Uri? RemoteCache { get; init; }

    /// <summary>False: it is only read.</summary>
    public bool RemoteCacheWrite { get; init; } = true;
    public OnLocked OnLocked { get; init; }

    /// <summary>A test suite without a test is a success.</summary>
    public bool AllowNoTests { get; init; }

    /// <summary>Who is told, while the run goes on, of spans.</summary>
    public TelemetryMode Telemetry { get; init; }

    /// <summary>Where agents work that do not say it themselves.</summary>
    public IsolationMode Isolation => Worktrees.Mode;

    /// <summary>What isolated subtasks have that do not say it themselves.</summary>
    public WorktreeUse Worktrees { get; init; } = WorktreeUse.None;

    /// <summary>What becomes of the branches of isolated subtasks.</summary>
    public MergeMode Merge { get; init; }

    /// <summary>A command that must pass after each merge; empty = none.</summary>
    public string MergeVerify { get; init; } = "";

    /// <summary>The engine that is told, in its own form, what happens.</summary>
    public CiEngine Ci { get; init; }
}

internal enum TelemetryMode
{
    None,

    /// <summary>A collector of OpenTelemetry, over HTTP.</summary>
    Otlp,
}

/// <summary>How a child is told where its jobs come from.</summary>
internal enum JobserverForm
{
    /// <summary>There is none.</summary>
    Off,

    /// <summary>As the <c>make</c> that is installed reads it; for a command that names <c>ninja</c>, as that does.</summary>
    Auto,

    /// <summary>Two open files that it inherits: every make since 4.2.</summary>
    Pipe,

    /// <summary>The path of a pipe: make since 4.4, ninja since 1.13.</summary>
    Fifo,
}

/// <summary>Reports that are made when they are asked for.</summary>
[Flags]
internal enum ReportKinds
{
    None = 0,

    /// <summary><c>report.html</c>.</summary>
    Html = 1,

    /// <summary><c>graph.mmd</c>.</summary>
    Mermaid = 2,

    /// <summary><c>junit.xml</c>.</summary>
    JUnit = 4,

    /// <summary><c>trace.json</c>.</summary>
    Trace = 8,
    All = Html | Mermaid | JUnit | Trace,
}

internal enum CacheMode
{
    /// <summary>Everything runs.</summary>
    None,

    /// <summary>What has <c>Inputs</c> runs when something has changed.</summary>
    UpToDate,

    /// <summary>And its outputs are kept, and come back from <see cref="RunOptions.CacheDirectory"/>.</summary>
    Local,

    /// <summary>And from <see cref="RunOptions.RemoteCache"/>.</summary>
    Remote,
}

internal enum OnLocked
{
    /// <summary>Another run in the same folder is an error.</summary>
    Fail,

    /// <summary>It is waited for.</summary>
    Wait,
}

internal enum ScheduleMode
{
    /// <summary>A wave starts when the one before has ended.</summary>
    Waves,

    /// <summary>A subtask starts as soon as its own dependencies have ended.</summary>
    Eager,
}

internal enum OnFailure
{
    /// <summary>The wave of the failure is finished, no later wave starts.</summary>
    FinishWave,

    /// <summary>What runs is stopped, nothing starts.</summary>
    FailFast,

    /// <summary>Everything that does not depend on the failure runs.</summary>
    KeepGoing,
}

internal enum LogOutput
{
    OnFailure,
    Grouped,
    Live,
    None,
}

internal enum WriteConflictMode
{
    Error,
    Serialize,
    Warn,
}
