using System.Collections.Immutable;
using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Scheduling;

namespace ParallelExec.State;

/// <summary>Reads <c>run.json</c> again. Versions before this one wrote less of it: what is not there is empty.</summary>
internal static class RunFileReader
{
    private const long Longest = 500_000_000;

    /// <summary>No time is longer; what says so would only make sums of times too large.</summary>
    private const long LongestMilliseconds = 100L * 24 * 60 * 60 * 1000;

    /// <returns>Null where there is none, or it is not one of a run that has come to its end.</returns>
    public static RecordedRun? TryRead(string path)
    {
        try
        {
            if (PlainFile.TryRead(path, Longest) is not { } bytes)
                return null;
            using JsonDocument document = JsonDocument.Parse(bytes);
            JsonElement root = document.RootElement;
            return root.GetProperty("schemaVersion").GetInt32() > RunFile.SchemaVersion || Text(root, "status") is "" or "Running"
                ? null : Read(root);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or ArgumentException)
        {
            return null;
        }
    }

    private static RecordedRun Read(JsonElement root) => new()
    {
        Status = Text(root, "status"),
        Reason = Text(root, "reason"),
        Project = Text(root, "project"),
        StartedAt = root.GetProperty("startedAt").GetDateTimeOffset().ToUniversalTime(),
        Duration = Time(root, "durationMs") ?? TimeSpan.Zero,
        OneAfterAnother = Time(root, "oneAfterAnotherMs") ?? TimeSpan.Zero,
        IsAtMost = IsTrue(root, "isAtMost"),
        Schedule = Text(root, "schedule"),
        OnFailure = Text(root, "onFailure"),
        MaxParallelism = Number(root, "maxParallelism") ?? 0,
        Cores = Number(root, "cores") ?? 0,
        MaxMemory = root.TryGetProperty("maxMemoryBytes", out JsonElement memory) ? memory.GetInt64() : null,
        CriticalPath = Texts(root, "criticalPath"),
        CriticalTime = Time(root, "criticalPathMs") ?? TimeSpan.Zero,
        Barriers = Time(root, "barriersMs"),
        Unlimited = Time(root, "unlimitedCoresMs"),
        Advice = root.TryGetProperty("advice", out JsonElement advice)
            ? new Advice(Text(advice, "text"), Time(advice, "durationMs")) : null,
        Subtasks = [.. root.GetProperty("subtasks").EnumerateArray().Select(ReadSubtask)],
    };

    private static RecordedSubtask ReadSubtask(JsonElement subtask) => new()
    {
        Id = Text(subtask, "id"),
        Status = Status(subtask),
        Reason = Text(subtask, "reason"),
        Code = Text(subtask, "code"),
        IsForgiven = IsTrue(subtask, "isForgiven"),
        Wave = Number(subtask, "wave") ?? 0,
        Kind = Text(subtask, "kind"),
        ExitCode = Number(subtask, "exitCode"),
        Attempts = Number(subtask, "attempts") ?? 0,
        EachAttempt = subtask.TryGetProperty("eachAttempt", out JsonElement attempts)
            ? [.. attempts.EnumerateArray().Select(attempt => new AttemptResult(
                attempt.GetProperty("startedAt").GetDateTimeOffset(),
                Time(attempt, "durationMs") ?? TimeSpan.Zero,
                Status(attempt),
                Text(attempt, "reason")))]
            : [],
        StartedAt = subtask.TryGetProperty("startedAt", out JsonElement startedAt) ? startedAt.GetDateTimeOffset().ToUniversalTime() : null,
        Duration = Time(subtask, "durationMs") ?? TimeSpan.Zero,
        Alone = Time(subtask, "aloneMs") ?? TimeSpan.Zero,
        Served = Time(subtask, "servedMs"),
        Cpu = Time(subtask, "cpuMs"),
        Memory = Bytes(subtask, "memoryBytes"),
        PeakMemory = Bytes(subtask, "peakMemoryBytes"),
        Proof = Enum.TryParse(Text(subtask, "proof"), out Proof proof) && Enum.IsDefined(proof) ? proof : null,
        Usage = subtask.TryGetProperty("usage", out JsonElement usage) ? ReadUsage(usage) : null,
        LogFile = Text(subtask, "logFile"),
        Group = Text(subtask, "group"),
        Title = Text(subtask, "title"),
        Set = Text(subtask, "set"),
        Command = Text(subtask, "command"),
        Why = Text(subtask, "why"),
        DependsOn = Texts(subtask, "dependsOn"),
        Criteria = Texts(subtask, "criteria"),
        Values = subtask.TryGetProperty("values", out JsonElement values)
            ? values.EnumerateObject()
                .ToImmutableSortedDictionary(value => value.Name, value => value.Value.GetString() ?? "", StringComparer.Ordinal)
            : SubtaskResult.NoValues,
        Tests = subtask.TryGetProperty("tests", out JsonElement tests)
            ? new TestSummary(
                Number(tests, "total") ?? 0, Number(tests, "passed") ?? 0, Number(tests, "failed") ?? 0, Number(tests, "skipped") ?? 0,
                Number(tests, "flaky") ?? 0, "")
            : null,
    };

    private static AgentUsage ReadUsage(JsonElement usage) => new(
        usage.TryGetProperty("inputTokens", out JsonElement input) ? input.GetInt64() : null,
        usage.TryGetProperty("outputTokens", out JsonElement output) ? output.GetInt64() : null,
        usage.TryGetProperty("costUsd", out JsonElement cost) ? cost.GetDecimal() : null,
        Number(usage, "turns"));

    private static SubtaskStatus Status(JsonElement of) =>
        Enum.TryParse(Text(of, "status"), out SubtaskStatus status) && Enum.IsDefined(status) ? status : throw new FormatException();

    private static string Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";

    private static ImmutableArray<string> Texts(JsonElement of, string name) =>
        of.TryGetProperty(name, out JsonElement list) ? [.. list.EnumerateArray().Select(text => text.GetString() ?? "")] : [];

    private static int? Number(JsonElement of, string name) =>
        of.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : null;

    private static long Bytes(JsonElement of, string name) =>
        of.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : 0;

    private static TimeSpan? Time(JsonElement of, string name) =>
        of.TryGetProperty(name, out JsonElement value)
            ? TimeSpan.FromMilliseconds(Math.Clamp(value.GetInt64(), 0, LongestMilliseconds)) : null;

    private static bool IsTrue(JsonElement of, string name) =>
        of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.True;
}
