using System.Collections.Frozen;

namespace ParallelExec.Parsing;

/// <summary>The names of the public surface: what this version has, and what the contract has but this version does not.</summary>
internal static class Names
{
    /// <summary>Metadata of <c>ParallelTask</c>.</summary>
    public static readonly FrozenSet<string> Metadata = Set(
        "Command", "Tool", "Arguments", "Project", "Targets", "Properties", "Agent", "Prompt", "PromptFile",
        "DependsOn", "Parallel", "Group", "Title",
        "Timeout", "Retries", "RetryDelay", "ContinueOnError", "Cores", "Pools", "EstimatedDuration", "Always",
        "Outputs", "WorkingDirectory", "Environment", "Secrets", "Shell", "ParseDiagnostics",
        "ContextFiles", "AcceptanceCriteria", "Verify", "Team", "Role", "Inputs", "VersionCommand", "Cache");

    /// <summary>Metadata of <c>ParallelAgent</c>.</summary>
    public static readonly FrozenSet<string> AgentMetadata = Set("Runner", "Tool", "Arguments", "Environment");

    /// <summary>Metadata of <c>ParallelTeam</c>.</summary>
    public static readonly FrozenSet<string> TeamMetadata = Set("SharedContext", "Coordination");

    /// <summary>Metadata of the contract that a later version brings.</summary>
    public static readonly FrozenSet<string> LaterMetadata = Set(
        "Launcher", "Isolation", "Service", "ReadyWhen");

    /// <summary>Values of later metadata that ask for nothing that is missing here.</summary>
    public static bool AsksForNothing(string metadata, string value) => metadata.ToUpperInvariant() switch
    {
        "SERVICE" => value.Equals("false", StringComparison.OrdinalIgnoreCase),
        "ISOLATION" => value.Equals("none", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <summary>Properties, without their prefix <c>ParallelExec</c>.</summary>
    public static readonly FrozenSet<string> Properties = Set(
        "Schedule", "OnFailure", "MaxParallelism", "Only", "Skip", "LogOutput", "Directory", "WriteConflicts", "Reports",
        "RunOn", "Heartbeat", "Enabled", "Version", "TaskFolder", "AllowOutside", "Summary",
        "MaxAgents", "AgentRunner", "ShowPrompts", "Resume", "OnLocked", "Cache", "CacheDirectory", "CacheSize", "RemoteCache", "RemoteCacheWrite");

    /// <summary>Properties of the contract that a later version brings.</summary>
    public static readonly FrozenSet<string> LaterProperties = Set(
        "Launcher", "Slots", "ExportFormat");

    /// <summary>Metadata that means something only to a child process of ours, not to the engine.</summary>
    public static readonly FrozenSet<string> ProcessOnly = Set("WorkingDirectory", "Environment", "Shell", "ParseDiagnostics");

    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
