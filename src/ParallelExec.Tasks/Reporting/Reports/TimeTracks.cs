using ParallelExec.State;

namespace ParallelExec.Reporting.Reports;

/// <summary>Who stood beside whom: what ran at the same time is on different tracks, numbered from 0, as few as will do.</summary>
internal static class TimeTracks
{
    /// <returns>One for each subtask of the run; -1 for what took no time in it.</returns>
    public static int[] Of(RecordedRun run)
    {
        var tracks = new int[run.Subtasks.Length];
        Array.Fill(tracks, -1);
        var free = new PriorityQueue<int, int>();
        var busy = new PriorityQueue<int, DateTimeOffset>();
        int count = 0;
        foreach (int index in Enumerable.Range(0, tracks.Length).Where(index => run.Subtasks[index].HasTime)
            .OrderBy(index => run.Subtasks[index].StartedAt))
        {
            DateTimeOffset start = run.Subtasks[index].StartedAt!.Value;
            while (busy.TryPeek(out int ended, out DateTimeOffset end) && end <= start)
                free.Enqueue(ended, busy.Dequeue());
            int track = free.TryDequeue(out int lowest, out _) ? lowest : count++;
            tracks[index] = track;
            busy.Enqueue(track, start + run.Subtasks[index].Stay);
        }
        return tracks;
    }
}
