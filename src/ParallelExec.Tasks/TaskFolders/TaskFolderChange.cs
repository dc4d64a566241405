using System.Text.RegularExpressions;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.Parsing.TaskFolders;

namespace ParallelExec.TaskFolders;

/// <summary>What a person changes in task folders by a target: completes, blocks, resets or archives.</summary>
/// <param name="only">Ids or wildcards of what is to be changed.</param>
internal sealed class TaskFolderChange(
    IReadOnlyList<Feature> features, TaskFolderLock folders, TaskFolderWriter writer, IReadOnlyList<string> only,
        List<Diagnostic> diagnostics)
{
    /// <returns>What was done, a line each.</returns>
    public IEnumerable<string> Complete(string summary, DateTimeOffset at)
    {
        if (summary.Length > TaskFolderWriter.LongestSummary)
        {
            diagnostics.Add(Diagnostic.Error(
                Codes.InvalidValue,
                $"ParallelExecSummary has {summary.Length} characters; expected at most {TaskFolderWriter.LongestSummary}."));
            yield break;
        }
        foreach (Subtask subtask in Chosen())
        {
            if (IsCompleted(subtask))
                yield return $"{subtask.Id} was completed before";
            else if (Written(subtask, writer.Complete(subtask, summary, at)))
                yield return $"{subtask.Id} completed";
        }
    }

    public IEnumerable<string> Block()
    {
        foreach (Subtask subtask in Chosen())
        {
            if (Written(subtask, writer.Block(subtask)))
                yield return $"{subtask.Id} blocked";
        }
    }

    /// <summary>With all that depends on them: their work was done on what is now to be done again.</summary>
    public IEnumerable<string> Reset()
    {
        ILookup<string, Subtask> dependents = features.SelectMany(feature => feature.Subtasks)
            .SelectMany(subtask => subtask.DependsOn.Select(id => (id, subtask)))
            .ToLookup(entry => entry.id, entry => entry.subtask, StringComparer.OrdinalIgnoreCase);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var open = new Queue<Subtask>(Chosen());
        while (open.TryDequeue(out Subtask? subtask))
        {
            if (!seen.Add(subtask.Id))
                continue;
            if (Written(subtask, writer.Reset(subtask)))
                yield return $"{subtask.Id} pending";
            foreach (Subtask dependent in dependents[subtask.Id])
                open.Enqueue(dependent);
        }
    }

    /// <summary>Completed features, or those that are named, go to <c>completed/</c> beside them.</summary>
    public IEnumerable<string> Archive()
    {
        Regex[] patterns = [.. only.Select(Values.Wildcard)];
        Feature[] chosen =
            [.. features.Where(
                feature => patterns.Length == 0 ? IsComplete(feature) : patterns.Any(pattern => pattern.IsMatch(feature.Id)))];
        if (chosen.Length == 0)
            diagnostics.Add(
                Diagnostic.Error(
                    Codes.NothingSelected, only.Count == 0 ? "No feature is completed: there is nothing to archive." : $"No feature is "
                    + $"called '{string.Join("', '", only)}'.{Suggestion.DidYouMean(only[0], features.Select(feature => feature.Id))}"));
        foreach (Feature feature in chosen)
        {
            string parent = Path.GetDirectoryName(feature.Folder)!;
            string target = Path.Combine(
                Path.GetFileName(parent) == "active" ? Path.GetDirectoryName(parent)!
                : parent, "completed", Path.GetFileName(feature.Folder));
            string? problem = !IsComplete(feature)
                ? $"{feature.Subtasks.Count(subtask => !IsCompleted(subtask))} of its {feature.Subtasks.Length} subtasks are not completed"
                : Path.Exists(target) ? $"'{target}' is there already" : Move(feature.Folder, target);
            if (problem is not null)
            {
                diagnostics.Add(Diagnostic.Error(Codes.NotArchived, $"'{feature.Id}' can not be archived: {problem}."));
                continue;
            }
            writer.Archive(feature, target);
            yield return $"{feature.Id} archived: {target}";
        }
    }

    /// <returns>Why it could not be moved; null where it was.</returns>
    private string? Move(string folder, string target)
    {
        try
        {
            folders.Release(folder);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            Directory.Move(folder, target);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message.TrimEnd('.');
        }
    }

    private bool Written(Subtask subtask, bool isWritten)
    {
        if (!isWritten)
            diagnostics.Add(
                Diagnostic.Error(Codes.NotWrittenBack, $"'{subtask.Id}' is as it was: its file could not be written.", subtask.Origin));
        return isWritten;
    }

    private List<Subtask> Chosen()
    {
        var chosen = new List<Subtask>();
        Subtask[] all = [.. features.SelectMany(feature => feature.Subtasks)];
        if (only.Count == 0)
            diagnostics.Add(Diagnostic.Error(Codes.NothingSelected, "No subtask is named: say which with -p:ParallelExecOnly=ID."));
        foreach (string pattern in only)
        {
            Regex regex = Values.Wildcard(pattern);
            Subtask[] matches = [.. all.Where(subtask => regex.IsMatch(subtask.Id))];
            if (matches.Length == 0)
                diagnostics.Add(
                    Diagnostic.Error(
                        Codes.NothingSelected,
                        $"ParallelExecOnly names '{pattern}', but no subtask of a task folder has that "
                        + $"id.{Suggestion.DidYouMean(pattern, all.Select(subtask => subtask.Id))}"));
            chosen.AddRange(matches.Except(chosen));
        }
        foreach (IGrouping<string, Subtask> twins in chosen.GroupBy(subtask => subtask.Id, StringComparer.OrdinalIgnoreCase)
            .Where(same => same.Skip(1).Any()))
            diagnostics.Add(
                Diagnostic.Error(
                    Codes.DuplicateId,
                    $"There are two subtasks '{twins.Key}', in "
                    + $"{Wording.Ids([.. twins.Select(subtask => $"'{subtask.TaskFile!.Feature}'")])}. Rename one of the folders.",
                    twins.Last().Origin));
        // One that is not there stops the change as a whole: it may be a slip in a longer list.
        return diagnostics.Exists(diagnostic => diagnostic.Severity == Severity.Error) ? [] : chosen;
    }

    private static bool IsComplete(Feature feature) => feature.Subtasks.Length > 0 && feature.Subtasks.All(IsCompleted);

    private static bool IsCompleted(Subtask subtask) => subtask.TaskFile!.Status == TaskFileStatus.Completed;
}
