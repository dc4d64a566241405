using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Scheduling;

/// <summary>
/// What those that run are expected to need of the memory. One that needs more than there is runs without others that need any, as make
/// runs a job that does not fit: nobody waits for ever.
/// </summary>
internal sealed class MemoryBudget(long max) : Budget
{
    private long taken;

    /// <summary>Of <see cref="taken"/>: by services, which run until those that need them have run.</summary>
    private long served;

    public override bool KeepsOrder => false;

    public override bool Fits(Subtask subtask) => subtask.Memory <= max - taken || taken == served;

    public override void Take(Subtask subtask) => Add(subtask, 1);

    public override void Release(Subtask subtask) => Add(subtask, -1);

    /// <summary>Who waits for it, and why, in words; empty where nobody does.</summary>
    public string Why() => Waiting.Count == 0 ? "" : string.Join(", ", Waiting.Take(3).Select(Why))
        + (Waiting.Count > 3 ? $" and {Waiting.Count - 3} more" : "");

    private string Why(PlannedSubtask waiting) =>
        $"{waiting.Id} for memory (it needs {Wording.Memory(waiting.Subtask.Memory)}; {Wording.Memory(Math.Max(0, max - taken))} of "
            + $"{Wording.Memory(max)} are free)";

    private void Add(Subtask subtask, int sign)
    {
        taken += sign * subtask.Memory;
        if (subtask.Service is not null)
            served += sign * subtask.Memory;
    }
}
