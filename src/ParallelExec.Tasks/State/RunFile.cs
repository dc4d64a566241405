using System.Text.Json;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.State;

/// <summary>
/// <c>run.json</c>: the last run, or the one that runs. It is written when a run starts, so that a killed run is not taken for the one
/// before it. <see cref="RunFileReader"/> reads it; docs/run.schema.json says what is in it.
/// </summary>
internal static class RunFile
{
    public const int SchemaVersion = 1;
    public const string Name = "run.json";

    /// <summary>The run before, for comparison.</summary>
    public const string PreviousName = "run.previous.json";

    public static void WriteRunning(RunOptions options, DateTimeOffset startedAt)
    {
        KeepPrevious(options);
        Write(options, null, json =>
        {
            json.Exactly("status", "Running");
            json.Number("processId", Environment.ProcessId);
            json.Exactly("startedAt", Iso8601.Of(startedAt));
            json.StartArray("subtasks");
            json.EndArray();
        });
    }

    public static void WriteEnded(RunOptions options, RecordedRun run, SecretMasker? masker) => Write(options, masker, json =>
    {
        json.Exactly("status", run.Status);
        Text(json, "reason", run.Reason);
        WriteUsage(json, run.Usage);
        json.Text("project", run.Project);
        json.Exactly("startedAt", Iso8601.Of(run.StartedAt));
        json.Number("durationMs", Milliseconds(run.Duration));
        json.Number("oneAfterAnotherMs", Milliseconds(run.OneAfterAnother));
        json.Boolean("isAtMost", run.IsAtMost);
        json.Exactly("schedule", run.Schedule);
        json.Exactly("onFailure", run.OnFailure);
        json.Number("maxParallelism", run.MaxParallelism);
        json.Number("cores", run.Cores);
        if (run.MaxMemory is { } memory)
            json.Number("maxMemoryBytes", memory);
        if (!run.CriticalPath.IsEmpty)
            json.Number("criticalPathMs", Milliseconds(run.CriticalTime));
        Texts(json, "criticalPath", run.CriticalPath);
        Time(json, "barriersMs", run.Barriers);
        Time(json, "unlimitedCoresMs", run.Unlimited);
        if (run.Advice is { } advice)
        {
            json.StartObject("advice");
            json.Text("text", advice.Text);
            Time(json, "durationMs", advice.Duration);
            json.EndObject();
        }
        json.StartArray("subtasks");
        foreach (RecordedSubtask subtask in run.Subtasks)
            WriteSubtask(json, subtask);
        json.EndArray();
    });

    /// <summary>What a whole run came to.</summary>
    public static string StatusOf(RunResult run) =>
        run.Succeeded ? run.IsBlocked ? "Blocked" : "Succeeded" : run.Stopped is null ? "Failed" : "Cancelled";

    public static long Milliseconds(TimeSpan duration) => (long)Math.Round(duration.TotalMilliseconds);

    private static void WriteSubtask(MaskedJson json, RecordedSubtask subtask)
    {
        json.StartObject();
        json.Text("id", subtask.Id);
        json.Exactly("status", subtask.Status.ToString());
        Text(json, "reason", subtask.Reason);
        if (subtask.Code.Length > 0)
            json.Exactly("code", subtask.Code);
        if (subtask.IsForgiven)
            json.Boolean("isForgiven", true);
        json.Number("wave", subtask.Wave);
        json.Exactly("kind", subtask.Kind);
        if (subtask.ExitCode is { } exitCode)
            json.Number("exitCode", exitCode);
        json.Number("attempts", subtask.Attempts);
        WriteAttempts(json, subtask);
        if (subtask.Proof is { } proof)
            json.Exactly("proof", proof.ToString());
        if (subtask.StartedAt is { } startedAt)
            json.Exactly("startedAt", Iso8601.Of(startedAt));
        json.Number("durationMs", Milliseconds(subtask.Duration));
        json.Number("aloneMs", Milliseconds(subtask.Alone));
        Time(json, "servedMs", subtask.Served);
        Time(json, "cpuMs", subtask.Cpu);
        WriteUsage(json, subtask.Usage);
        Bytes(json, "memoryBytes", subtask.Memory);
        Bytes(json, "peakMemoryBytes", subtask.PeakMemory);
        Text(json, "logFile", subtask.LogFile);
        Text(json, "group", subtask.Group);
        Text(json, "title", subtask.Title);
        Text(json, "set", subtask.Set);
        Text(json, "command", subtask.Command);
        Text(json, "why", subtask.Why);
        Texts(json, "dependsOn", subtask.DependsOn);
        Texts(json, "criteria", subtask.Criteria);
        json.Texts("values", subtask.Values);
        if (subtask.Tests is { } tests)
        {
            json.StartObject("tests");
            json.Number("total", tests.Total);
            json.Number("passed", tests.Passed);
            json.Number("failed", tests.Failed);
            json.Number("skipped", tests.Skipped);
            json.Number("flaky", tests.Flaky);
            json.EndObject();
        }
        json.EndObject();
    }

    private static void WriteUsage(MaskedJson json, AgentUsage? usage)
    {
        if (usage is not { IsKnown: true })
            return;
        json.StartObject("usage");
        if (usage.InputTokens is { } input)
            json.Number("inputTokens", input);
        if (usage.OutputTokens is { } output)
            json.Number("outputTokens", output);
        if (usage.Turns is { } turns)
            json.Number("turns", turns);
        if (usage.CostUsd is { } cost)
            json.Number("costUsd", cost);
        json.EndObject();
    }

    private static void WriteAttempts(MaskedJson json, RecordedSubtask subtask)
    {
        if (subtask.EachAttempt.IsEmpty)
            return;
        json.StartArray("eachAttempt");
        foreach (AttemptResult attempt in subtask.EachAttempt)
        {
            json.StartObject();
            json.Exactly("status", attempt.Status.ToString());
            Text(json, "reason", attempt.Reason);
            json.Exactly("startedAt", Iso8601.Of(attempt.StartedAt));
            json.Number("durationMs", Milliseconds(attempt.Duration));
            json.EndObject();
        }
        json.EndArray();
    }

    private static void Text(MaskedJson json, string name, string text)
    {
        if (text.Length > 0)
            json.Text(name, text);
    }

    private static void Texts(MaskedJson json, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count == 0)
            return;
        json.StartArray(name);
        foreach (string text in texts)
            json.Text(text);
        json.EndArray();
    }

    private static void Bytes(MaskedJson json, string name, long bytes)
    {
        if (bytes > 0)
            json.Number(name, bytes);
    }

    private static void Time(MaskedJson json, string name, TimeSpan? time)
    {
        if (time is { } known)
            json.Number(name, Milliseconds(known));
    }

    /// <summary>The last run that has come to its end stays for comparison; one that was killed is none.</summary>
    private static void KeepPrevious(RunOptions options)
    {
        try
        {
            if (PlainFile.ReadStart(PathOf(options), 100, out _).AsSpan().IndexOf("\"Running\""u8) < 0)
                File.Move(PathOf(options), Path.Combine(options.Directory, PreviousName), overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // There was none. Where it can not be moved there is nothing to compare with, and it is written over.
        }
    }

    private static string PathOf(RunOptions options) => Path.Combine(options.Directory, Name);

    private static void Write(RunOptions options, SecretMasker? masker, Action<MaskedJson> write) =>
        WholeFile.Write(PathOf(options), stream =>
        {
            using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            var json = new MaskedJson(writer, masker);
            json.StartObject();
            json.Number("schemaVersion", SchemaVersion);
            write(json);
            json.EndObject();
        });
}
