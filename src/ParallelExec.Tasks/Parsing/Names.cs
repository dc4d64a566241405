namespace ParallelExec.Parsing;

/// <summary>
/// The names of the public surface that this version has. What it does not have yet is in <see cref="LaterNames"/>: a name moves from there
/// to here.
/// </summary>
internal static class Names
{
    public static readonly IReadOnlySet<string> ItemTypes = Set(
        "ParallelTask", "ParallelTest", "ParallelConvert", "ParallelPool", "ParallelAgent", "ParallelTeam", "ParallelTaskFolder");

    /// <summary>Item types whose items are files.</summary>
    public static readonly IReadOnlySet<string> OfFiles = Set("ParallelTest", "ParallelConvert");

    /// <summary>Metadata of <c>ParallelTask</c>.</summary>
    public static readonly IReadOnlySet<string> Metadata = Set(
        "Command", "Tool", "Arguments", "Project", "Targets", "Properties", "Agent", "Prompt", "PromptFile",
        "DependsOn", "Parallel", "Group", "Title",
        "Timeout", "Retries", "RetryDelay", "ContinueOnError", "Cores", "Pools", "Memory", "EstimatedDuration", "Always",
        "Outputs", "WorkingDirectory", "Environment", "Secrets", "Shell", "ParseDiagnostics",
        "ContextFiles", "AcceptanceCriteria", "Verify", "Team", "Role", "Inputs", "VersionCommand", "Cache",
        "Service", "ReadyWhen", "ReadyTimeout", "Tasks", "RetryWithFeedback", "RetryContinues",
        "Isolation", "WorktreeSetup", "WorktreeFiles");

    /// <summary>Metadata that only a <c>ParallelTest</c> has.</summary>
    public static readonly IReadOnlySet<string> OnlyOfTests = Set("Shards", "RetryFailedTests", "Coverage");

    /// <summary>What a <c>ParallelTest</c> has beside that of <c>ParallelTask</c>, or with a meaning of its own.</summary>
    public static readonly IReadOnlySet<string> OwnOfTests = Set(
        [.. OnlyOfTests, "Id", "Filter", "Arguments", "Settings", "TargetFrameworks", "Build", "Properties"]);

    /// <summary>Metadata of <c>ParallelTask</c> that says nothing about a test suite.</summary>
    public static readonly IReadOnlySet<string> NotOfTests = Set(
        "Command", "Tool", "Project", "Targets", "Agent", "Prompt", "PromptFile", "Team", "Role", "ParseDiagnostics",
        "Service", "ReadyWhen", "ReadyTimeout", "Tasks", "Permissions", "RetryWithFeedback", "RetryContinues",
        "Isolation", "WorktreeSetup", "WorktreeFiles");

    /// <summary>Metadata that a <c>ParallelTest</c> has as a <c>ParallelTask</c> has it.</summary>
    public static readonly IReadOnlySet<string> SharedWithTests = Set([.. Metadata.Except(NotOfTests).Except(OwnOfTests)]);

    /// <summary>Metadata that says what a <c>ParallelTask</c> runs.</summary>
    public static readonly IReadOnlySet<string> WorkMetadata = Set("Command", "Tool", "Project", "Targets", "Agent");

    /// <summary>Metadata whose text a program gets as it is.</summary>
    public static readonly IReadOnlySet<string> ForPrograms = Set(
        "Command", "Arguments", "Verify", "VersionCommand", "Environment", "WorktreeSetup");

    /// <summary>Metadata of <c>ParallelConvert</c> that a <c>ParallelTask</c> has not.</summary>
    public static readonly IReadOnlySet<string> ConvertOnly = Set("Id", "Batch", "Outputs", "Output", "RemoveOrphans");

    /// <summary>Metadata of <c>ParallelConvert</c>.</summary>
    public static readonly IReadOnlySet<string> ConvertMetadata = Set(
    [
        .. ConvertOnly, "Command", "Tool", "Arguments", "Inputs", "VersionCommand", "Cache", "Verify",
        "DependsOn", "Parallel", "Group", "Title", "Timeout", "Retries", "RetryDelay", "ContinueOnError", "Cores", "Pools", "Memory",
            "EstimatedDuration",
        "WorkingDirectory", "Environment", "Secrets", "Shell", "ParseDiagnostics",
    ]);

    /// <summary>Metadata of <c>ParallelPool</c>.</summary>
    public static readonly IReadOnlySet<string> PoolMetadata = Set("Capacity");

    /// <summary>Metadata of <c>ParallelAgent</c>.</summary>
    public static readonly IReadOnlySet<string> AgentMetadata = Set(
        "Runner", "Tool", "Arguments", "Environment", "Permissions", "RetryWithFeedback", "RetryContinues", "MaxCost", "MaxTokens");

    /// <summary>Metadata of <c>ParallelTeam</c>.</summary>
    public static readonly IReadOnlySet<string> TeamMetadata = Set("SharedContext", "Coordination");

    /// <summary>Properties, without their prefix <c>ParallelExec</c>.</summary>
    public static readonly IReadOnlySet<string> Properties = Set(
        "Schedule", "OnFailure", "MaxParallelism", "Only", "Skip", "LogOutput", "Directory", "WriteConflicts", "Reports",
        "RunOn", "Heartbeat", "Enabled", "Version", "TaskFolder", "AllowOutside", "Summary",
        "MaxAgents", "AgentRunner", "ShowPrompts", "Resume", "OnLocked", "Cache", "CacheDirectory", "CacheSize", "RemoteCache",
            "RemoteCacheWrite",
        "AllowNoTests", "DotnetConflicts", "UndeclaredWrites", "AffectedSince", "MaxMemory", "Jobserver", "Telemetry", "Ci",
        "RetryWithFeedback", "RetryContinues", "MaxCost", "MaxTokens", "WhatIf",
        "Isolation", "WorktreeSetup", "WorktreeFiles", "Merge", "MergeVerify");

    /// <summary>Values of <c>ParallelExecReports</c>.</summary>
    public static readonly IReadOnlySet<string> Reports = Set("json", "html", "markdown", "mermaid", "junit", "trace");

    /// <summary>Metadata that means something only to a child process of ours, not to the engine.</summary>
    public static readonly IReadOnlySet<string> ProcessOnly = Set("WorkingDirectory", "Environment", "Shell", "ParseDiagnostics");

    /// <summary>Metadata about the worktree of an isolated subtask.</summary>
    public static readonly IReadOnlySet<string> OfWorktrees = Set("WorktreeSetup", "WorktreeFiles");

    /// <summary>Metadata about what an agent is told when it tries again.</summary>
    public static readonly IReadOnlySet<string> OfRetriedAgents = Set("RetryWithFeedback", "RetryContinues");

    // A plain set: a frozen one takes longer to make than it is ever used here.
    public static IReadOnlySet<string> Set(params string[] names) => names.ToHashSet(StringComparer.OrdinalIgnoreCase);
}
