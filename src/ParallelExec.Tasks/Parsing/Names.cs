using System.Collections.Frozen;

namespace ParallelExec.Parsing;

/// <summary>The names of the public surface that this version has. What it does not have yet is in <see cref="LaterNames"/>: a name moves from there to here.</summary>
internal static class Names
{
    public static readonly FrozenSet<string> ItemTypes = Set(
        "ParallelTask", "ParallelPool", "ParallelAgent", "ParallelTeam", "ParallelTaskFolder");

    /// <summary>Metadata of <c>ParallelTask</c>.</summary>
    public static readonly FrozenSet<string> Metadata = Set(
        "Command", "Tool", "Arguments", "Project", "Targets", "Properties", "Agent", "Prompt", "PromptFile",
        "DependsOn", "Parallel", "Group", "Title",
        "Timeout", "Retries", "RetryDelay", "ContinueOnError", "Cores", "Pools", "EstimatedDuration", "Always",
        "Outputs", "WorkingDirectory", "Environment", "Secrets", "Shell", "ParseDiagnostics",
        "ContextFiles", "AcceptanceCriteria", "Verify", "Team", "Role", "Inputs", "VersionCommand", "Cache");

    /// <summary>Metadata that says what a <c>ParallelTask</c> runs.</summary>
    public static readonly FrozenSet<string> WorkMetadata = Set("Command", "Tool", "Project", "Targets", "Agent");

    /// <summary>Metadata of <c>ParallelPool</c>.</summary>
    public static readonly FrozenSet<string> PoolMetadata = Set("Capacity");

    /// <summary>Metadata of <c>ParallelAgent</c>.</summary>
    public static readonly FrozenSet<string> AgentMetadata = Set("Runner", "Tool", "Arguments", "Environment");

    /// <summary>Metadata of <c>ParallelTeam</c>.</summary>
    public static readonly FrozenSet<string> TeamMetadata = Set("SharedContext", "Coordination");

    /// <summary>Properties, without their prefix <c>ParallelExec</c>.</summary>
    public static readonly FrozenSet<string> Properties = Set(
        "Schedule", "OnFailure", "MaxParallelism", "Only", "Skip", "LogOutput", "Directory", "WriteConflicts", "Reports",
        "RunOn", "Heartbeat", "Enabled", "Version", "TaskFolder", "AllowOutside", "Summary",
        "MaxAgents", "AgentRunner", "ShowPrompts", "Resume", "OnLocked", "Cache", "CacheDirectory", "CacheSize", "RemoteCache", "RemoteCacheWrite");

    /// <summary>Values of <c>ParallelExecReports</c>.</summary>
    public static readonly FrozenSet<string> Reports = Set("json", "markdown");

    /// <summary>Metadata that means something only to a child process of ours, not to the engine.</summary>
    public static readonly FrozenSet<string> ProcessOnly = Set("WorkingDirectory", "Environment", "Shell", "ParseDiagnostics");

    public static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
