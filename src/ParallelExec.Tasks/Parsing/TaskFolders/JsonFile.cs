using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Parsing.TaskFolders;

/// <summary>
/// A JSON file of a task folder with the place of everything in it: read leniently (comments, trailing commas, a byte order mark,
/// duplicate keys), and changed field by field, with every other byte left as it is.
/// </summary>
internal sealed class JsonFile
{
    /// <summary>In bytes; a longer one is a slip.</summary>
    public const int Longest = 10_000_000;

    private readonly byte[] bytes;

    private JsonFile(string path, byte[] bytes) => (Path, this.bytes) = (path, bytes);

    public string Path { get; }

    /// <summary>The object that the file is.</summary>
    public JsonValue Root { get; private set; } = null!;

    /// <summary>Keys that stand twice in one object; the last counts, as for every JSON reader.</summary>
    public List<(string Name, int Offset)> Duplicates { get; } = [];

    /// <exception cref="JsonException">It is not JSON, not an object, or a text in it is none; line and character are in it, from
    /// 0.</exception>
    /// <exception cref="IOException">It can not be read, is no plain file, or too long.</exception>
    /// <exception cref="UnauthorizedAccessException">It can not be read.</exception>
    public static JsonFile Load(string path) => Parse(path, PlainFile.Read(path, Longest));

