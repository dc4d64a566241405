using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>Turns the <c>ParallelExec…</c> properties into options. Names come without the prefix.</summary>
internal sealed class OptionsParser(IReadOnlyDictionary<string, string> properties, string projectFile, List<Diagnostic> diagnostics)
{
    private const string Prefix = "ParallelExec";

    /// <param name="nodeCount">The <c>-m</c> of this build, the default of <c>ParallelExecMaxParallelism</c>.</param>
    public RunOptions Parse(int nodeCount)
    {
        string projectDirectory = Path.GetDirectoryName(projectFile)!;
        CheckNames();
        int? maxParallelism = Read("MaxParallelism", text => Values.WholeNumber(text, least: 1), "a whole number, 1 or more");
        return new RunOptions
        {
            Schedule = OneOf<ScheduleMode>("Schedule"),
            OnFailure = OneOf<OnFailure>("OnFailure"),
            MaxParallelism = maxParallelism ?? nodeCount,
            MaxParallelismIsExplicit = maxParallelism is not null,
            NodeCount = nodeCount,
            Only = List("Only"),
            Skip = List("Skip"),
            LogOutput = OneOf<LogOutput>("LogOutput"),
            WriteConflicts = OneOf<WriteConflictMode>("WriteConflicts"),
            Directory = Path.GetFullPath(Text("Directory") ?? "obj/parallelexec/", projectDirectory),
            ProjectDirectory = projectDirectory,
            ProjectFile = projectFile,
            Heartbeat = Read("Heartbeat", Values.Duration, Values.DurationForm) ?? TimeSpan.FromSeconds(30),
            ReportMarkdown = ParseReports(),
            MaxAgents = Read("MaxAgents", text => Values.WholeNumber(text, least: 1), "a whole number, 1 or more") ?? 4,
            AgentRunner = Text("AgentRunner") ?? "",
            ShowPrompts = Read("ShowPrompts", Values.Boolean, "true or false") ?? false,
            Resume = Read("Resume", Values.Boolean, "true or false") ?? false,
            Cache = Read("Cache", Values.OneOf<CacheMode>, "one of None, UpToDate, Local, Remote") ?? CacheMode.UpToDate,
            CacheDirectory = Path.GetFullPath(Text("CacheDirectory") ?? DefaultCacheDirectory(), projectDirectory),
            CacheSize = Read("CacheSize", Values.Size, "a size such as 500MB or 10GB") ?? 10_000_000_000,
            RemoteCache = ParseRemoteCache(),
            RemoteCacheWrite = Read("RemoteCacheWrite", Values.Boolean, "true or false") ?? true,
            OnLocked = OneOf<OnLocked>("OnLocked"),
            TaskFolders = [.. List("TaskFolder").Select(folder => Path.GetFullPath(folder.Replace('\\', '/'), projectDirectory))],
            AllowOutside = Read("AllowOutside", Values.Boolean, "true or false") ?? false,
        };
    }

    /// <summary>Warns of global properties (<c>-p:</c>) that look like ours but are none: nobody else would tell.</summary>
    public void CheckGlobalProperties(IEnumerable<string> globalProperties)
    {
        foreach (string name in globalProperties.Where(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)))
        {
            string property = name[Prefix.Length..];
            if (!Names.Properties.Contains(property) && !Names.LaterProperties.Contains(property))
            {
                string? meant = Suggestion.Nearest(property, Names.Properties.Concat(Names.LaterProperties));
                string ask = meant is null ? "" : $" Did you mean '{Prefix}{meant}'?";
                diagnostics.Add(Diagnostic.Warning(Codes.UnknownName, $"There is no property {name}; it does nothing.{ask}"));
            }
        }
    }

    /// <summary>The global properties that projects are built with and that change what comes of it.</summary>
    public static ImmutableArray<KeyValuePair<string, string>> OfProjects(IEnumerable<KeyValuePair<string, string>> globalProperties) =>
        // The second is set by `dotnet build`, and tells whether somebody sits in front of it.
        [.. globalProperties.Where(property => !property.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && !property.Key.Equals("NuGetInteractive", StringComparison.OrdinalIgnoreCase))];

    private void CheckNames()
    {
        foreach ((string name, string value) in properties)
        {
            if (Names.LaterProperties.Contains(name) && value.Length > 0)
                diagnostics.Add(Diagnostic.Error(Codes.NotInThisVersion, $"{Prefix}{name} is set, which this version of ParallelExec does not have yet. Remove it, or use a later version."));
        }
    }

    private Uri? ParseRemoteCache()
    {
        if (Text("RemoteCache") is not { } text)
        {
            if (Text("Cache") is { } cache && cache.Equals("Remote", StringComparison.OrdinalIgnoreCase))
                diagnostics.Add(Diagnostic.Error(Codes.InvalidValue, $"{Prefix}Cache is Remote, but {Prefix}RemoteCache does not say where it is. Set it to the address of the cache, for example http://cache:8080/."));
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

    private bool ParseReports()
    {
        bool markdown = false;
        foreach (string report in List("Reports", "json", "markdown"))
        {
            if (report.Equals("markdown", StringComparison.OrdinalIgnoreCase))
                markdown = true;
            else if (report.ToUpperInvariant() is "HTML" or "MERMAID" or "JUNIT" or "TRACE")
                diagnostics.Add(Diagnostic.Error(Codes.NotInThisVersion, $"{Prefix}Reports asks for '{report}', which this version of ParallelExec does not have yet. It has json and markdown."));
            else if (!report.Equals("json", StringComparison.OrdinalIgnoreCase))
                Invalid("Reports", report, "json and markdown, separated by ';'");
        }
        return markdown;
    }

    private ImmutableArray<string> List(string name, params string[] whenUnset) =>
        Text(name) is { } text ? [.. text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)] : [.. whenUnset];

    private TEnum OneOf<TEnum>(string name)
        where TEnum : struct, Enum =>
        Read(name, Values.OneOf<TEnum>, $"one of {string.Join(", ", Enum.GetNames<TEnum>())}") ?? default;

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
        diagnostics.Add(Diagnostic.Error(Codes.InvalidValue, $"{Prefix}{name} is '{value}'; expected {expected}."));

    private string? Text(string name) =>
        properties.TryGetValue(name, out string? text) && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;
}
