using System.Collections.Immutable;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using ParallelExec.Exchange;
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

    /// <returns>False where an output can not be kept: a link, or a file outside of the project.</returns>
    public static bool TryPack(Stream to, SuccessRecord record, string logFile, string projectDirectory)
    {
        using var compressed = new BrotliStream(to, CompressionLevel.Fastest, leaveOpen: true);
        using var tar = new TarWriter(compressed, TarEntryFormat.Pax);
        foreach (OutputStamp output in record.Outputs)
        {
            string relative = Path.GetRelativePath(projectDirectory, output.Path).Replace('\\', '/');
            if (Path.IsPathRooted(relative) || relative.Split('/').Contains("..") || new FileInfo(output.Path).LinkTarget is not null)
                return false;
            using FileStream content = new(output.Path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var entry = new PaxTarEntry(TarEntryType.RegularFile, OutputsFolder + relative) { DataStream = content };
            if (!OperatingSystem.IsWindows())
                entry.Mode = File.GetUnixFileMode(output.Path) & PlainRights;
            tar.WriteEntry(entry);
        }
        if (File.Exists(logFile))
        {
            using FileStream log = new(logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, LogName) { DataStream = log });
        }
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, HandedOnName) { DataStream = HandedOn(record) });
        return true;
    }

    /// <summary>Unpacks into an empty folder of ours. Nothing outside of it is touched.</summary>
    /// <exception cref="InvalidDataException">It has something that does not belong to this subtask.</exception>
    public static Unpacked Unpack(Stream from, string folder, ImmutableArray<PathPattern> outputs, string projectDirectory)
    {
        var files = ImmutableArray.CreateBuilder<(string From, string To)>();
        (ImmutableSortedDictionary<string, string> values, string notes) = (SubtaskResult.NoValues, "");
        using var decompressed = new BrotliStream(from, CompressionMode.Decompress);
        using var tar = new TarReader(decompressed);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not TarEntryType.RegularFile)
                throw new InvalidDataException($"'{entry.Name}' is no plain file");
            if (entry.Name == HandedOnName)
            {
                (values, notes) = ReadHandedOn(entry.DataStream ?? Stream.Null);
                continue;
            }
            string target = LogName;
            if (entry.Name != LogName)
            {
                target = Path.GetFullPath(entry.Name.StartsWith(OutputsFolder, StringComparison.Ordinal) ? entry.Name[OutputsFolder.Length..] : throw new InvalidDataException($"'{entry.Name}' is unknown"), projectDirectory);
                CheckTarget(target, outputs, projectDirectory);
            }
            // Names of ours: what an archive says is not a path of this machine until it has been looked at.
            string file = Path.Combine(folder, $"{files.Count}");
            entry.ExtractToFile(file, overwrite: false);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(file, (entry.Mode & PlainRights) | UnixFileMode.UserRead);
            // It was written now, as far as others are concerned: an old time would make it older than what it was made of.
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
            files.Add((file, target));
        }
        return new Unpacked(files.ToImmutable(), values, notes);
    }

    private static void CheckTarget(string target, ImmutableArray<PathPattern> outputs, string projectDirectory)
    {
        if (!target.StartsWith(projectDirectory.TrimEnd('/', '\\') + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            || !outputs.Any(output => output.Includes(target)))
            throw new InvalidDataException($"'{target}' is not among the declared outputs");
        // A link on the way would lead elsewhere.
        for (string? parent = Path.GetDirectoryName(target); parent is not null && parent.Length > projectDirectory.Length; parent = Path.GetDirectoryName(parent))
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

    private static (ImmutableSortedDictionary<string, string> Values, string Notes) ReadHandedOn(Stream stream)
    {
        using JsonDocument document = JsonDocument.Parse(stream);
        return (
            document.RootElement.GetProperty("values").EnumerateObject().ToImmutableSortedDictionary(value => value.Name, value => value.Value.GetString()!, StringComparer.Ordinal),
            document.RootElement.GetProperty("notes").GetString()!);
    }

    /// <param name="Files">Where each was unpacked, and where it belongs; the log's place is <c>log</c>.</param>
    internal sealed record Unpacked(ImmutableArray<(string From, string To)> Files, ImmutableSortedDictionary<string, string> Values, string Notes)
    {
        public IEnumerable<(string From, string To)> Outputs => Files.Where(file => file.To != LogName);

        public string? Log => Files.FirstOrDefault(file => file.To == LogName).From;
    }
}