    /// <exception cref="JsonException">It is not JSON, not an object, or a text in it is none; line and character are in it, from
    /// 0.</exception>
    public static JsonFile Parse(string path, byte[] bytes)
    {
        var file = new JsonFile(path, bytes);
        int start = bytes.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0;
        var options = new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
        var reader = new Utf8JsonReader(bytes.AsSpan(start), options);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw file.Fault("an object was expected", start);
            file.Root = file.Read(ref reader, start);
            while (reader.Read())
            {
            }
            return file;
        }
        // The reader counts bytes, and knows no path.
        catch (JsonException e) when (e.LineNumber is { } line && e.BytePositionInLine is { } position && e.Path is null)
        {
            int lineStart = start;
            for (; line > 0; line--)
                lineStart += bytes.AsSpan(lineStart).IndexOf((byte)'\n') + 1;
            throw file.Fault(e.Message, Math.Min(lineStart + (int)position, bytes.Length));
        }
    }

    public SourceLocation Locate(int offset)
    {
        ReadOnlySpan<byte> before = bytes.AsSpan(0, offset);
        int lineStart = before.LastIndexOf((byte)'\n') + 1;
        int skip = lineStart == 0 && before.StartsWith("\uFEFF"u8) ? 3 : 0;
        return new SourceLocation(Path, before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[(lineStart + skip)..]) + 1);
    }

    /// <summary>A value as strict JSON on one line.</summary>
    public string TextOf(JsonValue value)
    {
        var reader = new Utf8JsonReader(
            bytes.AsSpan(value.Start, value.End - value.Start),
            new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        using JsonDocument document = JsonDocument.ParseValue(ref reader);
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            document.WriteTo(writer);
        return Encoding.UTF8.GetString(text.ToArray());
    }

    /// <summary>The file with these fields of its object set to these values; a field that is not there is added at the end.</summary>
    public byte[] With(params IEnumerable<(string Name, JsonEncodedText? Text, long? Number)> fields)
    {
        var edits = new List<(int Start, int End, string Text)>();
        var added = new List<string>();
        foreach ((string name, JsonEncodedText? text, long? number) in fields)
        {
            string value = text is { } quoted ? $"\"{quoted}\"" : number is { } digits
                ? digits.ToString(System.Globalization.CultureInfo.InvariantCulture) : "null";
            // Of a key that stands twice the last counts, so that is the one to change.
            if (Root.Members.FindLast(member => member.Name == name) is { } member)
                edits.Add((member.Value.Start, member.Value.End, value));
            else
                added.Add($"\"{name}\": {value}");
        }
        if (added.Count > 0)
            edits.Add(Insertion(added));
        return Apply(edits);
    }

    /// <summary>Behind the last member, on lines of their own where the others have such, indented as that is.</summary>
    private (int Start, int End, string Text) Insertion(List<string> added)
    {
        if (Root.Members.Count == 0)
            return (Root.Start + 1, Root.Start + 1, string.Join(", ", added));
        JsonMember last = Root.Members[^1];
        ReadOnlySpan<byte> before = bytes.AsSpan(0, last.Start);
        int lineStart = before.LastIndexOf((byte)'\n') + 1;
        ReadOnlySpan<byte> indent = before[lineStart..];
        string separator = lineStart > Root.Start && indent.Trim(" \t"u8).IsEmpty
            ? ",\n" + Encoding.UTF8.GetString(indent)
            : ", ";
        if (lineStart > 1 && bytes[lineStart - 2] == '\r')
            separator = separator.Replace("\n", "\r\n", StringComparison.Ordinal);
        return (last.Value.End, last.Value.End, string.Concat(added.Select(each => separator + each)));
    }

    private byte[] Apply(List<(int Start, int End, string Text)> edits)
    {
        using var result = new MemoryStream(bytes.Length + 200);
        int at = 0;
        foreach ((int start, int end, string text) in edits.OrderBy(edit => edit.Start).ThenBy(edit => edit.End))
        {
            result.Write(bytes.AsSpan(at, start - at));
            result.Write(Encoding.UTF8.GetBytes(text));
            at = end;
        }
        result.Write(bytes.AsSpan(at));
        return result.ToArray();
    }

    // Recursion is as deep as the file nests, which the reader bounds at 64.
    private JsonValue Read(ref Utf8JsonReader reader, int start)
    {
        int from = start + (int)reader.TokenStartIndex;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new List<JsonMember>();
                var names = new HashSet<string>(StringComparer.Ordinal);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    string name = Text(ref reader, start);
                    int nameStart = start + (int)reader.TokenStartIndex;
                    reader.Read();
                    if (!names.Add(name))
                        Duplicates.Add((name, nameStart));
                    members.Add(new JsonMember(name, nameStart, Read(ref reader, start)));
                }
                return new JsonValue(JsonValueKind.Object, from, start + (int)reader.BytesConsumed) { Members = members };
            case JsonTokenType.StartArray:
                var items = new List<JsonValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Read(ref reader, start));
                return new JsonValue(JsonValueKind.Array, from, start + (int)reader.BytesConsumed) { Items = items };
            default:
                int end = start + (int)reader.BytesConsumed;
                return reader.TokenType switch
                {
                    JsonTokenType.String => new JsonValue(JsonValueKind.String, from, end) { Text = Text(ref reader, start) },
                    JsonTokenType.Number =>
                        new JsonValue(JsonValueKind.Number, from, end) { Text = Encoding.UTF8.GetString(reader.ValueSpan) },
                    JsonTokenType.True => new JsonValue(JsonValueKind.True, from, end) { Text = "true" },
                    JsonTokenType.False => new JsonValue(JsonValueKind.False, from, end) { Text = "false" },
                    _ => new JsonValue(JsonValueKind.Null, from, end),
                };
        }
    }

    // What is no text, no command, path or prompt can hold: told here, once for all who read it.
    private string Text(ref Utf8JsonReader reader, int start)
    {
        int at = start + (int)reader.TokenStartIndex;
        try
        {
            string text = reader.GetString()!;
            return text.Contains('\0', StringComparison.Ordinal) ? throw Fault("a text has a NUL (\\u0000) in it; remove it", at) : text;
        }
        catch (InvalidOperationException)
        {
            throw Fault(
                reader.ValueIsEscaped ? "a text has a half of a character (such as \\ud83d alone) in it, or is not UTF-8"
                    : "a text is not UTF-8; save the file as UTF-8", at);
        }
    }

    private JsonException Fault(string why, int offset)
    {
        SourceLocation place = Locate(offset);
        return new JsonException(why, Path, place.Line - 1, place.Column - 1);
    }
}

/// <summary>A value and where it stands: from the byte <paramref name="Start"/> to before <paramref name="End"/>.</summary>
internal sealed record JsonValue(JsonValueKind Kind, int Start, int End)
{
    public string Text { get; init; } = "";
    public List<JsonMember> Members { get; init; } = [];
    public List<JsonValue> Items { get; init; } = [];

    /// <summary>The value of a member; null where there is none, or it is <c>null</c>.</summary>
    public JsonValue? this[string name] => Members.FindLast(member => member.Name == name)?.Value is { Kind: not JsonValueKind.Null } value
        ? value : null;
}

internal sealed record JsonMember(string Name, int Start, JsonValue Value);
