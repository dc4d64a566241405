using System.Text;
using ParallelExec.Events;
using ParallelExec.Exchange;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Agents;

/// <summary>
/// Keeps the teams' shared files: seeds those that are not there, and appends what members write to their notes, under their names.
/// Nobody else writes to them, and it does so on the run's own loop: no two writers on one file.
/// </summary>
internal sealed class SharedContexts(ExecutionPlan plan, RunOptions options, IRunLog log, SecretMasker? masker) : IRunObserver
{
    /// <summary>Of a shared file, in bytes: what stands behind is not compared with.</summary>
    private const int LongestCompared = 10_000_000;

    private readonly HandOverFiles files = new(options, masker);

    /// <summary>By member: how many lines of its notes are in the team's file.</summary>
    private readonly Dictionary<int, int> merged = [];

    /// <summary>By member: what the team's file had of it when the run began.</summary>
    private readonly Dictionary<int, HashSet<string>> earlier = [];
    private readonly HashSet<string> told = new(StringComparer.Ordinal);
    private readonly SortedSet<int> running = [];
    private readonly int[] unfinished = [.. plan.Waves.Select(wave => wave.Length)];

    public static bool IsNeeded(ExecutionPlan plan) => plan.Subtasks.Any(subtask => subtask.Subtask.Team is not null);

    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case RunStarted:
                foreach (IGrouping<Team, PlannedSubtask> team in Members().GroupBy(member => member.Subtask.Team!))
                    Seed(team.Key, [.. team]);
                break;
            case SubtaskStarted(var subtask, _) when subtask.Subtask.Team is not null:
                running.Add(subtask.Index);
                break;
            case Tick:
                foreach (int index in running.Where(index => plan.Subtasks[index].Subtask.Team!.Coordination == Coordination.Async))
                    Merge(plan.Subtasks[index], wholeLines: true);
                break;
            case SubtaskEnded(var subtask, var ended):
                running.Remove(subtask.Index);
                if (subtask.Subtask.Team is { Coordination: Coordination.Async })
                    Merge(subtask, wholeLines: false);
                // A service was over for its wave when it was ready.
                if (ended.Served is null)
                    EndIn(subtask.Wave);
                break;
            case ServiceReady(var subtask, _):
                EndIn(subtask.Wave);
                break;
            case SubtasksSkipped(var skipped):
                foreach (PlannedSubtask subtask in skipped.Subtasks)
                    EndIn(subtask.Wave);
                break;
            case RunEnded:
                foreach (PlannedSubtask member in Members())
                    Merge(member, wholeLines: false);
                break;
            case SubtaskStarted or RunStopping:
                break;
            default:
                throw happened.NotKnownTo(this);
        }
    }

    private IEnumerable<PlannedSubtask> Members() =>
        plan.Subtasks.Where(subtask => subtask.Excluded is null && subtask.Subtask.Team is not null);

    private void EndIn(int wave)
    {
        if (wave == 0 || --unfinished[wave - 1] > 0)
            return;
        foreach (PlannedSubtask member in plan.Waves[wave - 1].Where(subtask => subtask.Subtask.Team is not null)
            .OrderBy(subtask => subtask.Index))
            Merge(member, wholeLines: false);
    }

    private void Seed(Team team, IReadOnlyList<PlannedSubtask> members) => Guard(team, () =>
    {
        if (Path.Exists(team.SharedContext))
        {
            Remember(team, members);
            return;
        }
        var text = new StringBuilder();
        text.Append("# Team ").Append(team.Name).Append("\n\nMembers:\n\n");
        foreach (Subtask member in members.Select(member => member.Subtask))
        {
            text.Append("- ").Append(member.Id);
            if (member.Role.Length > 0)
                text.Append(" (").Append(member.Role).Append(')');
            if (member.Title.Length > 0)
                text.Append(": ").Append(member.Title);
            text.Append('\n');
        }
        files.Append(team.SharedContext, text.ToString());
    });

    /// <summary>A member that works again, after a failure or a change, writes again what it wrote before.</summary>
    private void Remember(Team team, IReadOnlyList<PlannedSubtask> members)
    {
        string text = Encoding.UTF8.GetString(PlainFile.ReadStart(team.SharedContext, LongestCompared, out _));
        Dictionary<string, PlannedSubtask> headings = members.ToDictionary(member => Heading(member.Subtask), StringComparer.Ordinal);
        HashSet<string>? lines = null;
        foreach (string line in text.Split('\n').Select(line => line.Trim()))
        {
            if (headings.TryGetValue(line, out PlannedSubtask? member))
                earlier.TryAdd(
                    member.Index, lines = earlier.GetValueOrDefault(member.Index) ?? new HashSet<string>(StringComparer.Ordinal));
            else
                lines?.Add(line);
        }
    }

    /// <param name="wholeLines">It still writes: what stands behind the last line break waits.</param>
    private void Merge(PlannedSubtask member, bool wholeLines) => Guard(member.Subtask.Team!, () =>
    {
        string text = files.ReadNotes(member.Subtask, out bool isCut);
        int end = wholeLines ? text.LastIndexOf('\n') + 1 : text.Length;
        string[] lines = text[..end].TrimEnd('\n').Split('\n');
        if (isCut && !wholeLines)
            lines = [.. lines, $"... (it is longer: {HandOverFiles.NotesOf(options, member.Subtask)})"];
        int from = merged.GetValueOrDefault(member.Index);
        // Somebody has written it anew instead of appending.
        if (lines.Length < from)
            from = 0;
        if (end == 0 || lines.Length == from)
            return;
        string added = string.Join('\n', Unknown(member, lines[from..])).Trim();
        if (added.Length > 0)
            files.Append(member.Subtask.Team!.SharedContext, $"\n{Heading(member.Subtask)}\n\n{added}\n");
        merged[member.Index] = lines.Length;
    });

    private string[] Unknown(PlannedSubtask member, string[] lines)
    {
        if (!earlier.TryGetValue(member.Index, out HashSet<string>? known))
            return lines;
        bool[] isKnown = [.. lines.Select(line => known.Contains(files.Hidden(line).Trim()))];
        if (lines.Index().All(line => isKnown[line.Index] || string.IsNullOrWhiteSpace(line.Item)))
            return [];
        // What holds a block of code is kept as it is: without some of its lines it would be another.
        return lines.Any(line => line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            ? lines
            : [.. lines.Index().Where(line => !isKnown[line.Index] || !line.Item.Any(char.IsLetterOrDigit)).Select(line => line.Item)];
    }

    private static string Heading(Subtask member) => $"## {member.Id}{(member.Role.Length > 0 ? $" ({member.Role})" : "")}";

    private void Guard(Team team, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is tried again with each note; once is enough to say why.
            if (told.Add(team.Name))
                log.Report(Diagnostic.Warning(
                    Codes.SharedContextNotWritten, $"The shared context of the team '{team.Name}' could not be written: {e.Message}"));
        }
    }
}
