using System.Collections.Immutable;
using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.State;

/// <summary>What a project said, and the files that this is made of.</summary>
/// <param name="Absent">Files that it would be made of too, if they were there.</param>
internal sealed record KeptProject(ProjectFacts Facts, ImmutableArray<KeptFile> Files, ImmutableArray<string> Absent)
{
    public void Write(Utf8JsonWriter json, string key, Dictionary<string, int> numbers)
    {
        json.WriteStartObject();
        json.WriteString("key", key);
        json.WriteString("file", Facts.File);
        json.WriteStartObject("properties");
        foreach ((string name, string value) in Facts.Properties)
            json.WriteString(name, value);
        json.WriteEndObject();
        WriteTexts("projectReferences", Facts.ProjectReferences);
        WriteTexts("packageReferences", Facts.PackageReferences);
        WriteTexts("linkedFolders", Facts.LinkedFolders);
        WriteTexts("absent", Absent);
        json.WriteStartArray("imports");
        foreach (KeptFile file in Files)
            json.WriteNumberValue(numbers[file.Path]);
        json.WriteEndArray();
        json.WriteEndObject();

        void WriteTexts(string name, ImmutableArray<string> texts)
        {
            json.WriteStartArray(name);
            foreach (string text in texts)
                json.WriteStringValue(text);
            json.WriteEndArray();
        }
    }

    public static KeptProject Read(JsonElement project, KeptFile[] all)
    {
        ImmutableArray<KeptFile> files = [.. project.GetProperty("imports").EnumerateArray().Select(number => all[number.GetInt32()])];
        var facts = new ProjectFacts(
            project.GetProperty("file").GetString()!,
            project.GetProperty("properties").EnumerateObject()
                .ToImmutableSortedDictionary(
                    property => property.Name, property => property.Value.GetString()!, StringComparer.OrdinalIgnoreCase),
            Texts("projectReferences"),
            Texts("packageReferences"),
            [.. files.Select(file => file.Path)])
        { LinkedFolders = Texts("linkedFolders") };
        return new KeptProject(facts, files, Texts("absent"));

        ImmutableArray<string> Texts(string name) => [.. project.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];
    }
}

/// <summary>A file as it was when a project was read.</summary>
internal sealed record KeptFile(string Path, FileIdentity Identity)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        json.WriteStringValue(Path);
        json.WriteNumberValue(Identity.Size);
        json.WriteNumberValue(Identity.WrittenAt.Ticks);
        json.WriteNumberValue(Identity.ChangedAt.Ticks);
        json.WriteNumberValue(Identity.Number);
        json.WriteEndArray();
    }

    public static KeptFile Read(JsonElement file) => new(
        file[0].GetString()!,
        new FileIdentity(
            file[1].GetInt64(),
            new DateTime(file[2].GetInt64(), DateTimeKind.Utc),
            new DateTime(file[3].GetInt64(), DateTimeKind.Utc),
            file[4].GetInt64()));
}
