using System.Collections.Immutable;
using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.State;

/// <summary>What <c>journal.ndjson</c> says: the last run, and for each subtask what is still true of its last success.</summary>
internal sealed class JournalReader(string projectDirectory)
{
    public const int SchemaVersion = 1;

    /// <summary>More than can be read at once is no journal of ours.</summary>
    private const long Longest = 2_000_000_000;

    private readonly Dictionary<string, SuccessRecord> records = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SubtaskStatus?> statuses = new(StringComparer.OrdinalIgnoreCase);

    private readonly Dictionary<string, string> reasons = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<string, SuccessRecord> Records => records;

    /// <summary>How the subtasks of the last run have ended; null = it was under way.</summary>
    public IReadOnlyDictionary<string, SubtaskStatus?> Statuses => statuses;

    /// <summary>Why the subtasks of the last run have not succeeded, where that is known, in words.</summary>
    public IReadOnlyDictionary<string, string> Reasons => reasons;

    /// <summary>Services that are ready, and have not ended.</summary>
    public HashSet<string> Serving { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The last run has come to its end.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Zero where there was none.</summary>
    public int ProcessId { get; private set; }

    /// <summary>ISO 8601, UTC.</summary>
    public string StartedAt { get; private set; } = "";

    /// <summary>Lines that are no lines of a journal; a torn last one does not count.</summary>
    public int Unreadable { get; private set; }

    public static JournalReader Nothing { get; } = new("") { HasEnded = true };

    /// <param name="ends">Only when the last run began, and whether it has ended: the first and the last line.</param>
    /// <returns>What is there; <see cref="Nothing"/> where there is no journal. An error where a newer version has written it.</returns>
    public static JournalReader Read(RunOptions options, List<Diagnostic> diagnostics, bool ends = false)
    {
        byte[]? bytes = ends ? FirstAndLastLine(Journal.PathOf(options)) : PlainFile.TryRead(Journal.PathOf(options), Longest);
        if (bytes is null)
            return Nothing;
        var reader = new JournalReader(options.ProjectDirectory);
        ReadOnlyMemory<byte> rest = bytes;
        while (!rest.IsEmpty)
        {
            int end = rest.Span.IndexOf((byte)'\n');
            // Half a line: the run was killed while it wrote. What it announces has not begun.
            if (end < 0)
                break;
            bool first = reader.ProcessId == 0;
            if (!reader.TryRead(rest[..end], out int version) || (first && reader.ProcessId == 0))
                reader.Unreadable++;
            if (version > SchemaVersion)
            {
                diagnostics.Add(Diagnostic.Error(
                    Codes.NewerState,
                    $"journal.ndjson in '{options.Directory}' was written by a newer version of ParallelExec (schema {version}, "
                    + $"this one reads {SchemaVersion}). Use that version, give this run a folder of its own with ParallelExecDirectory, "
                    + "or remove what is there with -t:CleanParallelTasks."));
                return Nothing;
            }
            rest = rest[(end + 1)..];
        }
        // Nobody knows of a run that has not even begun.
        reader.HasEnded |= reader.ProcessId == 0;
        if (reader.Unreadable > 0)
        {
            // A line that is lost may have said that something does not hold any more.
            reader.records.Clear();
            diagnostics.Add(Diagnostic.Warning(
                Codes.DamagedState,
                $"journal.ndjson in '{options.Directory}' is damaged: {reader.Unreadable} of its lines can not be read. "
                + "Nothing that it says is believed, so everything runs."));
        }
        return reader;
    }

    private static byte[]? FirstAndLastLine(string path)
    {
        const int Enough = 4096;
        if (PlainFile.TryRead(path, longest: 2 * Enough) is { } all)
            return all;
        try
        {
            return ReadEnds(path, Enough);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[] ReadEnds(string path, int enough)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        byte[] first = new byte[enough], last = new byte[enough];
        file.ReadExactly(first);
        file.Position = file.Length - enough;
        file.ReadExactly(last);
        int end = Array.LastIndexOf(last, (byte)'\n'), start = end <= 0 ? -1 : Array.LastIndexOf(last, (byte)'\n', end - 1);
        return [.. first.AsSpan(0, Array.IndexOf(first, (byte)'\n') + 1), .. start < 0 ? [] : last.AsSpan((start + 1)..(end + 1))];
    }

    private bool TryRead(ReadOnlyMemory<byte> line, out int version)
    {
        version = 0;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            switch (Text(root.GetProperty("event")))
            {
                case "run":
                    version = root.GetProperty("schemaVersion").GetInt32();
                    statuses.Clear();
                    HasEnded = false;
                    ProcessId = root.GetProperty("processId").GetInt32();
                    StartedAt = Iso8601.Of(root.GetProperty("at").GetDateTimeOffset());
                    break;
                case "kept":
                    records[Text(root.GetProperty("id"))] = ReadRecord(root);
                    break;
                case "started":
                    string started = Text(root.GetProperty("id"));
                    records.Remove(started);
                    statuses[started] = null;
                    break;
                case "ready":
                    Serving.Add(Text(root.GetProperty("id")));
                    break;
                case "ended":
                    string id = Text(root.GetProperty("id"));
                    Serving.Remove(id);
                    statuses[id] = Status(Text(root.GetProperty("status")));
                    if (root.TryGetProperty("reason", out JsonElement reason))
                        reasons[id] = Text(reason);
                    if (root.TryGetProperty("fingerprint", out _))
                        records[id] = ReadRecord(root);
                    break;
                case "runEnded":
                    HasEnded = true;
                    break;
                default:
                    return false;
            }
            return true;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or ArgumentException)
        {
            return false;
        }
    }

    private SuccessRecord ReadRecord(JsonElement root)
    {
        var parts = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (JsonProperty part in root.GetProperty("parts").EnumerateObject())
            parts.Add(new(part.Name, Text(part.Value)));
        var outputs = ImmutableArray.CreateBuilder<OutputStamp>();
        if (root.TryGetProperty("outputs", out JsonElement stamps))
        {
            foreach (JsonProperty stamp in stamps.EnumerateObject())
                outputs.Add(new OutputStamp(Path.GetFullPath(stamp.Name, projectDirectory), Text(stamp.Value)));
        }
        return new SuccessRecord
        {
            Fingerprint = new Fingerprint(parts.ToImmutable(), Text(root.GetProperty("fingerprint"))),
            Outputs = outputs.ToImmutable(),
            Values = root.TryGetProperty("values", out JsonElement values)
                ? values.EnumerateObject()
                    .ToImmutableSortedDictionary(value => value.Name, value => Text(value.Value), StringComparer.Ordinal)
                : SubtaskResult.NoValues,
            Notes = root.TryGetProperty("notes", out JsonElement notes) ? Text(notes) : "",
        };
    }

    // What is null, a number or half a character where a text should be is damage, not nothing.
    private static string Text(JsonElement element) => element.GetString() ?? throw new FormatException();

    private static SubtaskStatus Status(string word) =>
        Enum.TryParse(word, out SubtaskStatus status) && Enum.IsDefined(status) && !char.IsAsciiDigit(word[0])
            ? status
            : throw new FormatException();
}
