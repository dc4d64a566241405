namespace ParallelExec.Parsing;

/// <summary>
/// The names of the contract that this version does not have yet: refused with <c>PEX1006</c>, never ignored. Each has the values that ask
/// for nothing.
/// </summary>
internal static class LaterNames
{
    public static readonly IReadOnlySet<string> ItemTypes = Names.Set();

    /// <summary>Of items of which this version has all.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> None = Map();

    /// <summary>Metadata of <c>ParallelTask</c>.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Metadata = Map(
        ("Launcher", []),
        ("Permissions", []));

    /// <summary>Metadata of <c>ParallelConvert</c>.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> ConvertMetadata = Map();

    /// <summary>Properties, without their prefix <c>ParallelExec</c>.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Properties = Map(
        ("Permissions", []),
        ("Launcher", []), ("Slots", []), ("SandboxNetwork", ["true"]),
        ("ExportFormat", []), ("ExportJobs", []), ("ExportCheck", ["false"]));

    /// <summary>Values of <c>ParallelExecReports</c>.</summary>
    public static readonly IReadOnlySet<string> Reports = Names.Set("review");

    /// <summary>Targets; each stands in ParallelExec.targets and says so.</summary>
    public static readonly IReadOnlySet<string> Targets = Names.Set(
        "ReviewParallelTasks", "ExportParallelTasks");

    /// <summary>True where a later name is set to what asks for nothing that is missing here.</summary>
    public static bool AsksForNothing(IReadOnlyDictionary<string, string[]> later, string name, string value) =>
        value.Length == 0 || later[name].Contains(value.Trim(), StringComparer.OrdinalIgnoreCase);

    private static Dictionary<string, string[]> Map(params (string Name, string[] ForNothing)[] names) =>
        names.ToDictionary(entry => entry.Name, entry => entry.ForNothing, StringComparer.OrdinalIgnoreCase);
}
