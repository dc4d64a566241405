using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>Plays a schedule through with durations that are known: what would the same work take otherwise?</summary>
internal static class Simulation
{
    /// <summary>Halving the interval so often finds a stretch more exactly than any duration is known.</summary>
    private const int Halvings = 20;

    /// <summary>The makespan, from the first start to the last end, where nobody is slower for what is beside him.</summary>
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
            End(schedule, ended);
        }
    }

    /// <summary>The makespan on a machine with <paramref name="cores"/> processors, which those that run share fairly.</summary>
    public static TimeSpan Makespan(ExecutionPlan plan, RunOptions options, Func<PlannedSubtask, Cost> cost, int cores)
    {
        var schedule = new Schedule(plan, options);
        var running = new List<Running>();
        double now = 0;
        while (true)
        {
            while (schedule.TryStart() is { } started)
                running.Add(new Running(started, cost(started)));
            if (running.Count == 0)
                return TimeSpan.FromSeconds(now);
            double stretch = Stretch(running, cores);
            // At the same time the one that was planned first ends first: same input, same answer.
            Running next = running.MinBy(each => (each.Left(stretch), each.Subtask.Rank))!;
            double passed = next.Left(stretch);
            now += passed;
            foreach (Running each in running)
                each.Pass(passed, stretch);
            running.Remove(next);
            End(schedule, next.Subtask);
        }
    }

    /// <summary>The chain of dependencies that took longest: no number of cores can make the run shorter than it.</summary>
    public static (IReadOnlyList<PlannedSubtask> Path, TimeSpan Duration) CriticalPath(
        ExecutionPlan plan, Func<PlannedSubtask, TimeSpan> duration)
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

    /// <summary>The duration of a service is how long it takes to be ready; ending it takes no time.</summary>
    private static void End(Schedule schedule, PlannedSubtask subtask)
    {
        var succeeded = new SubtaskResult { Status = SubtaskStatus.Succeeded };
        if (subtask.Subtask.Service is not null)
            schedule.Serve(subtask);
        else
            schedule.Complete(subtask, succeeded);
        while (schedule.TakeUnneeded() is { Count: > 0 } services)
        {
            foreach (PlannedSubtask service in services)
                schedule.Complete(service, succeeded);
        }
    }

    /// <summary>How many times as long computing takes, so that all together use no more processors than there are.</summary>
    private static double Stretch(List<Running> running, int cores)
    {
        if (running.Sum(each => each.Demand(1)) <= cores)
            return 1;
        double low = 1, high = running.Sum(each => each.Demand(1)) / cores * 2;
        while (running.Sum(each => each.Demand(high)) > cores)
            high *= 2;
        for (int i = 0; i < Halvings; i++)
        {
            double middle = (low + high) / 2;
            if (running.Sum(each => each.Demand(middle)) > cores)
                low = middle;
            else
                high = middle;
        }
        return high;
    }

    /// <summary>What a subtask costs when it is alone.</summary>
    /// <param name="Processors">How many it uses on average: 0 = it waits, 1 = it computes.</param>
    internal readonly record struct Cost(TimeSpan Alone, double Processors);

    private sealed class Running(PlannedSubtask subtask, Cost cost)
    {
        private readonly double computing = Math.Min(1, cost.Processors);
        private double left = Math.Max(0, cost.Alone.TotalSeconds);

        public PlannedSubtask Subtask => subtask;

        public double Left(double stretch) => left * Slowdown(stretch);

        public double Demand(double stretch) => cost.Processors / Slowdown(stretch);

        public void Pass(double seconds, double stretch) => left = Math.Max(0, left - (seconds / Slowdown(stretch)));

        // Only what it computes gets slower.
        private double Slowdown(double stretch) => 1 + (computing * (stretch - 1));
    }
}
