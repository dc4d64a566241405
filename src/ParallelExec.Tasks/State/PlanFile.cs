using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.State;

/// <summary><c>plan.json</c>: what was planned last.</summary>
internal static class PlanFile
{
    public static void Write(RunOptions options, ExecutionPlan plan, SecretMasker? masker) =>
        WholeFile.Write(Path.Combine(options.Directory, "plan.json"), stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 1);
            json.WriteString("project", options.ProjectFile);
            json.WriteString("schedule", options.Schedule.ToString());
            json.WriteNumber("maxParallelism", options.MaxParallelism);
            json.WriteStartArray("waves");
            foreach (var wave in plan.Waves)
            {
                json.WriteStartArray();
                foreach (PlannedSubtask subtask in wave)
                    json.WriteStringValue(subtask.Id);
                json.WriteEndArray();
            }
            json.WriteEndArray();
            json.WriteStartArray("subtasks");
            foreach (PlannedSubtask subtask in plan.Subtasks)
                WriteSubtask(json, plan, subtask, masker);
            json.WriteEndArray();
            json.WriteEndObject();
        });

    /// <returns>The ids in it; none where it is not there or is no plan.</returns>
    public static IReadOnlyList<string> ReadIds(string directory)
    {
        const int Longest = 500_000_000;
        try
        {
            using JsonDocument document = JsonDocument.Parse(PlainFile.TryRead(Path.Combine(directory, "plan.json"), Longest) ?? "{}"u8.ToArray());
            return document.RootElement.TryGetProperty("subtasks", out JsonElement subtasks)
                ? [.. subtasks.EnumerateArray().Select(subtask => subtask.GetProperty("id").GetString() ?? "")]
                : [];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return [];
        }
    }

    private static void WriteSubtask(Utf8JsonWriter json, ExecutionPlan plan, PlannedSubtask planned, SecretMasker? masker)
    {
        json.WriteStartObject();
        json.WriteString("id", planned.Id);
        json.WriteString("kind", planned.Subtask.Work.Kind);
        json.WriteString("status", PlanStatus.Of(planned));
        json.WriteNumber("wave", planned.Wave);
        json.WriteStartArray("dependsOn");
        foreach (int dependency in planned.Dependencies)
            json.WriteStringValue(plan.Subtasks[dependency].Id);
        json.WriteEndArray();
        if (planned.Estimate is { } estimate)
            json.WriteNumber("estimatedMs", RunFile.Milliseconds(estimate));
        if (PlanStatus.Reason(planned) is { Length: > 0 } reason)
            json.WriteString("reason", reason);
        if (planned.Subtask.Work is CommandWork command)
            json.WriteString("command", masker?.Apply(command.CommandLine) ?? command.CommandLine);
        if (planned.Subtask.Group.Length > 0)
            json.WriteString("group", planned.Subtask.Group);
        if (planned.Subtask.Title.Length > 0)
            json.WriteString("title", planned.Subtask.Title);
        json.WriteEndObject();
    }
}

/// <summary>What a plan says of a subtask.</summary>
internal static class PlanStatus
{
    public static string Of(PlannedSubtask planned) => planned switch
    {
        { IsResumed: true } => "Resumed",
        { Reused.Record: not null, Subtask.Inputs.IsEmpty: false } => "UpToDate",
        { Reused.Record: not null } => "Resumed",
        { Excluded: not null } => "Excluded",
        { Wave: 1 } => "Ready",
        _ => "Waiting",
    };

    /// <summary>Why it is left out, or why it runs where that is not a matter of course.</summary>
    public static string Reason(PlannedSubtask planned) => planned.Excluded ?? planned.Reused?.Why ?? "";
}
