using System.Globalization;
using System.Text.Json;
using ParallelExec.Execution.Runners;

namespace ParallelExec.Tasks;

/// <summary>
/// A file that carries a project request to the node that builds it, and the outcome back: renamed when it has ended. A rename works
/// between processes, and on a full disk.
/// </summary>
internal static class ProjectMarker
{
    public static void Write(string marker, ProjectRequest request)
    {
        using FileStream stream = File.Create(marker);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("project", request.Project.ProjectFile);
        json.WriteBoolean("isDeclaringProject", request.Project.IsDeclaringProject);
        json.WriteNumber("attempt", request.Attempt);
        json.WriteStartArray("targets");
        foreach (string target in request.Project.Targets)
            json.WriteStringValue(target);
        json.WriteEndArray();
        json.WriteStartObject("properties");
        foreach ((string name, string value) in request.Project.Properties)
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static JsonDocument Read(string marker) => JsonDocument.Parse(File.ReadAllBytes(marker));

    /// <summary>A node has it. Until then it waits for one, which is no time of its own.</summary>
    public static void Start(string marker)
    {
        try
        {
            File.WriteAllText(marker + ".started", DateTime.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            // Then its time counts from when it was asked for.
        }
    }

    public static void End(string marker, bool succeeded) => File.Move(marker, marker + (succeeded ? ".succeeded" : ".failed"), overwrite: true);

    /// <returns>Null while it has not ended.</returns>
    public static ProjectOutcome? Outcome(string marker)
    {
        if (File.Exists(marker))
            return null;
        bool succeeded = File.Exists(marker + ".succeeded");
        if (!succeeded && !File.Exists(marker + ".failed"))
            return null;
        bool known = File.Exists(marker + ".started");
        long ticks = 0;
        known = known && long.TryParse(File.ReadAllText(marker + ".started"), NumberStyles.None, CultureInfo.InvariantCulture, out ticks);
        return new ProjectOutcome(succeeded, known ? new DateTimeOffset(ticks, TimeSpan.Zero) : null);
    }

    /// <summary>True while any request in the folder has not ended: only those have a name without an extension.</summary>
    public static bool AnyRunning(string folder) =>
        Directory.Exists(folder) && Directory.EnumerateFiles(folder).Any(file => Path.GetExtension(file).Length == 0);
}
