using System.Globalization;
using System.Text.Json;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.State;

/// <summary><c>run.json</c>: the last run, or the one that runs. It is written when a run starts, so that a killed run is not taken for the one before it.</summary>
internal static class RunFile
{
    public const int SchemaVersion = 1;

    public static void WriteRunning(RunOptions options, DateTimeOffset startedAt) => Write(options, json =>
    {
        json.WriteString("status", "Running");
        json.WriteNumber("processId", Environment.ProcessId);
        json.WriteString("startedAt", Iso8601.Of(startedAt));
        json.WriteStartArray("subtasks");
        json.WriteEndArray();
    });

    public static void WriteEnded(RunOptions options, RunResult run, SecretMasker? masker) => Write(options, json =>
    {
        json.WriteString("status", StatusOf(run));
        if (run.Stopped is not null)
            json.WriteString("reason", run.Stopped);
        json.WriteString("project", options.ProjectFile);
        json.WriteString("startedAt", Iso8601.Of(run.StartedAt));
        json.WriteNumber("durationMs", Milliseconds(run.Duration));
        AloneTimes alone = run.Alone;
        json.WriteNumber("oneAfterAnotherMs", Milliseconds(alone.Sum));
        json.WriteBoolean("isAtMost", alone.IsAtMost);
        json.WriteString("schedule", options.Schedule.ToString());
        json.WriteString("onFailure", options.OnFailure.ToString());
        json.WriteNumber("maxParallelism", options.MaxParallelism);
        json.WriteNumber("cores", run.Cores);
        json.WriteStartArray("subtasks");
        foreach (PlannedSubtask planned in run.Plan.Subtasks)
            WriteSubtask(json, planned, run.Results[planned.Index], alone.Times[planned.Index], masker);
        json.WriteEndArray();
    });

    /// <summary>What a whole run came to.</summary>
    public static string StatusOf(RunResult run) => run.Succeeded ? "Succeeded" : run.Stopped is null ? "Failed" : "Cancelled";

    public static long Milliseconds(TimeSpan duration) => (long)Math.Round(duration.TotalMilliseconds);

    private static void WriteSubtask(
        Utf8JsonWriter json, PlannedSubtask planned, SubtaskResult result, TimeSpan alone, SecretMasker? masker)
    {
        json.WriteStartObject();
        json.WriteString("id", planned.Id);
        json.WriteString("status", result.Status.ToString());
        if (result.Reason.Length > 0)
            json.WriteString("reason", masker?.Apply(result.Reason) ?? result.Reason);
        if (result.Code is not null)
            json.WriteString("code", result.Code);
        json.WriteNumber("wave", planned.Wave);
        json.WriteString("kind", planned.Subtask.Work.Kind);
        if (result.ExitCode is { } exitCode)
            json.WriteNumber("exitCode", exitCode);
        json.WriteNumber("attempts", result.Attempts);
        if (result.StartedAt is { } startedAt)
            json.WriteString("startedAt", Iso8601.Of(startedAt));
        json.WriteNumber("durationMs", Milliseconds(result.Duration));
        json.WriteNumber("aloneMs", Milliseconds(alone));
        if (result is { Attempts: > 0, Cpu: { } cpu })
            json.WriteNumber("cpuMs", Milliseconds(cpu.Time));
        if (result.LogFile.Length > 0)
            json.WriteString("logFile", result.LogFile);
        if (planned.Subtask.Group.Length > 0)
            json.WriteString("group", planned.Subtask.Group);
        if (planned.Subtask.Title.Length > 0)
            json.WriteString("title", planned.Subtask.Title);
        if (!result.Values.IsEmpty)
        {
            json.WriteStartObject("values");
            foreach ((string name, string value) in result.Values)
                json.WriteString(name, masker?.Apply(value) ?? value);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static string PathOf(RunOptions options) => Path.Combine(options.Directory, "run.json");

    private static void Write(RunOptions options, Action<Utf8JsonWriter> write) => WholeFile.Write(PathOf(options), stream =>
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("schemaVersion", SchemaVersion);
        write(json);
        json.WriteEndObject();
    });
}
