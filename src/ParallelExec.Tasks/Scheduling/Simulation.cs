using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>Plays a schedule through with durations that are known: what would the same work take otherwise?</summary>
internal static class Simulation
{
    /// <summary>The makespan: from the first start to the last end.</summary>
    public static TimeSpan Makespan(ExecutionPlan plan, RunOptions options, Func<PlannedSubtask, TimeSpan> duration)
    {
        var schedule = new Schedule(plan, options);
        var running = new PriorityQueue<PlannedSubtask, (TimeSpan End, int Rank)>();
        TimeSpan now = TimeSpan.Zero;
        while (true)
        {
            while (schedule.TryStart() is { } started)
                running.Enqueue(started, (now + duration(started), started.Rank));
            if (!running.TryDequeue(out PlannedSubtask? ended, out (TimeSpan End, int Rank) at))
                return now;
            now = at.End;
            schedule.Complete(ended, new SubtaskResult { Status = SubtaskStatus.Succeeded });
        }
    }

    /// <summary>The chain of dependencies that took longest: no number of cores can make the run shorter than it.</summary>
    public static (IReadOnlyList<PlannedSubtask> Path, TimeSpan Duration) CriticalPath(ExecutionPlan plan, Func<PlannedSubtask, TimeSpan> duration)
    {
        var end = new TimeSpan[plan.Subtasks.Length];
        var before = new int[plan.Subtasks.Length];
        int last = -1;
        // Waves ascending is a topological order; an excluded one takes no time and stands in no wave.
        foreach (PlannedSubtask subtask in plan.Waves.SelectMany(wave => wave))
        {
            before[subtask.Index] = -1;
            foreach (int dependency in subtask.Dependencies)
            {
                if (end[dependency] > TimeSpan.Zero && (before[subtask.Index] < 0 || end[dependency] > end[before[subtask.Index]]))
                    before[subtask.Index] = dependency;
            }
            end[subtask.Index] = duration(subtask) + (before[subtask.Index] < 0 ? TimeSpan.Zero : end[before[subtask.Index]]);
            if (last < 0 || end[subtask.Index] > end[last])
                last = subtask.Index;
        }
        var path = new List<PlannedSubtask>();
        for (int index = last; index >= 0; index = before[index])
            path.Add(plan.Subtasks[index]);
        path.Reverse();
        return (path, last < 0 ? TimeSpan.Zero : end[last]);
    }
}
