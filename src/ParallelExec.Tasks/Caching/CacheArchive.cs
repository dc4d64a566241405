using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using ParallelExec.Exchange;
using ParallelExec.Files;
using ParallelExec.Fingerprints;
using ParallelExec.Model;

namespace ParallelExec.Caching;

/// <summary>
/// What a subtask wrote, in one file: a tar with its outputs (<c>outputs/PATH</c>, with their rights), its log (<c>log</c>) and what it
/// handed on (<c>handed-on.json</c>), compressed with Brotli.
/// </summary>
internal static class CacheArchive
{
    private const string OutputsFolder = "outputs/", LogName = "log", HandedOnName = "handed-on.json";

    /// <summary>Nobody gets the rights of another user from a cache.</summary>
    private const UnixFileMode PlainRights = (UnixFileMode)0b111_111_111;

    /// <summary>Values and notes, as text. Longer ones are not kept, and not believed.</summary>
    private const int LongestHandedOn = 4_000_000;

    /// <summary>From here on a tar says the size of a file in another way, which nobody needs.</summary>
    private const long LongestFile = 8L << 30;

    /// <param name="longest">How long it may be before it is compressed, in bytes.</param>
    /// <returns>How long it is before it is compressed; null where it can not be kept: a link, outside of the project, too much.</returns>
    public static long? TryPack(Stream to, SuccessRecord record, string logFile, string projectDirectory, long longest)
    {
        long length = 0;
        try
        {
            using var compressed = new BrotliStream(to, CompressionLevel.Fastest, leaveOpen: true);
            using var counted = new CountedStream(compressed, bytes =>
            {
                if ((length += bytes) > longest)
                    throw new TooLongException();
            });
            using MemoryStream handedOn = HandedOn(record);
            return handedOn.Length <= LongestHandedOn && TryPack(counted, record, handedOn, logFile, projectDirectory) ? length : null;
        }
        catch (TooLongException)
        {
            return null;
        }
    }

    private static bool TryPack(Stream to, SuccessRecord record, MemoryStream handedOn, string logFile, string projectDirectory)
    {
        using var tar = new TarWriter(to, TarEntryFormat.Pax, leaveOpen: true);
        foreach (OutputStamp output in record.Outputs)
        {
            string relative = Path.GetRelativePath(projectDirectory, output.Path).Replace('\\', '/');
            if (Path.IsPathRooted(relative) || relative.Split('/').Contains("..") || new FileInfo(output.Path).LinkTarget is not null)
                return false;
            using FileStream content = new(output.Path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (content.Length >= LongestFile)
                return false;
            var entry = new PaxTarEntry(TarEntryType.RegularFile, OutputsFolder + relative) { DataStream = content };
            if (!OperatingSystem.IsWindows())
                entry.Mode = File.GetUnixFileMode(output.Path) & PlainRights;
            tar.WriteEntry(entry);
        }
        if (PlainFile.Exists(logFile))
        {
            using FileStream log = new(logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, LogName) { DataStream = log });
        }
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, HandedOnName) { DataStream = handedOn });
        return true;
    }

    /// <summary>Unpacks into an empty folder of ours. Nothing outside of it is touched.</summary>
    /// <param name="length">What <see cref="TryPack(Stream, SuccessRecord, string, string, long)"/> returned.</param>
    /// <exception cref="InvalidDataException">It has something that does not belong to this subtask, or not all that does.</exception>
    public static Unpacked Unpack(Stream from, string folder, ImmutableArray<PathPattern> outputs, string projectDirectory, long length)
    {
        var files = ImmutableArray.CreateBuilder<(string From, string To)>();
        var targets = new HashSet<string>(StringComparer.Ordinal);
        (ImmutableSortedDictionary<string, string> Values, string Notes)? handedOn = null;
        using var decompressed = new BrotliStream(from, CompressionMode.Decompress);
        var tar = new TarContent(decompressed, length);
        while (tar.Next() is { } entry)
        {
            if (!targets.Add(entry.Name))
                throw new InvalidDataException($"'{entry.Name}' stands twice in it");
            if (entry.Name == HandedOnName)
            {
                handedOn = ReadHandedOn(tar, entry.Size);
                continue;
            }
            string target = LogName;
            if (entry.Name != LogName)
            {
                if (!entry.Name.StartsWith(OutputsFolder, StringComparison.Ordinal))
                    throw new InvalidDataException($"'{entry.Name}' is unknown");
                target = Path.GetFullPath(entry.Name[OutputsFolder.Length..], projectDirectory);
                CheckTarget(target, outputs, projectDirectory);
            }
            // Names of ours: what an archive says is not a path of this machine until it has been looked at.
            string file = Path.Combine(folder, $"{files.Count}");
            using (FileStream content = new(file, FileMode.CreateNew, FileAccess.Write))
                tar.CopyTo(content);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, (entry.Mode & PlainRights) | UnixFileMode.UserRead);
            files.Add((file, target));
        }
        if (tar.BytesRead != length)
            throw new InvalidDataException("it is shorter than it was");
        // Who depends on it would get nothing where there was something.
        return handedOn is { } found
            ? new Unpacked(files.ToImmutable(), found.Values, found.Notes)
            : throw new InvalidDataException("what was handed on is not in it");
    }

    private static void CheckTarget(string target, ImmutableArray<PathPattern> outputs, string projectDirectory)
    {
        if (!target.StartsWith(projectDirectory.TrimEnd('/', '\\') + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            || !outputs.Any(output => output.Includes(target)))
            throw new InvalidDataException($"'{target}' is not among the declared outputs");
        // A link on the way would lead elsewhere.
        string? parent = Path.GetDirectoryName(target);
        for (; parent is not null && parent.Length > projectDirectory.Length; parent = Path.GetDirectoryName(parent))
        {
            if (new DirectoryInfo(parent) is { Exists: true, LinkTarget: not null })
                throw new InvalidDataException($"'{parent}' is a link");
        }
    }

    private static MemoryStream HandedOn(SuccessRecord record)
    {
        var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteString("notes", record.Notes);
            json.WriteStartObject("values");
            foreach ((string name, string value) in record.Values)
                json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        text.Position = 0;
        return text;
    }

    private static (ImmutableSortedDictionary<string, string> Values, string Notes) ReadHandedOn(TarContent tar, long size)
    {
        if (size > LongestHandedOn)
            throw new InvalidDataException($"'{HandedOnName}' is too long");
        using var text = new MemoryStream();
        tar.CopyTo(text);
        text.Position = 0;
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement root = document.RootElement;
        return (
            root.GetProperty("values").EnumerateObject()
                .ToImmutableSortedDictionary(value => value.Name, value => Text(value.Value), StringComparer.Ordinal),
            Text(root.GetProperty("notes")));
    }

    private static string Text(JsonElement element) =>
        element.GetString() ?? throw new InvalidDataException($"'{HandedOnName}' has nothing where a text should be");

    /// <param name="Files">Where each was unpacked, and where it belongs; the log's place is <c>log</c>.</param>
    internal sealed record Unpacked(
        ImmutableArray<(string From, string To)> Files, ImmutableSortedDictionary<string, string> Values, string Notes)
    {
        public IEnumerable<(string From, string To)> Outputs => Files.Where(file => file.To != LogName);

        public string? Log => Files.FirstOrDefault(file => file.To == LogName).From;
    }

    private sealed class TooLongException : Exception;
}
