using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.State;

/// <summary><c>history.json</c>: how long subtasks took. The median of the last runs is what they are expected to take.</summary>
internal sealed class History
{
    private const int SchemaVersion = 1;

    /// <summary>One slow run in between does not change a median; more would keep what is long past.</summary>
    private const int Remembered = 9;

    /// <summary>Of how many subtasks that are not declared any more: a branch with other subtasks comes back.</summary>
    private const int RememberedOthers = 1_000;

    /// <summary>Nothing takes 100 days; what says so would only make sums of estimates too large.</summary>
    private const long LongestMilliseconds = 100L * 24 * 60 * 60 * 1000;

    private const long LongestFile = 100_000_000;

    private readonly Dictionary<string, List<long>> durations = new(StringComparer.OrdinalIgnoreCase);
    private bool isNewer;

    /// <summary>What is there; empty where it can not be read. Nothing depends on it but estimates.</summary>
    public static History Read(RunOptions options)
    {
        var history = new History();
        try
        {
            using JsonDocument document = JsonDocument.Parse(PlainFile.TryRead(PathOf(options), LongestFile) ?? "{}"u8.ToArray());
            if (!document.RootElement.TryGetProperty("schemaVersion", out JsonElement version))
                return history;
            history.isNewer = version.GetInt32() > SchemaVersion;
            foreach (JsonProperty subtask in history.isNewer ? [] : document.RootElement.GetProperty("durationsMs").EnumerateObject())
                history.durations[subtask.Name] = Durations(subtask.Value);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            history.durations.Clear();
        }
        return history;
    }

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Estimates
    {
        get
        {
            var estimates = new Dictionary<string, TimeSpan>(durations.Count, StringComparer.OrdinalIgnoreCase);
            foreach ((string id, List<long> list) in durations)
            {
                if (list.Count > 0)
                    estimates[id] = Median(list);
            }
            return estimates;
        }
    }

    public void Add(string id, TimeSpan duration)
    {
        if (!durations.TryGetValue(id, out List<long>? list))
            durations[id] = list = [];
        list.Add(Math.Clamp(RunFile.Milliseconds(duration), 0, LongestMilliseconds));
        if (list.Count > Remembered)
            list.RemoveAt(0);
    }

    /// <summary>Of ids that are not declared any more, those are kept that were declared last.</summary>
    /// <param name="declared">All ids of this run.</param>
    public void Write(RunOptions options, IEnumerable<string> declared)
    {
        // A newer version's is not ours to shorten.
        if (isNewer)
            return;
        // In the order in which they were declared last, so that the first are the oldest.
        HashSet<string> present = declared.ToHashSet(StringComparer.OrdinalIgnoreCase);
        string[] others = [.. durations.Keys.Where(id => !present.Contains(id)).TakeLast(RememberedOthers)];
        IEnumerable<string> kept = others.Concat(durations.Keys.Where(present.Contains));
        WholeFile.Write(PathOf(options), stream =>
        {
            using var json = new Utf8JsonWriter(stream);
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", SchemaVersion);
            json.WriteStartObject("durationsMs");
            foreach (string id in kept)
            {
                json.WriteStartArray(id);
                foreach (long duration in durations[id])
                    json.WriteNumberValue(duration);
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static List<long> Durations(JsonElement list)
    {
        List<long> durations = [];
        foreach (JsonElement duration in list.EnumerateArray())
        {
            if (duration.ValueKind == JsonValueKind.Number && duration.TryGetInt64(out long milliseconds)
                && milliseconds is >= 0 and <= LongestMilliseconds)
                durations.Add(milliseconds);
        }
        durations.RemoveRange(0, Math.Max(0, durations.Count - Remembered));
        return durations;
    }

    private static TimeSpan Median(List<long> milliseconds)
    {
        if (milliseconds.Count == 1)
            return TimeSpan.FromMilliseconds(milliseconds[0]);
        long[] sorted = milliseconds.ToArray();
        Array.Sort(sorted);
        int middle = sorted.Length / 2;
        return TimeSpan.FromMilliseconds(sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0);
    }

    private static string PathOf(RunOptions options) => Path.Combine(options.Directory, "history.json");
}
