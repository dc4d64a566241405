using System.Text.Json;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.TaskFolders;

/// <summary>Writes back, while the run goes on, how far the subtasks of task folders are: only the fields that change, and each file whole.</summary>
internal sealed class TaskFolderWriter(IReadOnlyList<Feature> features, IRunLog log) : IRunObserver
{
    /// <summary>Who took a subtask that names no agent.</summary>
    private const string OwnName = "ParallelExec";

    private const int LongestSummary = 200;

    private readonly Dictionary<string, HashSet<string>> completed = features.ToDictionary(
        feature => feature.Folder,
        feature => feature.Subtasks.Where(subtask => subtask.TaskFile!.Status == TaskFileStatus.Completed).Select(subtask => subtask.Id).ToHashSet(StringComparer.Ordinal));

    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case SubtaskStarted(var planned, var at) when planned.Subtask.TaskFile is { } file:
                string agent = planned.Subtask.Work is AgentWork { Agent.Length: > 0 } work ? work.Agent : OwnName;
                Write(file.Path, [Text("status", "in_progress"), Text("agent_id", agent), Text("started_at", Iso8601.Of(at)), Null("completed_at")]);
                break;
            case SubtaskEnded(var planned, var result) when planned.Subtask.TaskFile is { } file:
                End(planned.Subtask, file, result);
                break;
        }
    }

    /// <summary>What a killed run left in progress goes back to where it was before.</summary>
    public void ReleaseOrphans()
    {
        foreach (Subtask orphan in features.SelectMany(feature => feature.Subtasks).Where(subtask => subtask.TaskFile!.Status == TaskFileStatus.InProgress))
        {
            log.Report(Diagnostic.Warning(
                Codes.Orphan, $"'{orphan.Id}' was in progress when an earlier run was killed. It is pending again, and runs now.", orphan.Origin));
            Release(orphan.TaskFile!.Path);
        }
    }

    public void Complete(Subtask subtask, string summary, DateTimeOffset at)
    {
        Write(subtask.TaskFile!.Path, [Text("status", "completed"), Text("completed_at", Iso8601.Of(at)), Text("completion_summary", summary)]);
        completed[subtask.TaskFile.Feature].Add(subtask.Id);
        Count(subtask.TaskFile.Feature, at);
    }

    public void Block(Subtask subtask)
    {
        Write(subtask.TaskFile!.Path, [Text("status", "blocked"), Null("completed_at")]);
        Uncount(subtask);
    }

    public void Reset(Subtask subtask)
    {
        Release(subtask.TaskFile!.Path);
        Uncount(subtask);
    }

    public void Archive(Feature feature)
    {
        if (feature.File is not null)
            Write(feature.File, [Text("status", "archived")]);
    }

    private void Uncount(Subtask subtask)
    {
        if (completed[subtask.TaskFile!.Feature].Remove(subtask.Id))
            Count(subtask.TaskFile.Feature, completedAt: null);
    }

    private void End(Subtask subtask, TaskFile file, SubtaskResult result)
    {
        DateTimeOffset at = (result.StartedAt ?? default) + result.Duration;
        switch (result.Status)
        {
            case SubtaskStatus.Succeeded or SubtaskStatus.Resumed or SubtaskStatus.UpToDate or SubtaskStatus.Restored:
                string outputs = subtask.Outputs.IsEmpty ? "" : $"; wrote {Wording.Ids([.. subtask.Outputs.Select(output => output.Declared)], shown: 3)}";
                Complete(subtask, result.Summary.Length > 0 ? result.Summary : $"Succeeded in {Wording.Duration(result.Duration)}{outputs}", at);
                break;
            case SubtaskStatus.Cancelled:
                Release(file.Path);
                break;
            default:
                Write(file.Path, [Text("status", "failed"), Null("completed_at"), Text("completion_summary", $"Failed: {result.Reason}")]);
                break;
        }
    }

    private void Release(string path) => Write(path, [Text("status", "pending"), Null("agent_id"), Null("started_at"), Null("completed_at")]);

    private void Count(string folder, DateTimeOffset? completedAt)
    {
        Feature feature = features.Single(each => each.Folder == folder);
        if (feature.File is null)
            return;
        int count = completed[folder].Count;
        List<(string, JsonEncodedText?, long?)> fields = [("completed_count", null, count)];
        if (count == feature.Subtasks.Length && completedAt is { } at)
            fields.AddRange([Text("status", "completed"), Text("completed_at", Iso8601.Of(at))]);
        else if (feature.Status == "completed")
            fields.AddRange([Text("status", "active"), Null("completed_at")]);
        Write(feature.File, fields);
    }

    private void Write(string path, IEnumerable<(string, JsonEncodedText?, long?)> fields)
    {
        try
        {
            // Read again: an agent, or a person, may have changed it meanwhile.
            byte[] changed = JsonFile.Parse(path, File.ReadAllBytes(path)).With(fields);
            WholeFile.Write(path, stream => stream.Write(changed));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            log.Report(Diagnostic.Warning(
                Codes.NotWrittenBack, $"The status could not be written back: {e.Message}", new Origin(path, "", path) { Location = new SourceLocation(path) }));
        }
    }

    private static (string, JsonEncodedText?, long?) Text(string name, string text) =>
        (name, JsonEncodedText.Encode(Wording.Shorten(text, LongestSummary), System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping), null);

    private static (string, JsonEncodedText?, long?) Null(string name) => (name, null, null);
}
