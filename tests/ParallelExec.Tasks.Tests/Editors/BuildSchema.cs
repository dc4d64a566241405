using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ParallelExec.Tests.Editors;

/// <summary>
/// What the MSBuild Editor (Visual Studio, VS Code) reads beside a file that a project imports: `FILE.buildschema.json`. Its form:
/// https://github.com/mhutch/MonoDevelop.MSBuildEditor/blob/main/MonoDevelop.MSBuild/Schemas/buildschema.json
/// </summary>
internal static class BuildSchema
{
    public const string FileName = "Sdk.props.buildschema.json";

    private static readonly JsonWriterOptions Readable =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Reference reference)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, Readable))
        {
            json.WriteStartObject();
            json.WriteString("license", "Made of docs/surface.md and docs/test-suites.md by EditorSchemaTests; MIT.");
            json.WriteStartObject("properties");
            foreach (Described property in reference.Properties)
                Value(json, property);
            json.WriteEndObject();
            json.WriteStartObject("items");
            foreach (DescribedItem item in reference.Items)
                Item(json, item);
            json.WriteEndObject();
            json.WriteStartObject("targets");
            foreach (Described target in reference.Targets)
                json.WriteString(target.Name, target.Description);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void Item(Utf8JsonWriter json, DescribedItem item)
    {
        json.WriteStartObject(item.Name);
        json.WriteString("description", item.Description);
        json.WriteStartObject("metadata");
        foreach (Described metadata in item.Metadata)
            Value(json, metadata);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Value(Utf8JsonWriter json, Described value)
    {
        json.WriteStartObject(value.Name);
        json.WriteString("description", value.Description);
        if (value.Form.AllowsOthers)
        {
            json.WriteStartObject("type");
            json.WriteStartObject("values");
            foreach (string one in value.Form.Values)
                json.WriteString(one, "");
            json.WriteEndObject();
            json.WriteBoolean("allowUnknownValues", true);
            json.WriteEndObject();
        }
        else if (value.Form.Values.Length > 0)
        {
            json.WriteStartArray("type");
            foreach (string one in value.Form.Values)
                json.WriteStringValue(one);
            json.WriteEndArray();
        }
        else if (value.Form.Type.Length > 0)
        {
            json.WriteString("type", value.Form.Type);
        }
        if (value.Form.IsList)
            json.WriteBoolean("isList", true);
        json.WriteEndObject();
    }
}
