using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>Something of which there is only so much: cores, places for agents, the units of a pool.</summary>
internal abstract class Budget
{
    private static readonly Comparer<PlannedSubtask> ByRank = Comparer<PlannedSubtask>.Create((a, b) => a.Rank.CompareTo(b.Rank));

    private readonly SortedSet<PlannedSubtask> waiting = new(ByRank);

    /// <summary>
    /// True: nobody is passed by smaller ones for ever; who does not fit keeps its place at the head, and all wait behind it. False: it
    /// waits aside, and what comes after it may start.
    /// </summary>
    public abstract bool KeepsOrder { get; }

    protected IReadOnlyCollection<PlannedSubtask> Waiting => waiting;

    public abstract bool Fits(Subtask subtask);

    public abstract void Take(Subtask subtask);

    public abstract void Release(Subtask subtask);

    /// <summary>It waits here, out of the way, until there may be room for it.</summary>
    public void WaitAside(PlannedSubtask subtask) => waiting.Add(subtask);

    public void Forget(PlannedSubtask subtask) => waiting.Remove(subtask);

    /// <summary>Those that waited here and fit now, together and in order.</summary>
    public IEnumerable<PlannedSubtask> TakeWaiting()
    {
        var fitting = new List<PlannedSubtask>();
        while (waiting.Min is { } first && Fits(first.Subtask))
        {
            Take(first.Subtask);
            waiting.Remove(first);
            fitting.Add(first);
        }
        // They only may try again: what they need of others can be taken meanwhile.
        foreach (PlannedSubtask subtask in fitting)
            Release(subtask.Subtask);
        return fitting;
    }
}
