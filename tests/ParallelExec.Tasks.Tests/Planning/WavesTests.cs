using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Tests.Planning;

public class WavesTests
{
    [Fact]
    public void The_example_of_two_parallel_subtasks_and_one_after_both_has_two_batches() =>
        Assert.Equal("01 02 | 03", Given.Plan("01", "02", "03 <- 01, 02").Waves());

    [Fact]
    public void A_subtask_stands_one_level_above_the_highest_it_depends_on() =>
        Assert.Equal("a d | b | c", Given.Plan("a", "b <- a", "c <- a, b, d", "d").Waves());

    [Fact]
    public void A_subtask_that_runs_alone_has_a_wave_of_its_own_after_those_of_its_level()
    {
        ImmutableArray<Subtask> subtasks = [
            Given.Subtask("alone1") with { Parallel = false }, Given.Subtask("a"),
            Given.Subtask("alone2") with { Parallel = false }, Given.Subtask("b"), Given.Subtask("c <- a")];
        Assert.Equal("a b | alone1 | alone2 | c", Given.Plan(Given.Options, subtasks).Waves());
    }

    [Fact]
    public void Within_a_wave_the_longest_path_to_the_end_comes_first_then_the_order_of_declaration() =>
        Assert.Equal("deep b c | middle | end", Given.Plan("b", "c", "deep", "middle <- deep", "end <- middle").Waves());

    [Fact]
    public void An_estimate_counts_by_its_length()
    {
        ImmutableArray<Subtask> subtasks = [
            Given.Subtask("short") with { EstimatedDuration = TimeSpan.FromSeconds(1) },
            Given.Subtask("long") with { EstimatedDuration = TimeSpan.FromSeconds(9) }, Given.Subtask("unknown")];
        // Of two known estimates the larger is the middle one, which the unknown counts as.
        Assert.Equal("long unknown short", Given.Plan(Given.Options, subtasks).Waves());
    }

    [Fact]
    public void What_was_measured_in_the_last_run_is_an_estimate_unless_one_is_declared()
    {
        ImmutableArray<Subtask> subtasks = [
            Given.Subtask("a"), Given.Subtask("b"), Given.Subtask("c") with { EstimatedDuration = TimeSpan.FromSeconds(1) }];
        var measured = new Dictionary<string, TimeSpan> { ["b"] = TimeSpan.FromSeconds(5), ["c"] = TimeSpan.FromSeconds(99) };
        ExecutionPlan plan = Planner.Plan(subtasks, [], Given.Options, measured, [])!;
        Assert.Equal("a b c", plan.Waves());
        Assert.Equal([null, 5, 1], plan.Subtasks.Select(subtask => subtask.Estimate?.TotalSeconds));
    }

    [Fact]
    public void Only_brings_the_cleanup_of_what_it_runs()
    {
        ImmutableArray<Subtask> subtasks =
        [
            .. Given.Subtasks("db", "a", "b"),
            Given.Subtask("drop <- a, b, db") with { Always = true },
            Given.Subtask("tell <- drop") with { Always = true },
            Given.Subtask("other <- b") with { Always = true },
        ];
        Assert.Equal("a | drop | tell", Given.Plan(Given.Options with { Only = ["a"] }, subtasks).Waves());
        ImmutableArray<Subtask> withService = subtasks.SetItem(
            0, subtasks[0] with { Service = new(new TcpReadiness("tcp:1", 1), Service.DefaultReadyTimeout, Port: false) });
        Assert.Equal("db a | drop | tell", Given.Plan(Given.Options with { Only = ["a"] }, withService).Waves());
    }

    [Fact]
    public void Only_brings_what_it_depends_on_and_Skip_leaves_out_one()
    {
        ImmutableArray<Subtask> subtasks = Given.Subtasks("a", "b <- a", "c <- b", "d");
        Assert.Equal("a | b", Given.Plan(Given.Options with { Only = ["B"] }, subtasks).Waves());
        ExecutionPlan skipped = Given.Plan(Given.Options with { Skip = ["b"] }, subtasks);
        Assert.Equal("a d | c", skipped.Waves());
        Assert.Equal("left out by ParallelExecSkip", skipped.Find("b").Excluded);
        Assert.Equal("not asked for by ParallelExecOnly", Given.Plan(Given.Options with { Only = ["a"] }, subtasks).Find("d").Excluded);
        Assert.Equal(3, skipped.Count);
    }

