using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>Turns the <c>ParallelExec…</c> properties into options. Names come without the prefix.</summary>
internal sealed class OptionsParser(DeclarationSet declared, ProjectFiles files, List<Diagnostic> diagnostics)
{
    public const string Prefix = "ParallelExec";

    private const string AllReports = "json, html, markdown, mermaid, junit and trace";

    /// <summary>What was meant for one command line, or is set by <c>dotnet build</c>.</summary>
    private static readonly IReadOnlySet<string> OfOneCommand = Names.Set(
        "ParallelExecOnly", "ParallelExecSkip", "ParallelExecSummary", "ParallelExecResume", "ParallelExecShowPrompts", "NuGetInteractive");

    public RunOptions Parse()
    {
        string projectDirectory = Path.GetDirectoryName(declared.ProjectFile)!;
        CheckNames();
        int? maxParallelism = WholeNumber("MaxParallelism");
        _ = Boolean("Enabled");
        Read("RunOn", text => text is "BeforeBuild" or "AfterBuild" ? true : (bool?)null, "BeforeBuild or AfterBuild, or nothing");
        (bool markdown, ReportKinds reports) = ParseReports();
        return new RunOptions
        {
            Schedule = OneOf<ScheduleMode>("Schedule"),
            OnFailure = OneOf<OnFailure>("OnFailure"),
            MaxParallelism = maxParallelism ?? declared.NodeCount,
            MaxMemory = ParseMaxMemory(),
            Jobserver = Read("Jobserver", Jobserver, "true, false, Pipe or Fifo") ?? JobserverForm.Off,
            MaxParallelismIsExplicit = maxParallelism is not null,
            NodeCount = declared.NodeCount,
            Only = Ids("Only"),
            Skip = Ids("Skip"),
            LogOutput = OneOf<LogOutput>("LogOutput"),
            WriteConflicts = OneOf<WriteConflictMode>("WriteConflicts"),
            DotnetConflicts = OneOf<DotnetConflictMode>("DotnetConflicts"),
            UndeclaredWrites = Read("UndeclaredWrites", Values.OneOf<UndeclaredWrites>, Values.NamesOf(typeof(UndeclaredWrites))),
            AffectedSince = Text("AffectedSince") ?? "",
            Directory = FullPath("Directory", projectDirectory) ?? Path.GetFullPath("obj/parallelexec/", projectDirectory),
            ProjectDirectory = projectDirectory,
            ProjectFile = declared.ProjectFile,
            Heartbeat = Read("Heartbeat", Values.Duration, Values.DurationForm) ?? TimeSpan.FromSeconds(30),
            ReportMarkdown = markdown,
            Reports = reports,
            MaxAgents = WholeNumber("MaxAgents") ?? 4,
            AgentRunner = Text("AgentRunner") ?? "",
            RetryWithFeedback = Boolean("RetryWithFeedback") ?? true,
            RetryContinues = Boolean("RetryContinues") ?? false,
            Spending = new SpendingLimit(
                Read("MaxCost", Values.Money, Values.MoneyForm), Read("MaxTokens", Values.Tokens, Values.TokensForm)),
            ShowPrompts = Boolean("ShowPrompts") ?? false,
            Resume = Boolean("Resume"),
            WhatIf = Read("WhatIf", Values.CoreCounts, Values.CoreCountsForm) ?? [],
            Cache = Read("Cache", Values.OneOf<CacheMode>, "one of None, UpToDate, Local, Remote") ?? CacheMode.UpToDate,
            CacheDirectory = FullPath("CacheDirectory", projectDirectory) ?? DefaultCacheDirectory(),
            CacheSize = Read("CacheSize", Values.Size, "a size such as 500MB or 10GB") ?? 10_000_000_000,
            RemoteCache = ParseRemoteCache(),
            RemoteCacheWrite = Boolean("RemoteCacheWrite") ?? true,
            OnLocked = OneOf<OnLocked>("OnLocked"),
            AllowNoTests = Boolean("AllowNoTests") ?? false,
            Worktrees = IsolationParser.Defaults(
                OneOf<IsolationMode>("Isolation"), Text("WorktreeSetup"), List("WorktreeFiles"), projectDirectory),
            Merge = OneOf<MergeMode>("Merge"),
            MergeVerify = Text("MergeVerify") ?? "",
            Ci = ParseCi(),
            Telemetry = OneOf<TelemetryMode>("Telemetry"),
            TaskFolders = ParseTaskFolders(projectDirectory),
            AllowOutside = Boolean("AllowOutside") ?? false,
            Summary = Text("Summary") ?? "",
            GlobalProperties = OfProjects(declared.GlobalProperties),
            CommandProperties = [.. declared.GlobalProperties.Where(property => !OfOneCommand.Contains(property.Key))
                .OrderBy(property => property.Key, StringComparer.Ordinal)],
        };
    }

    /// <summary>The global properties that projects are built with and that change what comes of it.</summary>
    private static ImmutableArray<KeyValuePair<string, string>> OfProjects(IReadOnlyDictionary<string, string> globalProperties)
    {
        return globalProperties.Keys.Any(IsOfProjects) ? [.. globalProperties.Where(property => IsOfProjects(property.Key))] : [];

        // The second is set by `dotnet build`, and tells whether somebody sits in front of it.
        static bool IsOfProjects(string name) =>
            !name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                && !name.Equals("NuGetInteractive", StringComparison.OrdinalIgnoreCase);
    }

