using System.Text.Encodings.Web;
using System.Text.Json;

namespace ParallelExec.TestChild.Verbs;

internal static class Args
{
    internal static readonly Verb Verb = new("args", "ARGS...", "prints its exact arguments as a JSON array", 0, Run);

    private static int Run(string[] args)
    {
        using MemoryStream json = new();
        using (Utf8JsonWriter writer = new(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (string each in args)
                writer.WriteStringValue(each);
            writer.WriteEndArray();
        }
        Streams.Out.WriteLine(System.Text.Encoding.UTF8.GetString(json.ToArray()));
        return ExitCodes.Success;
    }
}
