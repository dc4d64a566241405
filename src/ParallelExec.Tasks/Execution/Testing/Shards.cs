using System.Collections.Concurrent;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.TestResults;

namespace ParallelExec.Execution.Testing;

/// <summary>Which classes each part of a suite runs.</summary>
internal sealed class Shards(ExecutionPlan plan, RunOptions options)
{
    private readonly ConcurrentDictionary<string, Lazy<ShardPlan>> suites = new(StringComparer.OrdinalIgnoreCase);

    /// <returns>Null where the suite's filter can not be put together with a part's.</returns>
    public TestSelection? Of(TestWork work)
    {
        if (work.Shards <= 1)
            return TestSelection.All;
        if (work.Filter.StartsWith('/'))
            return null;
        return Plan(work).Selection(work.Shard);
    }

    /// <summary>A part has come to its end: when all have, the next run may share them out anew.</summary>
    public void Ended(TestWork work, TestSummary tests)
    {
        if (work.Shards > 1)
            Plan(work).Ended(work.Shard, succeeded: tests.Failed == 0);
    }

    // Once in a run: all its parts have to go by one plan, whatever times are known when a later one begins.
    private ShardPlan Plan(TestWork work) =>
        suites.GetOrAdd($"{work.Suite}|{work.Assembly}", _ => new Lazy<ShardPlan>(() => Make(work))).Value;

    private ShardPlan Make(TestWork work)
    {
        PlannedSubtask[] parts = [.. plan.Subtasks
            .Where(subtask => subtask is { Excluded: null, Subtask.Work: TestWork other } && other.Suite == work.Suite
            && other.Assembly == work.Assembly)];
        return ShardPlan.Make(work, options, parts.Select(part => part.Id), isWhole: parts.Length == work.Shards);
    }
}