    [Fact]
    public void An_excluded_subtask_passes_its_order_on() =>
        // c waits for a through b, which is left out: c must not run beside a.
        Assert.Equal("a | c", Given.Plan(Given.Options with { Skip = ["b"] }, Given.Subtasks("a", "b <- a", "c <- b")).Waves());

    [Theory]
    [InlineData("tset", "ParallelExecOnly names 'tset', but no subtask has that id. Did you mean 'test'? -t:PlanParallelTasks lists them.")]
    [InlineData("x-*", "ParallelExecOnly names 'x-*', but no subtask has that id. -t:PlanParallelTasks lists them.")]
    public void A_selection_of_nothing_is_PEX2006(string only, string message)
    {
        Diagnostic error = Assert.Single(Given.Problems(Given.Options with { Only = [only] }, Given.Subtasks("test")));
        Assert.Equal((Codes.NothingSelected, message), (error.Code, error.Message));
    }

    [Theory]
    [InlineData("dd", 1, "asks for the pool 'dd', which is not declared. Did you mean 'db'? Add <ParallelPool Include=\"dd\" Capacity=\"1\" />.")]
    [InlineData("db", 3, "asks for 3 units of the pool 'db', which has 2. It could never start.")]
    public void An_unknown_or_too_small_pool_is_PEX2004(string pool, int units, string message)
    {
        Subtask subtask = Given.Subtask("a") with { Pools = [new PoolUse(pool, units)] };
        Diagnostic error = Assert.Single(Given.Problems(Given.Options, [subtask], new Pool("db", 2)));
        Assert.Equal((Codes.Pool, $"'a' {message}"), (error.Code, error.Message));
    }

    [Fact]
    public void Units_of_a_pool_that_is_named_twice_are_added_up()
    {
        Subtask subtask = Given.Subtask("a") with { Pools = [new PoolUse("db", int.MaxValue), new PoolUse("DB", 1)] };
        Diagnostic error = Assert.Single(Given.Problems(Given.Options, [subtask], new Pool("db", 2)));
        Assert.Equal((Codes.Pool, "'a' asks for 2147483648 units of the pool 'db', which has 2. It could never start."), (error.Code, error.Message));
    }

    [Fact]
    public void No_subtasks_make_a_plan_of_no_waves() => Assert.Equal((0, 0), (Given.Plan().Count, Given.Plan().Waves.Length));

    // A walk that is exponential, or recursive, does not come to an end here: 2^1000 paths, 100,000 frames.
    [Fact]
    public void A_ladder_of_a_thousand_layers_and_a_chain_of_a_hundred_thousand_are_planned()
    {
        IEnumerable<string> ladder = Enumerable.Range(0, 1000).SelectMany(i => i == 0
            ? (string[])["a0", "b0"]
            : [$"a{i} <- a{i - 1}, b{i - 1}", $"b{i} <- a{i - 1}, b{i - 1}"]);
        Assert.Equal(1000, Given.Plan([.. ladder]).Waves.Length);
        IEnumerable<string> chain = Enumerable.Range(0, 100_000).Select(i => i == 0 ? "s0" : $"s{i} <- s{i - 1}");
        Assert.Equal(100_000, Given.Plan([.. chain]).Waves.Length);
    }

    [Fact]
    public void The_same_declaration_gives_the_same_plan_always()
    {
        var random = new Random(1);
        string[] texts = [.. Enumerable.Range(0, 500).Select(i => i < 3 ? $"s{i}" : $"s{i} <- s{random.Next(i)}, s{random.Next(i)}")];
        Assert.Equal(Given.Plan(texts).Waves(), Given.Plan(texts).Waves());
    }
}
