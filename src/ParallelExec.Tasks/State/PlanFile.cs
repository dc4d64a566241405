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
            using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            var json = new MaskedJson(writer, masker);
            json.StartObject();
            json.Number("schemaVersion", 1);
            json.Text("project", options.ProjectFile);
            json.Exactly("schedule", options.Schedule.ToString());
            json.Number("maxParallelism", options.MaxParallelism);
            json.StartArray("waves");
            foreach (var wave in plan.Waves)
            {
                json.StartArray();
                foreach (PlannedSubtask subtask in wave)
                    json.Text(subtask.Id);
                json.EndArray();
            }
            json.EndArray();
            json.StartArray("subtasks");
            foreach (PlannedSubtask subtask in plan.Subtasks)
                WriteSubtask(json, plan, subtask);
            json.EndArray();
            json.EndObject();
        });

    /// <returns>The ids in it; none where it is not there or is no plan.</returns>
    public static IReadOnlyList<string> ReadIds(string directory)
    {
        const int Longest = 500_000_000;
        try
        {
            byte[]? plan = PlainFile.TryRead(Path.Combine(directory, "plan.json"), Longest);
            using JsonDocument document = JsonDocument.Parse(plan ?? "{}"u8.ToArray());
            return document.RootElement.TryGetProperty("subtasks", out JsonElement subtasks)
                ? [.. subtasks.EnumerateArray().Select(subtask => subtask.GetProperty("id").GetString() ?? "")]
                : [];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return [];
        }
    }

    private static void WriteSubtask(MaskedJson json, ExecutionPlan plan, PlannedSubtask planned)
    {
        json.StartObject();
        json.Text("id", planned.Id);
        json.Exactly("kind", planned.Subtask.Work.Kind);
        json.Exactly("status", PlanStatus.Of(planned));
        json.Number("wave", planned.Wave);
        json.StartArray("dependsOn");
        foreach (int dependency in planned.Dependencies)
            json.Text(plan.Subtasks[dependency].Id);
        json.EndArray();
        if (planned.Estimate is { } estimate)
            json.Number("estimatedMs", RunFile.Milliseconds(estimate));
        if (planned.Subtask.Memory > 0)
            json.Number("memoryBytes", planned.Subtask.Memory);
        if (PlanStatus.Reason(planned) is { Length: > 0 } reason)
            json.Text("reason", reason);
        if (planned.Subtask.Work is CommandWork command)
            json.Text("command", command.CommandLine);
        if (planned.Subtask.Group.Length > 0)
            json.Text("group", planned.Subtask.Group);
        if (planned.Subtask.Title.Length > 0)
            json.Text("title", planned.Subtask.Title);
        json.EndObject();
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
    public static string Reason(PlannedSubtask planned) =>
        planned.Excluded ?? planned.Reused?.Why ?? planned.Kept ?? "";
}
