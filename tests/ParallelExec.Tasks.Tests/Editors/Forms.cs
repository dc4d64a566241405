using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Tests.Editors;

/// <summary>Forms of values, by name. A name that is not here is any text; values come from where the product has them.</summary>
internal static class Forms
{
    private static readonly ValueForm Text = new();
    private static readonly ValueForm Boolean = new("bool");
    private static readonly ValueForm Number = new("int");
    private static readonly ValueForm List = new(IsList: true);
    private static readonly ValueForm FilesAndFolders = new("file-or-folder", IsList: true);

    private static readonly Dictionary<string, ValueForm> OfMetadata = new()
    {
        ["Project"] = new("project-file"),
        ["PromptFile"] = new("file"),
        ["Settings"] = new("file"),
        ["SharedContext"] = new("file"),
        ["WorkingDirectory"] = new("folder"),
        ["Inputs"] = FilesAndFolders,
        ["Outputs"] = FilesAndFolders,
        ["ContextFiles"] = new("file", IsList: true),
        ["Arguments"] = List,
        ["Targets"] = List,
        ["Properties"] = List,
        ["DependsOn"] = List,
        ["Pools"] = List,
        ["Environment"] = List,
        ["Secrets"] = List,
        ["AcceptanceCriteria"] = List,
        ["TargetFrameworks"] = new("target-framework", IsList: true),
        ["Parallel"] = Boolean,
        ["Always"] = Boolean,
        ["Service"] = Boolean,
        ["Cache"] = Boolean,
        ["Build"] = Boolean,
        ["Coverage"] = Boolean,
        ["RemoveOrphans"] = Boolean,
        ["Retries"] = Number,
        ["Cores"] = Number,
        ["Shards"] = Number,
        ["RetryFailedTests"] = Number,
        ["Batch"] = Number,
        ["Capacity"] = Number,
        ["Tasks"] = List,
        ["RetryWithFeedback"] = Boolean,
        ["RetryContinues"] = Boolean,
        ["ContinueOnError"] = new(Values: ["false", "true", "WarnAndContinue", "ErrorAndContinue", "ErrorAndStop"]),
        ["ParseDiagnostics"] = Of<ParseDiagnostics>(),
        ["Coordination"] = Of<Coordination>(),
        ["Permissions"] = Of<AgentPermissions>(),
        ["Runner"] = new(Values: Runners),
        ["Isolation"] = new(Values: ["none", "worktree"]),
        ["WorktreeFiles"] = new("file", IsList: true),
    };

    private static readonly Dictionary<string, ValueForm> OfProperties = new()
    {
        ["Enabled"] = Boolean,
        ["AllowOutside"] = Boolean,
        ["AllowNoTests"] = Boolean,
        ["Resume"] = Boolean,
        ["RemoteCacheWrite"] = Boolean,
        ["ShowPrompts"] = Boolean,
        ["RetryWithFeedback"] = Boolean,
        ["RetryContinues"] = Boolean,
        ["MaxParallelism"] = Number,
        ["MaxAgents"] = Number,
        ["Only"] = List,
        ["Skip"] = List,
        ["Directory"] = new("folder-with-slash"),
        ["CacheDirectory"] = new("folder"),
        ["TaskFolder"] = new("folder", IsList: true),
        ["RemoteCache"] = new("url"),
        ["Schedule"] = Of<ScheduleMode>(),
        ["OnFailure"] = Of<OnFailure>(),
        ["LogOutput"] = Of<LogOutput>(),
        ["WriteConflicts"] = Of<WriteConflictMode>(),
        ["DotnetConflicts"] = Of<DotnetConflictMode>(),
        ["Cache"] = Of<CacheMode>(),
        ["OnLocked"] = Of<OnLocked>(),
        ["Telemetry"] = Of<TelemetryMode>(),
        ["Ci"] = new(Values: ["Auto", .. Enum.GetNames<CiEngine>()]),
        ["Jobserver"] = new(Values: ["true", "false", "Pipe", "Fifo"]),
        ["Isolation"] = new(Values: ["none", "worktree"]),
        ["Merge"] = Of<MergeMode>(),
        ["WorktreeFiles"] = new("file", IsList: true),
        ["RunOn"] = new(Values: ["BeforeBuild", "AfterBuild"]),
        ["Reports"] = new(IsList: true, Values: [.. Names.Reports.Order(StringComparer.Ordinal)]),
        ["AgentRunner"] = new(AllowsOthers: true, Values: Runners),
    };

    private static string[] Runners => [.. AgentPreset.All.Select(preset => preset.Name)];

    public static ValueForm OfMetadataNamed(string name) => OfMetadata.GetValueOrDefault(name, Text);

    /// <param name="name">Without the prefix.</param>
    public static ValueForm OfPropertyNamed(string name) => OfProperties.GetValueOrDefault(name, Text);

    private static ValueForm Of<TEnum>()
        where TEnum : struct, Enum => new(Values: Enum.GetNames<TEnum>());
}
