using System.Text.Json;

namespace ParallelExec.Agents;

/// <summary>A line that a command line wrote for machines: whatever it is, reading it does not fail.</summary>
internal static class JsonLine
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 1000 };

    /// <summary>Hands the object that the line is to <paramref name="read"/>.</summary>
    /// <returns>False where the line is none, or holds what is no text.</returns>
    public static bool TryRead(string line, Action<JsonElement> read)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return false;
            read(document.RootElement);
            return true;
        }
        // Halves of characters: in the line, where it was cut, or written as escapes in the name of a member.
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>What stands at the end of a path of members; null where there is nothing.</summary>
    public static JsonElement? At(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }
        return element;
    }

    /// <summary>The text, or the number, at the end of a path of members; null where there is none.</summary>
    public static string? TextAt(this JsonElement element, params ReadOnlySpan<string> path) => element.At(path) switch
    {
        { ValueKind: JsonValueKind.String } text => TextOf(text),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <summary>The items of the array at the end of a path of members; none where there is none.</summary>
    public static IEnumerable<JsonElement> ItemsAt(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    private static string TextOf(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // A half of a character, as an escape: better seen so than not at all.
            return text.GetRawText().Trim('"');
        }
    }
}
