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

    private readonly Dictionary<string, List<long>> durations = new(StringComparer.OrdinalIgnoreCase);
    private bool isNewer;

    /// <summary>What is there; empty where it can not be read. Nothing depends on it but estimates.</summary>
    public static History Read(RunOptions options)
    {
        var history = new History();
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(PathOf(options)));
            history.isNewer = document.RootElement.GetProperty("schemaVersion").GetInt32() > SchemaVersion;
            foreach (JsonProperty subtask in history.isNewer ? [] : document.RootElement.GetProperty("durationsMs").EnumerateObject())
                history.durations[subtask.Name] = [.. subtask.Value.EnumerateArray().Select(duration => duration.GetInt64()).TakeLast(Remembered)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            history.durations.Clear();
        }
        return history;
    }

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Estimates =>
        durations.Where(entry => entry.Value.Count > 0).ToDictionary(entry => entry.Key, entry => Median(entry.Value), StringComparer.OrdinalIgnoreCase);

    public void Add(string id, TimeSpan duration)
    {
        if (!durations.TryGetValue(id, out List<long>? list))
            durations[id] = list = [];
        list.Add(RunFile.Milliseconds(duration));
        if (list.Count > Remembered)
            list.RemoveAt(0);
    }

    public void Write(RunOptions options)
    {
        // A newer version's is not ours to shorten.
        if (isNewer)
            return;
        WholeFile.Write(PathOf(options), stream =>
        {
            using var json = new Utf8JsonWriter(stream);
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", SchemaVersion);
            json.WriteStartObject("durationsMs");
            foreach ((string id, List<long> list) in durations)
            {
                json.WriteStartArray(id);
                foreach (long duration in list)
                    json.WriteNumberValue(duration);
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static TimeSpan Median(List<long> milliseconds)
    {
        long[] sorted = [.. milliseconds.Order()];
        int middle = sorted.Length / 2;
        return TimeSpan.FromMilliseconds(sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0);
    }

    private static string PathOf(RunOptions options) => Path.Combine(options.Directory, "history.json");
}
