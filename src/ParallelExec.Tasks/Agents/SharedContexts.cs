using System.Text;
using ParallelExec.Events;
using ParallelExec.Exchange;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Agents;

/// <summary>
/// Keeps the teams' shared files: seeds those that are not there, and appends what members write to their notes, under their names.
/// Nobody else writes to them, and it does so on the run's own loop: no two writers on one file.
/// </summary>
internal sealed class SharedContexts(ExecutionPlan plan, RunOptions options, IRunLog log, SecretMasker? masker) : IRunObserver
{
    private readonly Dictionary<int, long> merged = [];
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
            case SubtaskEnded(var subtask, _):
                running.Remove(subtask.Index);
                if (subtask.Subtask.Team is { Coordination: Coordination.Async })
                    Merge(subtask, wholeLines: false);
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
        }
    }

    private IEnumerable<PlannedSubtask> Members() => plan.Subtasks.Where(subtask => subtask.Excluded is null && subtask.Subtask.Team is not null);

    private void EndIn(int wave)
    {
        if (wave == 0 || --unfinished[wave - 1] > 0)
            return;
        foreach (PlannedSubtask member in plan.Waves[wave - 1].Where(subtask => subtask.Subtask.Team is not null).OrderBy(subtask => subtask.Index))
            Merge(member, wholeLines: false);
    }

    private void Seed(Team team, IReadOnlyList<PlannedSubtask> members)
    {
        if (File.Exists(team.SharedContext))
            return;
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
        Guard(team, () => Append(team, text.ToString()));
    }

    /// <param name="wholeLines">It still writes: what stands behind the last line break waits.</param>
    private void Merge(PlannedSubtask member, bool wholeLines)
    {
        Team team = member.Subtask.Team!;
        Guard(team, () =>
        {
            string text = NewNotes(member, wholeLines);
            if (text.Length > 0)
                Append(team, $"\n## {member.Id}{(member.Subtask.Role.Length > 0 ? $" ({member.Subtask.Role})" : "")}\n\n{masker?.Apply(text) ?? text}\n");
        });
    }

    private string NewNotes(PlannedSubtask member, bool wholeLines)
    {
        string file = HandOver.NotesOf(options, member.Subtask);
        if (!File.Exists(file))
            return "";
        using var notes = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        long from = merged.GetValueOrDefault(member.Index);
        // Somebody has written it anew instead of appending.
        if (notes.Length < from)
            from = 0;
        byte[] bytes = new byte[notes.Length - from];
        notes.Position = from;
        int length = notes.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (wholeLines)
            length = bytes.AsSpan(0, length).LastIndexOf((byte)'\n') + 1;
        merged[member.Index] = from + length;
        return Encoding.UTF8.GetString(bytes, 0, length).Trim();
    }

    private static void Append(Team team, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(team.SharedContext)!);
        File.AppendAllText(team.SharedContext, text);
    }

    private void Guard(Team team, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Report(Diagnostic.Warning(Codes.SharedContextNotWritten, $"The shared context of the team '{team.Name}' could not be written: {e.Message}"));
        }
    }
}
