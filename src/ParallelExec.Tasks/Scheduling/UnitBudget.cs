using ParallelExec.Model;

namespace ParallelExec.Scheduling;

/// <summary>Units that subtasks hold while they run: of a pool, or places for agents.</summary>
/// <param name="unitsOf">How many a subtask needs.</param>
internal sealed class UnitBudget(int capacity, Func<Subtask, int> unitsOf) : Budget
{
    private int free = capacity;

    public override bool KeepsOrder => false;

    public override bool Fits(Subtask subtask) => unitsOf(subtask) <= free;

    public override void Take(Subtask subtask) => free -= unitsOf(subtask);

    public override void Release(Subtask subtask) => free += unitsOf(subtask);
}
