using ParallelExec.Execution.Testing;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.TestResults;

namespace ParallelExec.Tests.Execution.Testing;

/// <summary>How classes are shared out over the parts of a suite.</summary>
public sealed class ShardPlanTests : IDisposable
{
    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    private RunOptions Options => run.Options with { Directory = run.Folder.Combine("state") };

    private static TestWork Work(int shards) =>
        new("unit", "/p/Unit.csproj", typeof(ShardPlanTests).Assembly.Location, "net10.0", TestPlatform.VSTest) { Shards = shards };

    [Fact]
    public void The_longest_go_first_each_to_the_part_that_has_least_and_the_last_part_has_no_list()
    {
        var times = new Dictionary<string,
            TimeSpan>
        {
            ["a"] = TimeSpan.FromSeconds(10),
            ["b"] = TimeSpan.FromSeconds(6),
            ["c"] = TimeSpan.FromSeconds(5),
            ["d"] =
            TimeSpan.FromSeconds(1)
        };
        Assert.Equal([["a", "d"]], ShardPlan.Share([("a", 1), ("b", 1), ("c", 1), ("d", 1)], times, 2));
    }

    [Fact]
    public void Without_times_classes_weigh_what_they_have_of_methods_and_new_ones_what_others_take_for_each() =>
        Assert.Equal(
            [["big"], ["known"]],
            ShardPlan.Share([("big", 5), ("known", 2), ("small", 1)], new Dictionary<string,
                TimeSpan>
            { ["known"] = TimeSpan.FromSeconds(4) }, 3));

    [Fact]
    public void Classes_are_read_from_the_assembly_with_nested_generic_and_inherited_ones()
    {
        Dictionary<string, int> classes = TestClasses.In(typeof(ShardPlanTests).Assembly.Location, out _)
            .ToDictionary(one => one.Name, one => one.Methods);
        string here = typeof(ShardPlanTests).FullName!;
        Assert.Equal((1, 1, 2), (classes[$"{here}+Nested"], classes[$"{here}+Nested+Generic`1"], classes[$"{here}+Closed"]));
        Assert.DoesNotContain($"{here}+Open`1", classes.Keys);
    }

    [Fact]
    public void A_part_runs_what_it_names_and_no_part_before_it_does()
    {
        ShardPlan plan = ShardPlan.Make(Work(3), Options, [], isWhole: true);
        Assert.All(Enumerable.Range(1, 3), shard =>
            Assert.Equal(shard > 1, plan.Selection(shard).Expression.Contains("!~", StringComparison.Ordinal)));
        Assert.StartsWith("(FullyQualifiedName!~", plan.Selection(2).Expression, StringComparison.Ordinal);
        Assert.DoesNotContain('|', plan.Selection(3).Expression);
        Assert.Equal(plan.Selection(1).Classes.Concat(plan.Selection(2).Classes).Order(StringComparer.Ordinal),
            plan.Selection(3).NotClasses.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_shares_stay_as_they_are_until_all_parts_have_succeeded()
    {
        ShardPlan first = ShardPlan.Make(Work(2), Options, [], isWhole: true);
        first.Ended(1, succeeded: true);
        first.Ended(2, succeeded: false);
        // Now it is known that one class takes nearly all the time.
        string slow = first.Selection(1).Classes[^1];
        string[] before = [.. first.Selection(1).Classes];
        Directory.CreateDirectory(run.Folder.Combine("state/tests/parts"));
        TrxWriter.Write(TestFiles.ResultOf(Options, "unit:1"),
            [.. TestClasses.In(Work(2).Assembly, out _)
            .Select(one => ScriptedHost.Passed("M", one.Name) with {
            Duration = one.Name == slow ? TimeSpan.FromHours(1) : TimeSpan.FromMilliseconds(1) })], text => text);

        Assert.Equal(before, ShardPlan.Make(Work(2), Options, ["unit:1"], isWhole: true).Selection(1).Classes);
        ShardPlan.Make(Work(2), Options, ["unit:1"], isWhole: true).Ended(2, succeeded: true);
        Assert.Equal(before, ShardPlan.Make(Work(2), Options, ["unit:1"], isWhole: false).Selection(1).Classes);
        Assert.Equal([slow], ShardPlan.Make(Work(2), Options, ["unit:1"], isWhole: true).Selection(1).Classes);
    }

    public class Nested
    {
        [Obsolete("a method with an attribute")]
        public void M() => _ = this;

        public class Generic<T>
        {
            [Obsolete("a method with an attribute")]
            public void M(T value) => _ = (this, value);
        }
    }

    public abstract class Open<T>
    {
        [Obsolete("a method with an attribute")]
        public void M(T value) => _ = (this, value);
    }

    public class Closed : Open<int>
    {
        [Obsolete("a method with an attribute")]
        public void N() => _ = this;
    }
}