    private void CheckNames()
    {
        foreach ((string name, string value) in declared.Properties)
        {
            if (LaterNames.Properties.ContainsKey(name) && !LaterNames.AsksForNothing(LaterNames.Properties, name, value))
            {
                Error(
                    Codes.NotInThisVersion,
                    name,
                    $"{Prefix}{name} is set, which this version of ParallelExec does not have yet. Remove it, or use a later version.");
            }
            if (value.Contains('\0', StringComparison.Ordinal))
                Error(Codes.InvalidValue, name, $"{Prefix}{name} has a NUL character (%00) in it, which no text here can have. Remove it.");
        }
    }

    private static JobserverForm? Jobserver(string text) =>
        Values.Boolean(text) is { } on ? (on ? JobserverForm.Auto : JobserverForm.Off)
            : text.Equals("Auto", StringComparison.OrdinalIgnoreCase) ? null : Values.OneOf<JobserverForm>(text);

    private MemoryLimit ParseMaxMemory()
    {
        if (Text("MaxMemory") is not { } text)
            return MemoryLimit.Default;
        if (text is "0" || text.Equals("none", StringComparison.OrdinalIgnoreCase))
            return MemoryLimit.None;
        if (text.EndsWith('%') && Values.WholeNumber(text[..^1], least: 1) is { } percent and <= 100)
            return new MemoryLimit(null, percent);
        if (Values.Memory(text) is { } bytes)
            return new MemoryLimit(bytes, 0);
        Invalid("MaxMemory", text, $"{Values.MemoryForm}, a part of what there is such as 80%, or none");
        return MemoryLimit.Default;
    }

    private Uri? ParseRemoteCache()
    {
        if (Text("RemoteCache") is not { } text)
        {
            if (Text("Cache") is { } cache && cache.Equals("Remote", StringComparison.OrdinalIgnoreCase))
            {
                Error(
                    Codes.InvalidValue,
                    "Cache",
                    $"{Prefix}Cache is Remote, but {Prefix}RemoteCache does not say where it is. "
                    + "Set it to the address of the cache, for example http://cache:8080/.");
            }
            return null;
        }
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https")
            return address;
        Invalid("RemoteCache", Wording.WithoutUserInfo(text), "an address that begins with http:// or https://");
        return null;
    }

    /// <summary>Where systems keep what can be made again.</summary>
    private static string DefaultCacheDirectory()
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string folder = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache : Path.Combine(home, ".cache");
        return Path.Combine(folder, "parallelexec");
    }

    private (bool Markdown, ReportKinds Others) ParseReports()
    {
        bool markdown = false;
        var others = ReportKinds.None;
        foreach (string report in List("Reports", "json", "markdown"))
        {
            if (report.Equals("markdown", StringComparison.OrdinalIgnoreCase))
                markdown = true;
            else if (LaterNames.Reports.Contains(report))
                Error(Codes.NotInThisVersion, "Reports",
                    $"{Prefix}Reports asks for '{report}', which this version of ParallelExec does not have yet. It has {AllReports}.");
            else if (!Names.Reports.Contains(report))
                Invalid("Reports", report, $"{AllReports}, separated by ';'");
            else if (Values.OneOf<ReportKinds>(report) is { } kind)
                others |= kind;
        }
        return (markdown, others);
    }

    private ImmutableArray<string> ParseTaskFolders(string projectDirectory)
    {
        IEnumerable<string> items = declared.Of("ParallelTaskFolder")
            .Where(item => !new MetadataReader(item, diagnostics).Failed).Select(item => item.Id);
        return [.. List("TaskFolder").Concat(items).Select(folder => Path.GetFullPath(Values.NativePath(folder), projectDirectory))];
    }

    private CiEngine ParseCi() =>
        Text("Ci") is not { } text || text.Equals("Auto", StringComparison.OrdinalIgnoreCase)
            ? CiDetection.Of(declared.Environment)
            : Read("Ci", Values.OneOf<CiEngine>, $"Auto, or {Values.NamesOf(typeof(CiEngine))}") ?? CiEngine.None;

    private ImmutableArray<string> List(string name, params string[] whenUnset) =>
        Text(name) is { } text ? Values.List(text) : [.. whenUnset];

    private ImmutableArray<string> Ids(string name) => Text(name) is { } text ? Values.Ids([text]) : [];

    private bool? Boolean(string name) => Read(name, Values.Boolean, "true or false");

    private int? WholeNumber(string name) => Read(name, text => Values.WholeNumber(text, least: 1), "a whole number, 1 or more");

    private string? FullPath(string name, string projectDirectory) =>
        Text(name) is { } path ? Path.GetFullPath(Values.NativePath(path), projectDirectory) : null;

    private TEnum OneOf<TEnum>(string name)
        where TEnum : struct, Enum =>
        Read(name, Values.OneOf<TEnum>, Values.NamesOf(typeof(TEnum))) ?? default;

    private T? Read<T>(string name, Func<string, T?> parse, string expected)
        where T : struct
    {
        if (Text(name) is not { } text)
            return null;
        T? value = parse(text);
        if (value is null)
            Invalid(name, text, expected);
        return value;
    }

    private void Invalid(string name, string value, string expected) =>
        Error(Codes.InvalidValue, name, $"{Prefix}{name} is '{value}'; expected {expected}.");

    private void Error(string code, string name, string message)
    {
        bool isGlobal = declared.GlobalProperties.Keys.Contains(Prefix + name, StringComparer.OrdinalIgnoreCase);
        diagnostics.Add(isGlobal
            ? Diagnostic.Error(code, $"{message} It was given on the command line, with -p:.")
            : Diagnostic.Error(code, message, files.PlaceOf(Prefix + name)));
    }

    // What has a NUL in it has been told, and counts as not set.
    private string? Text(string name) =>
        declared.Properties.TryGetValue(name, out string? text) && !string.IsNullOrWhiteSpace(text)
            && !text.Contains('\0', StringComparison.Ordinal)
            ? text.Trim()
            : null;
}
