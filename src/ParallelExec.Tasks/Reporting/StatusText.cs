using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.Parsing.TaskFolders;
using ParallelExec.Planning;
using ParallelExec.State;

namespace ParallelExec.Reporting;

/// <summary>How far the subtasks are: those of task folders as their files say, others as the last run left them.</summary>
internal sealed class StatusText(
    ExecutionPlan plan, IReadOnlyList<Feature> features, bool isRunning, JournalReader lastRun, NextSteps? next = null)
{
    /// <summary>The console can show nothing else.</summary>
    public bool InAscii { get; init; }

    /// <summary>What waits for an answer, by id.</summary>
    public IReadOnlyDictionary<string, string> Questions { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The log of a subtask; empty where there is none.</summary>
    public Func<Subtask, string> LogOf { get; init; } = _ => "";

    private enum Progress { Completed, Running, Serving, Ready, Waiting, Blocked, Failed }

    /// <summary>Progress for each group, and what is ready, running, blocked and by what.</summary>
    /// <param name="project">The heading of subtasks without a group.</param>
    public string Groups(string project)
    {
        var text = new StringBuilder();
        if (!lastRun.HasEnded)
            text.Append(CultureInfo.InvariantCulture,
                $"{(isRunning ? "A run is under way" : "The last run was interrupted")}: process {lastRun.ProcessId}, since "
                + $"{lastRun.StartedAt}.\n");
        foreach (IGrouping<string, PlannedSubtask> group in plan.Subtasks.Where(Shown)
            .GroupBy(subtask => subtask.Subtask.Group, StringComparer.Ordinal))
        {
            Feature? feature = features.FirstOrDefault(each => each.Id == group.Key);
            string name = group.Key.Length == 0 ? project : group.Key;
            text.Append($"[{name}] {feature?.Name}".TrimEnd()).Append('\n');
            int done = group.Count(subtask => ProgressOf(subtask) == Progress.Completed), all = group.Count();
            text.Append(CultureInfo.InvariantCulture,
                $"  Status: {feature?.Status ?? (done == all ? "completed" : "active")} | Progress: {100 * done / all}% ({done}/{all})\n");
            string[] believed = [.. group.Where(IsBelieved).Select(subtask => subtask.Id)];
            if (believed.Length > 0)
                text.Append("  Believed, not proven: ").Append(Wording.Ids(believed)).Append('\n');
            Section("Running", Progress.Running, _ => "");
            Section("Serving", Progress.Serving, _ => "");
            Section("Failed", Progress.Failed, subtask => Reason(subtask) is { Length: > 0 } reason ? $" ({reason})" : "");
            Section("Ready", Progress.Ready, subtask => subtask.Subtask.Parallel ? " [parallel]" : " [alone]");
            Section("Waiting", Progress.Waiting, subtask => $" (waiting: {Wording.Ids([.. Open(subtask)])})");
            Section("Blocked", Progress.Blocked,
                subtask => Questions.TryGetValue(subtask.Id, out string? question) ? $" (asks: {question})" : " (explicitly blocked)");

            void Section(string heading, Progress progress, Func<PlannedSubtask, string> remark)
            {
                PlannedSubtask[] members = [.. group.Where(subtask => ProgressOf(subtask) == progress)];
                if (members.Length == 0)
                    return;
                text.Append("  ").Append(heading).Append(":\n");
                var sets = new LargeSets(members);
                foreach (IGrouping<string?, PlannedSubtask> set in members.Where(member => sets.Of(member) is not null)
                    .GroupBy(sets.Of, StringComparer.Ordinal))
                    text.Append(CultureInfo.InvariantCulture, $"    {set.Key}: {set.Count()} subtasks{remark(set.First())}\n");
                foreach (PlannedSubtask subtask in members.Where(member => sets.Of(member) is null))
                    text.Append("    ").Append(Named(subtask)).Append(remark(subtask)).Append('\n');
            }
        }
        foreach (string line in next?.Lines(NotDone()) ?? [])
            text.Append(line).Append('\n');
        return text.Length == 0 ? "There are no subtasks." : text.ToString().TrimEnd('\n');
    }

    /// <summary>What the named subtasks depend on, each with all below it; one that was shown is not shown again.</summary>
    public string Tree(IReadOnlyList<string> ids)
    {
        var text = new StringBuilder();
        Regex[] patterns = [.. ids.Select(Values.Wildcard)];
        var seen = new HashSet<int>();
        var open = new Stack<(int Index, int Depth)>(
            plan.Subtasks.Where(subtask => patterns.Any(pattern => pattern.IsMatch(subtask.Id))).Select(subtask => (subtask.Index, 0))
                .Reverse());
        while (open.TryPop(out (int Index, int Depth) next))
        {
            PlannedSubtask subtask = plan.Subtasks[next.Index];
            bool first = seen.Add(next.Index);
            text.Append(' ', 2 * next.Depth).Append(Mark(ProgressOf(subtask))).Append(' ').Append(Named(subtask))
                .Append(first || subtask.Dependencies.IsEmpty ? "\n" : " (see above)\n");
            if (!first)
                continue;
            foreach (int dependency in subtask.Dependencies.Reverse())
                open.Push((dependency, next.Depth + 1));
        }
        return text.ToString().TrimEnd('\n');
    }

    private IReadOnlyList<Open> NotDone() => [.. plan.Subtasks.Where(Shown).Select(subtask => (subtask, Progress: ProgressOf(subtask)))
        .Where(each => each.Progress == Progress.Failed || (each.Progress == Progress.Blocked && Questions.ContainsKey(each.subtask.Id)))
        .Select(each => each.Progress == Progress.Failed
            ? new Open(each.subtask.Subtask, Asks: false, Reason(each.subtask), LogOf(each.subtask.Subtask))
            : new Open(each.subtask.Subtask, Asks: true, SubtaskResult.AsksPrefix + Questions[each.subtask.Id], ""))];

    private string Reason(PlannedSubtask subtask) => lastRun.Reasons.GetValueOrDefault(subtask.Id, "").ReplaceLineEndings(" ");

    private static bool Shown(PlannedSubtask subtask) => subtask.Excluded is null || subtask.IsResumed;

    private Progress ProgressOf(PlannedSubtask subtask)
    {
        Progress? own = subtask.Subtask.TaskFile is { } file
            ? file.Status switch
            {
                TaskFileStatus.Completed => Progress.Completed,
                TaskFileStatus.InProgress => Progress.Running,
                TaskFileStatus.Blocked => Progress.Blocked,
                TaskFileStatus.Failed => Progress.Failed,
                _ => null,
            }
            : !lastRun.Statuses.TryGetValue(subtask.Id, out SubtaskStatus? status) ? null : status switch
            {
                null => !isRunning ? null : lastRun.Serving.Contains(subtask.Id) ? Progress.Serving : Progress.Running,
                SubtaskStatus.Succeeded or SubtaskStatus.Resumed or SubtaskStatus.UpToDate or SubtaskStatus.Restored => Progress.Completed,
                SubtaskStatus.Failed or SubtaskStatus.TimedOut => Progress.Failed,
                // One that was answered meanwhile is ready.
                SubtaskStatus.Blocked => Questions.ContainsKey(subtask.Id) ? Progress.Blocked : null,
                _ => null,
            };
        return own ?? (Open(subtask).Any() ? Progress.Waiting : Progress.Ready);
    }

    private IEnumerable<string> Open(PlannedSubtask subtask) =>
        subtask.Dependencies.Select(index => plan.Subtasks[index])
            .Where(dependency => ProgressOf(dependency) is not (Progress.Completed or Progress.Serving))
            .Select(dependency => dependency.Id);

    /// <summary>An agent has done it in a run, and its word is all there is for that; who completes by hand has looked at it.</summary>
    private bool IsBelieved(PlannedSubtask subtask) =>
        subtask.Subtask is { Work: AgentWork, IsProvable: false } && ProgressOf(subtask) == Progress.Completed
            && lastRun.Statuses.GetValueOrDefault(subtask.Id) is SubtaskStatus.Succeeded or SubtaskStatus.Resumed;

    private static string Named(PlannedSubtask subtask) => subtask.Subtask.Title.Length == 0 ? subtask.Id
        : $"{subtask.Id}: {subtask.Subtask.Title}";

    private char Mark(Progress progress) => InAscii ? AsciiMark(progress) : progress switch
    {
        Progress.Completed => '✓',
        Progress.Running or Progress.Serving => '~',
        Progress.Failed or Progress.Blocked => '✗',
        _ => '○',
    };

    private static char AsciiMark(Progress progress) => progress switch
    {
        Progress.Completed => '+',
        Progress.Running or Progress.Serving => '~',
        Progress.Failed or Progress.Blocked => 'x',
        _ => 'o',
    };
}
