using System.Text.Json;

namespace ParallelExec.TestKit;

/// <summary>Reads the JSON of MSBuild's `-getTargetResult`.</summary>
internal static class TargetResults
{
    internal static string Result(string json, string target) => Read(json, target, result => result.GetProperty("Result").GetString()!);

    internal static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Items(string json, string target) =>
        Read(json, target, result =>
        {
            // Ids are equal ignoring case; the order is the target's.
            OrderedDictionary<string, IReadOnlyDictionary<string, string>> items = new(StringComparer.OrdinalIgnoreCase);
            foreach (JsonElement item in result.GetProperty("Items").EnumerateArray())
                items.Add(item.GetProperty("Identity").GetString()!, Metadata(item));
            return items;
        });

    private static T Read<T>(string json, string target, Func<JsonElement, T> read)
    {
        int start = json.IndexOf('{', StringComparison.Ordinal);
        if (start < 0)
            throw new InvalidOperationException($"no JSON of -getTargetResult:{target} in:\n{json}");
        using JsonDocument document = JsonDocument.Parse(json[start..]);
        return read(document.RootElement.GetProperty("TargetResults").GetProperty(target));
    }

    private static Dictionary<string, string> Metadata(JsonElement item)
    {
        Dictionary<string, string> metadata = new(StringComparer.OrdinalIgnoreCase);
        foreach (JsonProperty property in item.EnumerateObject())
            metadata[property.Name] = property.Value.GetString() ?? "";
        return metadata;
    }
}
