using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Tests.Scheduling;

public class ScheduleTests
{
    private static readonly RunOptions Wide = Given.Options with { MaxParallelism = 100, NodeCount = 100 };

    [Fact]
    public void Where_the_next_for_a_pool_is_skipped_the_one_after_it_has_its_turn()
    {
        RunOptions options = Given.Options with { Schedule = ScheduleMode.Eager };
        PoolUse[] pool = [new("p", 1)];
        ExecutionPlan plan = Given.Plan(
            options,
            [Given.Subtask("z"), Given.Subtask("a") with { Pools = [.. pool] }, Given.Subtask("y") with { Pools = [.. pool] },
                Given.Subtask("x <- z") with { Pools = [.. pool] }, Given.Subtask("x2 <- x")],
            new Pool("p", 1));
        var schedule = new Schedule(plan, options);
        Assert.Equal(["z", "a", null], new[] { schedule.TryStart()?.Id, schedule.TryStart()?.Id, schedule.TryStart()?.Id });
        schedule.Complete(plan.Find("z"), Given.Succeeded);
        Assert.Null(schedule.TryStart());
        schedule.Complete(plan.Find("a"), Given.Failed);
        Assert.Equal("y", schedule.TryStart()?.Id);
    }

    [Fact]
    public void A_wave_starts_when_the_one_before_has_ended()
    {
        var run = new Walk(Wide, Given.Subtasks("a", "slow", "b <- a"));
        Assert.Equal("a slow", run.StartAll());
        run.End("a");
        Assert.Equal("", run.StartAll());
        run.End("slow");
        Assert.Equal("b", run.StartAll());
        run.End("b");
        Assert.True(run.Schedule.IsFinished);
    }

    [Fact]
    public void An_eager_subtask_starts_when_its_own_dependencies_have_ended()
    {
        var run = new Walk(Wide with { Schedule = ScheduleMode.Eager }, Given.Subtasks("a", "slow", "b <- a"));
        Assert.Equal("a slow", run.StartAll());
        run.End("a");
        Assert.Equal("b", run.StartAll());
    }

    [Fact]
    public void No_more_run_than_the_parallelism_allows()
    {
        var run = new Walk(Given.Options, Given.Subtasks("a", "b", "c"));
        Assert.Equal("a b", run.StartAll());
        run.End("b");
        Assert.Equal("c", run.StartAll());
    }

    [Fact]
    public void Cores_say_how_much_of_it_a_subtask_occupies()
    {
        ImmutableArray<Subtask> subtasks = [
            Given.Subtask("two") with { Cores = 2 }, Given.Subtask("one"), Given.Subtask("waits") with { Cores = 0 }];
        var run = new Walk(Given.Options, subtasks);
        Assert.Equal("two", run.StartAll());
        run.End("two");
        Assert.Equal("one waits", run.StartAll());
    }

    [Fact]
    public void More_cores_than_there_are_mean_all_of_them()
    {
        var run = new Walk(Given.Options, [Given.Subtask("huge") with { Cores = 64 }, Given.Subtask("b")]);
        Assert.Equal("huge", run.StartAll());
        run.End("huge");
        Assert.Equal("b", run.StartAll());
    }

    [Fact]
    public void A_subtask_that_runs_alone_has_nothing_beside_it_also_in_an_eager_schedule()
    {
        var run = new Walk(Wide with { Schedule = ScheduleMode.Eager }, [
            Given.Subtask("a"), Given.Subtask("alone") with { Parallel = false }, Given.Subtask("b")]);
        Assert.Equal("a", run.StartAll());
        run.End("a");
        Assert.Equal("alone", run.StartAll());
        run.End("alone");
        Assert.Equal("b", run.StartAll());
    }

    [Fact]
    public void A_subtask_waits_while_its_pool_is_full_and_others_pass_it()
    {
        ImmutableArray<Subtask> subtasks = [
            Given.Subtask("a") with { Pools = [new("db", 1)] }, Given.Subtask("b") with { Pools = [new("DB", 1)] }, Given.Subtask("c")];
        var run = new Walk(Wide, subtasks, new Pool("db", 1));
        Assert.Equal("a c", run.StartAll());
        run.End("c");
        Assert.Equal("", run.StartAll());
        run.End("a");
        Assert.Equal("b", run.StartAll());
    }

    [Fact]
    public void A_pool_counts_units()
    {
        ImmutableArray<Subtask> subtasks = [
            Given.Subtask("a") with { Pools = [new("gpu", 2)] }, Given.Subtask("b") with { Pools = [new("gpu", 2)] }, Given.Subtask("c") with { Pools = [new("gpu", 1)] }];
        var run = new Walk(Wide, subtasks, new Pool("gpu", 3));
        Assert.Equal("a c", run.StartAll());
        run.End("c");
        Assert.Equal("", run.StartAll());
        run.End("a");
        Assert.Equal("b", run.StartAll());
    }

    [Fact]
    public void A_pool_that_is_named_twice_counts_both()
    {
        ImmutableArray<Subtask> subtasks = [Given.Subtask("a") with { Pools = [new("gpu", 1), new("GPU", 2)] }, Given.Subtask("b") with { Pools = [new("gpu", 1)] }];
        var run = new Walk(Wide, subtasks, new Pool("gpu", 3));
        Assert.Equal("a", run.StartAll());
        run.End("a");
        Assert.Equal("b", run.StartAll());
    }

