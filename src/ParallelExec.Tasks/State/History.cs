using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.State;

/// <summary>
/// <c>history.json</c>: how long subtasks took, and how much memory they needed. They are expected to take the median of the last runs, and
/// to need the most of them.
/// </summary>
internal sealed class History
{
    private const int SchemaVersion = 1;

    /// <summary>One slow run in between does not change a median; more would keep what is long past.</summary>
    private const int Remembered = 9;

    /// <summary>Of how many subtasks that are not declared any more: a branch with other subtasks comes back.</summary>
    private const int RememberedOthers = 1_000;

    /// <summary>Nothing takes 100 days; what says so would only make sums of estimates too large.</summary>
    private const long LongestMilliseconds = 100L * 24 * 60 * 60 * 1000;

    /// <summary>Less than that, in bytes, matters to nobody.</summary>
    private const long LeastMemory = 32 * 1024 * 1024;

    private const long LongestFile = 100_000_000;

    private readonly Dictionary<string, List<long>> durations = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<long>> memory = new(StringComparer.OrdinalIgnoreCase);
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
                history.durations[subtask.Name] = Numbers(subtask.Value, LongestMilliseconds);
            if (!history.isNewer && document.RootElement.TryGetProperty("memoryBytes", out JsonElement peaks))
            {
                foreach (JsonProperty subtask in peaks.EnumerateObject())
                    history.memory[subtask.Name] = Numbers(subtask.Value, long.MaxValue);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            history.durations.Clear();
            history.memory.Clear();
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

    /// <summary>The most memory that each needed in the last runs, in bytes, by id; null where nothing is known of any.</summary>
    public IReadOnlyDictionary<string, long>? Peaks
    {
        get
        {
            if (memory.Count == 0)
                return null;
            var peaks = new Dictionary<string, long>(memory.Count, StringComparer.OrdinalIgnoreCase);
            foreach ((string id, List<long> list) in memory)
            {
                if (list.Count > 0)
                    peaks[id] = list.Max();
            }
            return peaks;
        }
    }

    /// <param name="peak">In bytes; 0 = it is not known.</param>
    public void AddMemory(string id, long peak)
    {
        if (peak < LeastMemory)
            return;
        if (!memory.TryGetValue(id, out List<long>? list))
            memory[id] = list = [];
        list.Add(peak);
        if (list.Count > Remembered)
            list.RemoveAt(0);
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
        string[] kept = [.. others, .. durations.Keys.Where(present.Contains)];
        WholeFile.Write(PathOf(options), stream =>
        {
            using var json = new Utf8JsonWriter(stream);
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", SchemaVersion);
            WriteNumbers(json, "durationsMs", durations, kept);
            if (memory.Count > 0)
                WriteNumbers(json, "memoryBytes", memory, kept);
            json.WriteEndObject();
        });
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, Dictionary<string, List<long>> numbers, string[] ids)
    {
        json.WriteStartObject(name);
        foreach (string id in ids)
        {
            if (!numbers.TryGetValue(id, out List<long>? list))
                continue;
            json.WriteStartArray(id);
            foreach (long number in list)
                json.WriteNumberValue(number);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static List<long> Numbers(JsonElement list, long largest)
    {
        List<long> numbers = [];
        foreach (JsonElement element in list.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long number) && number >= 0 && number <= largest)
                numbers.Add(number);
        }
        numbers.RemoveRange(0, Math.Max(0, numbers.Count - Remembered));
        return numbers;
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
