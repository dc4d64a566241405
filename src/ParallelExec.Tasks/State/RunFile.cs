using System.Globalization;
using System.Text.Json;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.State;

/// <summary>
/// <c>run.json</c>: the last run, or the one that runs. It is written when a run starts, so that a killed run is not taken for the one
/// before it.
/// </summary>
internal static class RunFile
{
    public const int SchemaVersion = 1;

    public static void WriteRunning(RunOptions options, DateTimeOffset startedAt) => Write(options, null, json =>
    {
        json.Exactly("status", "Running");
        json.Number("processId", Environment.ProcessId);
        json.Exactly("startedAt", Iso8601.Of(startedAt));
        json.StartArray("subtasks");
        json.EndArray();
    });

    public static void WriteEnded(RunOptions options, RunResult run, SecretMasker? masker) => Write(options, masker, json =>
    {
        json.Exactly("status", StatusOf(run));
        if (run.Stopped is not null)
            json.Text("reason", run.Stopped);
        AgentUsage? cost = null;
        foreach (SubtaskResult result in run.Results)
            cost = result.Usage?.Plus(cost) ?? cost;
        WriteUsage(json, cost);
        json.Text("project", options.ProjectFile);
        json.Exactly("startedAt", Iso8601.Of(run.StartedAt));
        json.Number("durationMs", Milliseconds(run.Duration));
        AloneTimes alone = run.Alone;
        json.Number("oneAfterAnotherMs", Milliseconds(alone.Sum));
        json.Boolean("isAtMost", alone.IsAtMost);
        json.Exactly("schedule", options.Schedule.ToString());
        json.Exactly("onFailure", options.OnFailure.ToString());
        json.Number("maxParallelism", options.MaxParallelism);
        json.Number("cores", run.Cores);
        if (run.Plan.MaxMemory is { } memory)
            json.Number("maxMemoryBytes", memory);
        json.StartArray("subtasks");
        foreach (PlannedSubtask planned in run.Plan.Subtasks)
            WriteSubtask(json, planned, run.Results[planned.Index], alone.Times[planned.Index]);
        json.EndArray();
    });

    /// <summary>What a whole run came to.</summary>
    public static string StatusOf(RunResult run) =>
        run.Succeeded ? run.IsBlocked ? "Blocked" : "Succeeded" : run.Stopped is null ? "Failed" : "Cancelled";

    public static long Milliseconds(TimeSpan duration) => (long)Math.Round(duration.TotalMilliseconds);

    private static void WriteSubtask(MaskedJson json, PlannedSubtask planned, SubtaskResult result, TimeSpan alone)
    {
        json.StartObject();
        json.Text("id", planned.Id);
        json.Exactly("status", result.Status.ToString());
        if (result.Reason.Length > 0)
            json.Text("reason", result.Reason);
        if (result.Code is not null)
            json.Exactly("code", result.Code);
        json.Number("wave", planned.Wave);
        json.Exactly("kind", planned.Subtask.Work.Kind);
        if (result.ExitCode is { } exitCode)
            json.Number("exitCode", exitCode);
        json.Number("attempts", result.Attempts);
        if (result.Proof is { } proof)
            json.Exactly("proof", proof.ToString());
        if (result.StartedAt is { } startedAt)
            json.Exactly("startedAt", Iso8601.Of(startedAt));
        json.Number("durationMs", Milliseconds(result.Duration));
        json.Number("aloneMs", Milliseconds(alone));
        if (result.Served is { } served)
            json.Number("servedMs", Milliseconds(served));
        if (result is { Attempts: > 0, Cpu: { } cpu } && planned.Subtask.Service is null)
            json.Number("cpuMs", Milliseconds(cpu.Time));
        WriteUsage(json, result.Usage);
        if (planned.Subtask.Memory > 0)
            json.Number("memoryBytes", planned.Subtask.Memory);
        if (result is { Attempts: > 0, Cpu.PeakMemory: > 0 and var peak })
            json.Number("peakMemoryBytes", peak);
        if (result.LogFile.Length > 0)
            json.Text("logFile", result.LogFile);
        if (planned.Subtask.Group.Length > 0)
            json.Text("group", planned.Subtask.Group);
        if (planned.Subtask.Title.Length > 0)
            json.Text("title", planned.Subtask.Title);
        json.Texts("values", result.Values);
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

    private static string PathOf(RunOptions options) => Path.Combine(options.Directory, "run.json");

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
