using System.Collections.Immutable;
using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Execution.Isolation;

/// <summary><c>isolation.json</c>: which branch and which worktree is whose. Written whole, at each change.</summary>
internal sealed class IsolationFile(string directory, SecretMasker? masker)
{
    public const string Name = "isolation.json";

    private const int LongestFile = 50_000_000;
    private const int Version = 1;

    private string FilePath => Path.Combine(directory, Name);

    /// <summary>What earlier runs have left. A file that can not be understood says nothing: branches have names that tell whose they are.
    /// </summary>
    public ImmutableArray<IsolatedWork> Read()
    {
        if (PlainFile.TryRead(FilePath, LongestFile) is not { } bytes)
            return [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            if (document.RootElement.GetProperty("schemaVersion").GetInt32() != Version)
                return [];
            return [.. document.RootElement.GetProperty("subtasks").EnumerateArray().Select(Of)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return [];
        }
    }

    public void Write(IEnumerable<IsolatedWork> all) => WholeFile.Write(FilePath, stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("schemaVersion", Version);
        json.WriteStartArray("subtasks");
        foreach (IsolatedWork work in all)
        {
            json.WriteStartObject();
            json.WriteString("id", work.Id);
            json.WriteString("run", work.Run);
            json.WriteString("state", work.State.ToString());
            json.WriteString("branch", work.Branch);
            json.WriteString("worktree", work.Tree);
            json.WriteString("runBase", work.RunBase);
            json.WriteString("base", work.Base);
            json.WriteString("tip", work.Tip);
            json.WriteString("digest", work.Digest);
            json.WriteString("notes", Hidden(work.Notes));
            json.WriteStartObject("values");
            foreach ((string name, string value) in work.Values)
                json.WriteString(name, Hidden(value));
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private string Hidden(string text) => masker?.Apply(text) ?? text;

    private static IsolatedWork Of(JsonElement one) => new(Text(one, "id"), Text(one, "run"), Text(one, "branch"), Text(one, "worktree"))
    {
        State = Enum.TryParse(Text(one, "state"), out IsolatedState state) ? state : throw new FormatException(),
        RunBase = Text(one, "runBase"),
        Base = Text(one, "base"),
        Tip = Text(one, "tip"),
        Digest = Text(one, "digest"),
        Notes = Text(one, "notes"),
        Values = one.GetProperty("values").EnumerateObject()
            .ToImmutableSortedDictionary(value => value.Name, value => value.Value.GetString() ?? "", StringComparer.Ordinal),
    };

    private static string Text(JsonElement one, string name) => one.GetProperty(name).GetString() ?? "";
}
