using System.Text;
using System.Text.Json;
using ParallelExec.Execution.Runners;

namespace ParallelExec.Tasks;

/// <summary>
/// A project request on its way to the node that builds it: one global property, so that no file can be missing when it is read. In
/// Base64, because the engine expands what it finds in a property.
/// </summary>
/// <param name="Folder">Of the round.</param>
/// <param name="Number">In the round, from 0.</param>
internal sealed record ProjectOrder(string Folder, int Number, string ProjectFile, bool IsDeclaringProject, int Attempt)
{
    public string[] Targets { get; init; } = [];

    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    public static ProjectOrder For(string folder, int number, ProjectRequest request) =>
        new(folder, number, request.Project.ProjectFile, request.Project.IsDeclaringProject, request.Attempt)
        {
            Targets = [.. request.Project.Targets],
            Properties = request.Project.Properties.ToDictionary(pair => pair.Key, pair => pair.Value),
        };

    public string ToProperty()
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("folder", Folder);
            json.WriteNumber("number", Number);
            json.WriteString("project", ProjectFile);
            json.WriteBoolean("isDeclaringProject", IsDeclaringProject);
            json.WriteNumber("attempt", Attempt);
            json.WriteStartArray("targets");
            foreach (string target in Targets)
                json.WriteStringValue(target);
            json.WriteEndArray();
            json.WriteStartObject("properties");
            foreach ((string name, string value) in Properties)
                json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Convert.ToBase64String(text.GetBuffer(), 0, (int)text.Length);
    }

    public static ProjectOrder FromProperty(string property)
    {
        using JsonDocument document = JsonDocument.Parse(Convert.FromBase64String(property));
        JsonElement root = document.RootElement;
        return new ProjectOrder(
            root.GetProperty("folder").GetString()!,
            root.GetProperty("number").GetInt32(),
            root.GetProperty("project").GetString()!,
            root.GetProperty("isDeclaringProject").GetBoolean(),
            root.GetProperty("attempt").GetInt32())
        {
            Targets = [.. root.GetProperty("targets").EnumerateArray().Select(target => target.GetString()!)],
            Properties = root.GetProperty("properties").EnumerateObject()
                .ToDictionary(property => property.Name, property => property.Value.GetString()!),
        };
    }

    /// <summary>A path as a property that the engine does not expand.</summary>
    public static string Encode(string path) => Convert.ToBase64String(Encoding.UTF8.GetBytes(path));

    public static string Decode(string property) => Encoding.UTF8.GetString(Convert.FromBase64String(property));
}
