using System.Collections.Immutable;
using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.State;

/// <summary>
/// <c>projects.json</c>: what projects said of themselves. It counts while every file that a project is made of is the one that it was, and
/// none has come that it would be made of too. Whoever asks for projects goes through here: a project is evaluated once, whoever needs it.
/// </summary>
/// <param name="directory">The state folder; absolute.</param>
/// <param name="engine">Whatever else an answer depends on: the engine, and properties of this build.</param>
/// <param name="evaluate">Made when the first project has to be evaluated.</param>
internal sealed class ProjectCache(string directory, string engine, Func<IProjectReader> evaluate, TimeProvider? time = null)
    : IProjectReader
{
    private const int SchemaVersion = 2;

    private const long LongestFile = 100_000_000;

    /// <summary>Of how many answers; a solution of 1,000 projects for two frameworks.</summary>
    private const int Remembered = 4_000;

    /// <summary>A file that changed less than this before a project was read may change again without anybody seeing it.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(100);

    private readonly Lazy<Dictionary<string, KeptProject>> kept = new(() => Load(directory, engine));
    private readonly Lazy<IProjectReader> reader = new(evaluate);
    private readonly Dictionary<string, bool> unchanged = new(StringComparer.Ordinal);
    private bool isNew;

    public ProjectFacts? Read(string projectFile, IReadOnlyDictionary<string, string> globalProperties, out string problem)
    {
        string key = Key(projectFile, globalProperties);
        if (kept.Value.TryGetValue(key, out KeptProject? known) && IsStill(known))
        {
            problem = "";
            return known.Facts;
        }
        DateTime began = (time ?? TimeProvider.System).GetUtcNow().UtcDateTime;
        ProjectFacts? facts = reader.Value.Read(projectFile, globalProperties, out problem);
        isNew |= kept.Value.Remove(key);
        if (facts is null || Keep(facts, began) is not { } project)
            return facts;
        kept.Value[key] = project;
        isNew = true;
        return facts;
    }

    /// <summary>
    /// Keeps what was asked for the first time; the folder is ours. That it can not be written costs the next run a moment.
    /// </summary>
    public void Save()
    {
        if (!isNew)
            return;
        isNew = false;
        try
        {
            WholeFile.Write(PathIn(directory), Write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whatever is wrong with the folder, the run itself tells it.
        }
    }

    private bool IsStill(KeptProject project) => project.Files.All(Is) && project.Absent.All(path => !File.Exists(path));

    // Most files are those of the SDK, and in every project.
    private bool Is(KeptFile file)
    {
        if (!unchanged.TryGetValue(file.Path, out bool same))
            unchanged[file.Path] = same = FileIdentity.Of(file.Path) == file.Identity;
        return same;
    }

    private static KeptProject? Keep(ProjectFacts facts, DateTime began)
    {
        var files = ImmutableArray.CreateBuilder<KeptFile>(facts.Imports.Length);
        foreach (string path in facts.Imports)
        {
            if (FileIdentity.Of(path) is not { } identity || identity.ChangedAt > began - Settled || identity.WrittenAt > began - Settled)
                return null;
            files.Add(new KeptFile(path, identity));
        }
        return new KeptProject(facts, files.ToImmutable(), [.. WouldBeImported(facts).Where(path => !File.Exists(path))]);
    }

    /// <summary>Files that the SDK imports where they are there.</summary>
    private static IEnumerable<string> WouldBeImported(ProjectFacts facts)
    {
        string folder = Path.GetDirectoryName(facts.File)!;
        yield return facts.File + ".user";
        if (facts["MSBuildProjectExtensionsPath"] is { Length: > 0 } extensions)
        {
            string restored = Path.Combine(Path.GetFullPath(extensions.Replace('\\', '/'), folder), Path.GetFileName(facts.File));
            yield return restored + ".nuget.g.props";
            yield return restored + ".nuget.g.targets";
        }
        for (string? above = folder; above is not null; above = Path.GetDirectoryName(above))
        {
            foreach (string name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
                yield return Path.Combine(above, name);
        }
    }

    private static string Key(string projectFile, IReadOnlyDictionary<string, string> globalProperties) => string.Join(
        '\n',
        globalProperties.OrderBy(property => property.Key, StringComparer.OrdinalIgnoreCase)
            .Select(property => $"{property.Key}={property.Value}").Prepend(projectFile));

    private static string PathIn(string directory) => Path.Combine(directory, "projects.json");

    private void Write(Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteNumber("schemaVersion", SchemaVersion);
        json.WriteString("engine", engine);
        json.WriteString("questions", Questions);
        KeyValuePair<string, KeptProject>[] all = [.. kept.Value.TakeLast(Remembered)];
        Dictionary<string, int> numbers = [];
        json.WriteStartArray("files");
        foreach (KeptFile file in all.SelectMany(entry => entry.Value.Files))
        {
            // Of one file two projects may know two states; then one of them is asked again.
            if (numbers.TryAdd(file.Path, numbers.Count))
                file.Write(json);
        }
        json.WriteEndArray();
        json.WriteStartArray("projects");
        foreach ((string key, KeptProject project) in all)
            project.Write(json, key, numbers);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static readonly string Questions = string.Join(';', ProjectQuestions.Properties);

    private static Dictionary<string, KeptProject> Load(string directory, string engine)
    {
        var projects = new Dictionary<string, KeptProject>(StringComparer.Ordinal);
        try
        {
            if (PlainFile.TryRead(PathIn(directory), LongestFile) is not { } text)
                return projects;
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.GetProperty("schemaVersion").GetInt32() != SchemaVersion || root.GetProperty("engine").GetString() != engine
                || root.GetProperty("questions").GetString() != Questions)
            {
                return projects;
            }
            KeptFile[] files = [.. root.GetProperty("files").EnumerateArray().Select(KeptFile.Read)];
            foreach (JsonElement project in root.GetProperty("projects").EnumerateArray())
                projects[project.GetProperty("key").GetString()!] = KeptProject.Read(project, files);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            // Nothing is lost but time.
            projects.Clear();
        }
        return projects;
    }
}
