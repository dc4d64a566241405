using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using Settings;

JsonSerializerOptions json = new(JsonSerializerOptions.Web)
{
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    NumberHandling = JsonNumberHandling.Strict,
    WriteIndented = true,
};

switch (args)
{
    case ["reference", string file]:
        IEnumerable<string> rows = typeof(HarbourSettings).GetProperties().Select(property =>
            $"| `{NameOf(property)}` | {property.GetCustomAttribute<DescriptionAttribute>()?.Description} |");
        File.WriteAllText(file, $"# Settings\n\n| key | meaning |\n|---|---|\n{string.Join('\n', rows)}\n");
        return 0;

    case ["schema", string file]:
        File.WriteAllText(file, json.GetJsonSchemaAsNode(typeof(HarbourSettings)).ToJsonString(json) + "\n");
        return 0;

    case ["check", string example, string schema, string reference]:
        return Check(example, schema, reference);

    default:
        Console.Error.WriteLine("usage: Settings reference FILE | schema FILE | check EXAMPLE SCHEMA REFERENCE");
        return 2;
}

string NameOf(PropertyInfo property) => json.PropertyNamingPolicy!.ConvertName(property.Name);

// The example that users copy must be one the program accepts, and every key in it must be written about.
int Check(string exampleFile, string schemaFile, string referenceFile)
{
    string example = File.ReadAllText(exampleFile);
    try
    {
        _ = JsonSerializer.Deserialize<HarbourSettings>(example, json);
    }
    catch (JsonException e)
    {
        // The form `file(line): error CODE: text` is what MSBuild recognises: the error becomes one of the build's own.
        Console.Error.WriteLine($"{Path.GetFullPath(exampleFile)}({(e.LineNumber ?? 0) + 1}): error SET001: {e.Message}");
        return 1;
    }

    JsonObject described = JsonNode.Parse(File.ReadAllText(schemaFile))!["properties"]!.AsObject();
    string reference = File.ReadAllText(referenceFile);
    string[] missing = [.. JsonNode.Parse(example)!.AsObject().Select(pair => pair.Key)
        .Where(key => !described.ContainsKey(key) || !reference.Contains($"| `{key}` |", StringComparison.Ordinal))];
    foreach (string key in missing)
    {
        Console.Error.WriteLine($"{Path.GetFullPath(exampleFile)}(1): error SET002: the key '{key}' is not in the schema and the reference");
    }

    return missing.Length == 0 ? 0 : 1;
}
