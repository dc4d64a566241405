using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Reporting;

/// <summary>What runs, for how long, and how much is left.</summary>
internal sealed class RunningNow(ExecutionPlan plan, RunOptions options, LargeSets sets)
{
    /// <summary>So much of an id tells which it is.</summary>
    private const int LongestId = 40;
    private const int ShortestId = 10;
    private const int MostNamed = 8;

    /// <summary>Words make room for names.</summary>
    private const int Narrow = 50;

    // By index. Not a sorted dictionary: this one is compiled, of that one each method would be at each start.
    private readonly List<Running> running = [];
    private readonly HashSet<int> over = [];
    private readonly Dictionary<string, int> overOfSets = new(StringComparer.OrdinalIgnoreCase);
    private int ended;

    public bool IsEmpty => running.Count == 0;

    /// <summary>Something has begun or ended since the last <see cref="Line"/>.</summary>
    public bool HasChanged { get; private set; }

    /// <summary><c>[12/40]</c>.</summary>
    public string Progress => $"[{ended}/{plan.Count}]";

    public void Started(PlannedSubtask subtask, DateTimeOffset at)
    {
        running.Insert(running.FindLastIndex(each => each.Subtask.Index < subtask.Index) + 1, new Running(subtask, at));
        HasChanged = true;
    }

    /// <summary>Nobody waits for it any more, though it goes on.</summary>
    public void Serves(PlannedSubtask service)
    {
        running.RemoveAll(each => each.Subtask == service);
        over.Add(service.Index);
        HasChanged = true;
    }

    public void Ended(PlannedSubtask subtask)
    {
        Serves(subtask);
        ended++;
        CountInSet(subtask);
    }

    public void Skipped(IReadOnlyCollection<PlannedSubtask> subtasks)
    {
        ended += subtasks.Count;
        over.UnionWith(subtasks.Select(subtask => subtask.Index));
        foreach (PlannedSubtask subtask in subtasks)
            CountInSet(subtask);
    }

    private void CountInSet(PlannedSubtask subtask)
    {
        if (sets.Of(subtask) is { } set)
            overOfSets[set] = overOfSets.GetValueOrDefault(set) + 1;
    }

    /// <summary>For a line of its own: what is waited for, how long it usually takes, and what is left.</summary>
    public string Heartbeat(DateTimeOffset at)
    {
        string[] waiting = [.. Entries(at, LongestId, usual: true)];
        string rest = Left(at) is { } left ? $"; about {Wording.Duration(left)} left" : "";
        return $"{Progress} waiting for {Wording.Ids(waiting, MostNamed)}{rest}";
    }

    /// <summary>The same for a place with a limit: how far comes first, then what is left, then as many of those that run as fit.</summary>
    public string Line(DateTimeOffset at, int width)
    {
        HasChanged = false;
        string start = Left(at) is { } left ? $"{Progress} {(width < Narrow ? "" : "about ")}{Wording.Seconds(left)} left" : Progress;
        if (start.Length > width)
            return Wording.Shorten(Progress, Math.Max(width, 4));
        foreach (int id in new[] { LongestId, 24, 16, ShortestId })
        {
            string[] entries = [.. Entries(at, id, usual: false)];
            for (int named = Math.Min(entries.Length, MostNamed); named > 0; named--)
            {
                string line = $"{start}: {Wording.Ids(entries, named)}";
                // Long ids are cut before others are left out, but not for the last of many.
                if (line.Length <= width && (named == entries.Length || named >= 3 || id == ShortestId))
                    return line;
            }
        }
        return start;
    }

    /// <summary>One for each that runs, one for all of a large set.</summary>
    private IEnumerable<string> Entries(DateTimeOffset at, int longestId, bool usual)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (Running entry in running)
        {
            if (sets.Of(entry.Subtask) is not { } set)
            {
                string often = usual && entry.Subtask.Estimate is { } estimate ? $", usually {Wording.Duration(estimate)}" : "";
                // Where the seconds go by, tenths of them are noise.
                yield return Wording.Middle(entry.Subtask.Id, longestId)
                    + (usual ? $" ({Wording.Duration(at - entry.Since)}{often})" : $" {Wording.Seconds(at - entry.Since)}");
            }
            else if (seen.Add(set))
            {
                int now = running.Count(each => sets.Of(each.Subtask) == set);
                string count = $"{overOfSets.GetValueOrDefault(set)} of {sets.Count(set)}";
                yield return Wording.Middle(set, longestId) + (usual ? $" ({count}, {now} running)" : $" {count}");
            }
        }
    }

    /// <summary>What the rest takes if each takes what it took before; null where that is not known of all.</summary>
    private TimeSpan? Left(DateTimeOffset at)
    {
        if (plan.Subtasks.Any(
            subtask => subtask is { Excluded: null, Estimate: null, Subtask.Work: not MilestoneWork } && !over.Contains(subtask.Index)))
            return null;
        return Simulation.Makespan(plan, options, subtask =>
        {
            if (over.Contains(subtask.Index) || subtask.Estimate is not { } estimate)
                return TimeSpan.Zero;
            TimeSpan left = running.Find(each => each.Subtask == subtask) is { } started ? estimate - (at - started.Since) : estimate;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        });
    }

    private sealed record Running(PlannedSubtask Subtask, DateTimeOffset Since);
}
