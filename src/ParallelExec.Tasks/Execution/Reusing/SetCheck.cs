using System.Diagnostics;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Reusing;

/// <summary>
/// Looks at all of a set when its first subtask starts: what is up to date ends then without a thread that has to wake up for it, which
/// costs more than the look.
/// </summary>
internal sealed class SetCheck(ExecutionPlan plan, RunOptions options, Reuse reuse)
{
    /// <summary>Where many files have to be read again, work must not wait for that: each then looks for itself.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly HashSet<SubtaskSet> looked = [];

    public void Look(PlannedSubtask first)
    {
        if (!IsOne(first) || first.Subtask.Set is not { } set)
            return;
        // Who comes second waits, and finds what was found.
        lock (looked)
        {
            if (!looked.Add(set))
                return;
            var clock = Stopwatch.StartNew();
            foreach (PlannedSubtask member in plan.Waves[first.Wave - 1])
            {
                // What the first depends on has ended; of another dependency that is not known.
                if (member != first && set.Equals(member.Subtask.Set) && IsOne(member)
                    && member.Dependencies.AsSpan().SequenceEqual(first.Dependencies.AsSpan()))
                    reuse.Rests(member);
                if (clock.Elapsed > Longest)
                    return;
            }
        }
    }

    private bool IsOne(PlannedSubtask subtask) =>
        subtask is { Excluded: null, Subtask.Batch: null } && Reuse.IsUpToDateChecked(subtask.Subtask, options);
}
