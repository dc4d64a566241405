using System.Text;
using System.Text.Json;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Parsing.TaskFolders;

namespace ParallelExec.TaskFolders;

/// <summary>
/// Writes back, while the run goes on, how far the subtasks of task folders are: only the fields that change, and each file whole.
/// </summary>
internal sealed class TaskFolderWriter(IReadOnlyList<Feature> features, IRunLog log, SecretMasker? masker) : IRunObserver
{
    /// <summary>Who took a subtask that names no agent.</summary>
    private const string OwnName = "ParallelExec";

    /// <summary>By the format of task folders, in characters.</summary>
    public const int LongestSummary = 200;

    private readonly Dictionary<string, HashSet<string>> completed = features.ToDictionary(
        feature => feature.Folder,
        feature => feature.Subtasks.Where(subtask => subtask.TaskFile!.Status == TaskFileStatus.Completed).Select(subtask => subtask.Id)
            .ToHashSet(StringComparer.Ordinal));

    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case SubtaskStarted(var planned, var at) when planned.Subtask.TaskFile is { } file:
                string agent = planned.Subtask.Work is AgentWork { Agent.Length: > 0 } work ? work.Agent : OwnName;
                Write(file.Path,
                    [Text("status", "in_progress"), Text("agent_id", agent), Text("started_at", Iso8601.Of(at)), Null("completed_at")]);
                break;
            case SubtaskEnded(var planned, var result) when planned.Subtask.TaskFile is { } file:
                End(planned.Subtask, file, result);
                break;
            // One that is skipped stays pending. Subtasks without a file have nothing to be written to.
            case RunStarted or SubtaskStarted or ServiceReady or SubtaskEnded or SubtasksSkipped or RunStopping or Tick or RunEnded:
                break;
            default:
                throw happened.NotKnownTo(this);
        }
    }

    /// <summary>What a killed run left in progress goes back to where it was before.</summary>
    public void ReleaseOrphans()
    {
        foreach (Subtask orphan in features.SelectMany(feature => feature.Subtasks)
            .Where(subtask => subtask.TaskFile!.Status == TaskFileStatus.InProgress))
        {
            log.Report(Diagnostic.Warning(
                Codes.Orphan, $"'{orphan.Id}' was in progress when an earlier run was killed. It is pending again, and runs now.",
                    orphan.Origin));
            Release(orphan.TaskFile!.Path);
        }
    }

    /// <returns>False where it could not be written; that was told.</returns>
    public bool Complete(Subtask subtask, string summary, DateTimeOffset at)
    {
        if (!Write(subtask.TaskFile!.Path,
            [Text("status", "completed"), Text("completed_at", Iso8601.Of(at)), Text("completion_summary", summary)]))
            return false;
        completed[subtask.TaskFile.Feature].Add(subtask.Id);
        Count(subtask.TaskFile.Feature, at);
        return true;
    }

    /// <inheritdoc cref="Complete" />
    public bool Block(Subtask subtask)
    {
        if (!Write(subtask.TaskFile!.Path, [Text("status", "blocked"), Null("completed_at")]))
            return false;
        Uncount(subtask);
        return true;
    }

    /// <inheritdoc cref="Complete" />
    public bool Reset(Subtask subtask)
    {
        if (!Release(subtask.TaskFile!.Path))
            return false;
        Uncount(subtask);
        return true;
    }

    /// <param name="folder">Where the feature is now.</param>
    public void Archive(Feature feature, string folder)
    {
        if (feature.File is not null)
            Write(Path.Combine(folder, Path.GetFileName(feature.File)), [Text("status", "archived")]);
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
                string outputs = subtask.Outputs.IsEmpty ? ""
                    : $"; wrote {Wording.Ids([.. subtask.Outputs.Select(output => output.Declared)], shown: 3)}";
                Complete(subtask, result.Summary.Length > 0 ? result.Summary : $"Succeeded in {Wording.Duration(result.Duration)}{outputs}",
                    at);
                break;
            case SubtaskStatus.Cancelled:
                Release(file.Path);
                break;
            case SubtaskStatus.Blocked:
                string question = $"A{result.Reason[1..]}";
                Write(file.Path, [Text("status", "blocked"), Null("completed_at"), Text("completion_summary", question)]);
                break;
            default:
                Write(file.Path, [Text("status", "failed"), Null("completed_at"), Text("completion_summary", $"Failed: {result.Reason}")]);
                break;
        }
    }

    private bool Release(string path) =>
        Write(path, [Text("status", "pending"), Null("agent_id"), Null("started_at"), Null("completed_at")]);

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

    private bool Write(string path, IEnumerable<(string, JsonEncodedText?, long?)> fields)
    {
        try
        {
            // Read again: an agent, or a person, may have changed it meanwhile.
            byte[] changed = JsonFile.Load(path).With(fields);
            // A link stays one: the file that it leads to is written.
            WholeFile.WriteOver(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path, stream => stream.Write(changed));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            log.Report(Diagnostic.Warning(
                Codes.NotWrittenBack, $"The status could not be written back: {e.Message}",
                    new Origin(path, "", path) { Location = new SourceLocation(path) }));
            return false;
        }
    }

    private (string, JsonEncodedText?, long?) Text(string name, string text)
    {
        string shown = Wording.Shorten(masker?.Apply(text) ?? text, LongestSummary);
        return (name, JsonEncodedText.Encode(WholeCharacters(shown), System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping),
            null);
    }

    // What agents say can hold a half of one, which JSON can not.
    private static string WholeCharacters(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static (string, JsonEncodedText?, long?) Null(string name) => (name, null, null);
}
