using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ParallelExec.Caching;

/// <summary>What a fingerprint leads to: the archive with what the subtask wrote.</summary>
/// <param name="Fingerprint">Its key; in it too, so that an entry that was put under another key is seen.</param>
/// <param name="Archive">SHA-256 of the archive as it is stored, in lower-case hexadecimal.</param>
/// <param name="Length">That of the archive before it was compressed, in bytes: it never becomes more than that.</param>
internal sealed record CacheEntry(string Fingerprint, string Archive, long Length)
{
    private const int SchemaVersion = 2;

    /// <summary>What a server sends for it is not longer; the last part is for what does not get shorter when it is compressed.</summary>
    public long LongestArchive => Length + (Length / 64) + 65_536;

    public byte[] ToBytes()
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", SchemaVersion);
            json.WriteString("fingerprint", Fingerprint);
            json.WriteString("archive", Archive);
            json.WriteNumber("length", Length);
            json.WriteString("digest", Digest());
            json.WriteEndObject();
        }
        return text.ToArray();
    }

    /// <param name="isOther">Another version wrote it, which is no damage.</param>
    /// <returns>Null where that is no entry for this fingerprint.</returns>
    public static CacheEntry? Read(ReadOnlyMemory<byte> bytes, string fingerprint, out bool isOther)
    {
        isOther = false;
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement root = document.RootElement;
            isOther = root.GetProperty("schemaVersion").GetInt32() is > 0 and not SchemaVersion;
            if (isOther)
                return null;
            var entry = new CacheEntry(fingerprint, root.GetProperty("archive").GetString() ?? "", root.GetProperty("length").GetInt64());
            bool isOurs = root.GetProperty("fingerprint").GetString() == fingerprint
                && entry.Archive.Length == 64 && entry.Archive.All(char.IsAsciiHexDigitLower)
                && entry.Length is >= 0 and < long.MaxValue / 2
                && root.GetProperty("digest").GetString() == entry.Digest();
            return isOurs ? entry : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    // Over all that it says: a length that was changed is no length.
    private string Digest()
    {
        string all = string.Create(CultureInfo.InvariantCulture, $"{SchemaVersion} {Fingerprint} {Archive} {Length}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
    }
}