    [Fact]
    public void Cores_beyond_any_number_mean_all_there_are()
    {
        ImmutableArray<Subtask> subtasks = [Given.Subtask("a") with { Cores = int.MaxValue }, Given.Subtask("b") with { Cores = int.MaxValue }];
        var run = new Walk(Wide, subtasks);
        Assert.Equal("a", run.StartAll());
        run.End("a");
        Assert.Equal("b", run.StartAll());
    }

    [Fact]
    public void FinishWave_ends_the_wave_of_the_failure_and_starts_no_later_one()
    {
        var run = new Walk(Given.Options, Given.Subtasks("bad", "b", "c", "d <- c", "e <- bad"));
        run.StartAll();
        run.Fail("bad");
        Assert.Equal("b", run.StartAll());
        run.End("b");
        run.End("c");
        Assert.True(run.Schedule.IsFinished);
        Assert.Equal(["dependency 'bad' failed: e", "not started after 'bad' failed (ParallelExecOnFailure=FinishWave): d"], run.Skipped);
    }

    [Fact]
    public void FailFast_starts_nothing_more()
    {
        var run = new Walk(Given.Options with { OnFailure = OnFailure.FailFast }, Given.Subtasks("bad", "b", "c"));
        run.StartAll();
        run.Fail("bad");
        Assert.Equal("", run.StartAll());
        Assert.Equal(["not started after 'bad' failed (ParallelExecOnFailure=FailFast): c"], run.Skipped);
        run.End("b");
        Assert.True(run.Schedule.IsFinished);
    }

    [Fact]
    public void KeepGoing_runs_all_that_does_not_depend_on_the_failure()
    {
        var run = new Walk(Wide with { OnFailure = OnFailure.KeepGoing }, Given.Subtasks("bad", "b", "c <- b", "d <- bad", "e <- d"));
        run.StartAll();
        run.Fail("bad");
        run.End("b");
        Assert.Equal("c", run.StartAll());
        run.End("c");
        Assert.True(run.Schedule.IsFinished);
        Assert.Equal(["dependency 'bad' failed: d", "dependency 'bad' failed, on which it depends indirectly: e"], run.Skipped);
    }

    [Fact]
    public void A_failure_that_is_forgiven_stops_nothing()
    {
        var run = new Walk(Given.Options, [Given.Subtask("bad") with { ContinueOnError = ContinueOnError.WarnAndContinue }, Given.Subtask("b <- bad")]);
        run.StartAll();
        run.Fail("bad");
        Assert.Equal("b", run.StartAll());
    }

    [Theory]
    [InlineData("FinishWave")]
    [InlineData("FailFast")]
    [InlineData("KeepGoing")]
    public void Cleanup_runs_also_where_what_it_depends_on_failed(string mode)
    {
        var run = new Walk(Wide with { OnFailure = Enum.Parse<OnFailure>(mode) }, [
            Given.Subtask("bad"), Given.Subtask("middle <- bad"), Given.Subtask("cleanup <- middle") with { Always = true }, Given.Subtask("last <- cleanup")]);
        run.StartAll();
        run.Fail("bad");
        Assert.Equal("cleanup", run.StartAll());
        run.End("cleanup");
        Assert.Equal(mode == "KeepGoing" ? "last" : "", run.StartAll());
    }

    [Fact]
    public void After_a_stop_only_cleanup_starts()
    {
        var run = new Walk(Given.Options, [Given.Subtask("a"), Given.Subtask("b <- a"), Given.Subtask("cleanup <- a") with { Always = true }]);
        run.StartAll();
        run.Schedule.Stop("the build was cancelled");
        run.Complete("a", new SubtaskResult { Status = SubtaskStatus.Cancelled });
        Assert.Equal("cleanup", run.StartAll());
        run.End("cleanup");
        Assert.True(run.Schedule.IsFinished);
        Assert.Equal(["the build was cancelled: b"], run.Skipped);
    }

    [Fact]
    public void An_excluded_subtask_counts_as_done()
    {
        var run = new Walk(Given.Options with { Skip = ["b"] }, Given.Subtasks("a", "b <- a", "c <- b"));
        Assert.Equal("a", run.StartAll());
        run.End("a");
        Assert.Equal("c", run.StartAll());
        run.End("c");
        Assert.True(run.Schedule.IsFinished);
    }

    [Fact]
    public void A_failure_reaches_through_an_excluded_subtask()
    {
        var run = new Walk(Given.Options with { Skip = ["b"], OnFailure = OnFailure.KeepGoing }, Given.Subtasks("a", "b <- a", "c <- b"));
        run.StartAll();
        run.Fail("a");
        Assert.True(run.Schedule.IsFinished);
        Assert.Single(run.Skipped);
    }

    private sealed class Walk(RunOptions options, IEnumerable<Subtask> subtasks, params Pool[] pools)
    {
        private readonly ExecutionPlan plan = Given.Plan(options, subtasks, pools);
        private Schedule? schedule;

        public Schedule Schedule => schedule ??= new Schedule(plan, options);

        public IEnumerable<string> Skipped => field ??= [.. Schedule.TakeSkipped()
            .Select(skipped => $"{skipped.Reason}: {string.Join(' ', skipped.Subtasks.Select(subtask => subtask.Id))}")];

        public string StartAll()
        {
            var started = new List<string>();
            while (Schedule.TryStart() is { } subtask)
                started.Add(subtask.Id);
            return string.Join(' ', started);
        }

        public void Complete(string id, SubtaskResult result) => Schedule.Complete(plan.Find(id), result);

        public void End(string id) => Complete(id, Given.Succeeded);

        public void Fail(string id) => Complete(id, Given.Failed);
    }
}
