using System.Text.Json;

namespace ParallelExec.Caching;

/// <summary>What a fingerprint leads to: the archive with what the subtask wrote.</summary>
/// <param name="Fingerprint">Its key; in it too, so that an entry that was put under another key is seen.</param>
/// <param name="Archive">SHA-256 of the archive as it is stored, in lower-case hexadecimal.</param>
internal sealed record CacheEntry(string Fingerprint, string Archive)
{
    private const int SchemaVersion = 1;

    public byte[] ToBytes()
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", SchemaVersion);
            json.WriteString("fingerprint", Fingerprint);
            json.WriteString("archive", Archive);
            json.WriteEndObject();
        }
        return text.ToArray();
    }

    /// <returns>Null where that is no entry for this fingerprint.</returns>
    public static CacheEntry? Read(ReadOnlyMemory<byte> bytes, string fingerprint)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement root = document.RootElement;
            string archive = root.GetProperty("archive").GetString() ?? "";
            bool isOurs = root.GetProperty("schemaVersion").GetInt32() == SchemaVersion
                && root.GetProperty("fingerprint").GetString() == fingerprint
                && archive.Length == 64 && archive.All(char.IsAsciiHexDigitLower);
            return isOurs ? new CacheEntry(fingerprint, archive) : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
