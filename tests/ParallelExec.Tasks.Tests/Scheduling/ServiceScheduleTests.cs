using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Tests.Scheduling;

/// <summary>A service starts before its dependents, and is ended after them.</summary>
public class ServiceScheduleTests
{
    private static readonly RunOptions Eager = Given.Options with { Schedule = ScheduleMode.Eager };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_depends_on_it_starts_when_it_is_ready_and_then_it_is_needed_until_that_has_ended(bool waves)
    {
        ExecutionPlan plan = Plan(waves ? Given.Options : Eager, "db!", "test <- db");
        var schedule = new Schedule(plan, waves ? Given.Options : Eager);
        Assert.Equal("db", Started(schedule));
        schedule.Serve(plan.Find("db"));
        Assert.Empty(schedule.TakeUnneeded());
        Assert.Equal("test", Started(schedule));
        schedule.Complete(plan.Find("test"), Given.Succeeded);
        Assert.False(schedule.IsFinished);
        Assert.Equal("db", Assert.Single(schedule.TakeUnneeded()).Id);
        Assert.Empty(schedule.TakeUnneeded());
        schedule.Complete(plan.Find("db"), Given.Succeeded);
        Assert.True(schedule.IsFinished);
    }

    [Fact]
    public void What_depends_on_it_through_others_needs_it_too()
    {
        ExecutionPlan plan = Plan(Eager, "db!", "env <- db", "test <- env");
        var schedule = new Schedule(plan, Eager);
        Start(schedule, "db");
        schedule.Serve(plan.Find("db"));
        Start(schedule, "env");
        schedule.Complete(plan.Find("env"), Given.Succeeded);
        Assert.Empty(schedule.TakeUnneeded());
        Start(schedule, "test");
        schedule.Complete(plan.Find("test"), Given.Failed);
        Assert.Equal("db", Assert.Single(schedule.TakeUnneeded()).Id);
    }

    [Fact]
    public void A_service_of_a_service_is_ended_after_it()
    {
        ExecutionPlan plan = Plan(Eager, "db!", "web! <- db", "test <- web");
        var schedule = new Schedule(plan, Eager);
        foreach (string service in (string[])["db", "web"])
        {
            Start(schedule, service);
            schedule.Serve(plan.Find(service));
        }
        Start(schedule, "test");
        schedule.Complete(plan.Find("test"), Given.Succeeded);
        Assert.Equal("web", Assert.Single(schedule.TakeUnneeded()).Id);
        schedule.Complete(plan.Find("web"), Given.Succeeded);
        Assert.Equal("db", Assert.Single(schedule.TakeUnneeded()).Id);
    }

    [Fact]
    public void When_it_dies_what_depends_on_it_and_has_not_started_is_skipped_and_cleanup_is_not()
    {
        RunOptions options = Eager with { MaxParallelism = 1, OnFailure = OnFailure.KeepGoing };
        ExecutionPlan plan = Given.Plan(options, [
            AService("db"), .. Given.Subtasks("one <- db", "two <- db", "three <- two"), Given.Subtask("drop <- three") with { Always = true }]);
        var schedule = new Schedule(plan, options);
        Start(schedule, "db");
        schedule.Serve(plan.Find("db"));
        Start(schedule, "two");
        schedule.Complete(plan.Find("db"), Given.Failed);
        SkippedSubtasks skipped = Assert.Single(schedule.TakeSkipped());
        Assert.Equal("dependency 'db' failed", skipped.Reason);
        Assert.Equal(["one", "three"], skipped.Subtasks.Select(subtask => subtask.Id));
        schedule.Complete(plan.Find("two"), Given.Failed);
        Start(schedule, "drop");
    }

    [Fact]
    public void The_wave_in_which_it_died_is_finished()
    {
        ExecutionPlan plan = Plan(Given.Options, "db!", "x", "a <- x", "b <- x", "late <- a", "last <- db, late");
        var schedule = new Schedule(plan, Given.Options with { MaxParallelism = 1 });
        Start(schedule, "x", "db");
        schedule.Serve(plan.Find("db"));
        schedule.Complete(plan.Find("x"), Given.Succeeded);
        Start(schedule, "a");
        schedule.Complete(plan.Find("db"), Given.Failed);
        schedule.Complete(plan.Find("a"), Given.Succeeded);
        Assert.Equal("b", Started(schedule));
        Assert.Equal(["last", "late"], schedule.TakeSkipped().SelectMany(skipped => skipped.Subtasks).Select(subtask => subtask.Id).Order());
    }

    [Fact]
    public void One_that_nobody_will_need_is_told_also_before_it_is_ready()
    {
        ExecutionPlan plan = Plan(Eager, "db!", "a", "test <- db, a");
        var schedule = new Schedule(plan, Eager);
        Start(schedule, "db", "a");
        schedule.Complete(plan.Find("a"), Given.Failed);
        Assert.Equal("db", Assert.Single(schedule.TakeUnneeded()).Id);
    }

    [Fact]
    public void After_a_stop_cleanup_still_has_it()
    {
        ExecutionPlan plan = Given.Plan(Eager, [AService("db"), Given.Subtask("test <- db"), Given.Subtask("drop <- test, db") with { Always = true }]);
        var schedule = new Schedule(plan, Eager);
        Start(schedule, "db");
        schedule.Serve(plan.Find("db"));
        Start(schedule, "test");
        schedule.Stop("stopped");
        schedule.Complete(plan.Find("test"), new SubtaskResult { Status = SubtaskStatus.Cancelled });
        Assert.Empty(schedule.TakeUnneeded());
        Start(schedule, "drop");
        schedule.Complete(plan.Find("drop"), Given.Succeeded);
        Assert.Equal("db", Assert.Single(schedule.TakeUnneeded()).Id);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Cores_that_services_hold_do_not_keep_their_dependents_from_starting(int cores)
    {
        RunOptions options = Eager with { MaxParallelism = cores };
        ExecutionPlan plan = Given.Plan(options, [
            AService("db") with { Cores = 2 }, AService("cache") with { Cores = 2 }, Given.Subtask("test <- db, cache") with { Cores = 2 }]);
        var schedule = new Schedule(plan, options);
        foreach (string service in (string[])["db", "cache"])
        {
            Start(schedule, service);
            schedule.Serve(plan.Find(service));
        }
        Assert.Equal("test", Started(schedule));
    }

    [Fact]
    public void Beside_one_that_serves_another_runs_alone()
    {
        ExecutionPlan plan = Given.Plan(Eager, [AService("db"), Given.Subtask("test <- db") with { Parallel = false }, Given.Subtask("other <- db")]);
        var schedule = new Schedule(plan, Eager);
        Start(schedule, "db");
        schedule.Serve(plan.Find("db"));
        Start(schedule, "test");
        Assert.Null(Started(schedule));
    }

    [Fact]
    public void Its_time_counts_until_it_is_ready()
    {
        ExecutionPlan plan = Plan(Given.Options, "db!", "test <- db");
        Assert.Equal(TimeSpan.FromSeconds(5), Simulation.Makespan(plan, Given.Options, subtask => TimeSpan.FromSeconds(subtask.Id == "db" ? 2 : 3)));
    }

    private static Subtask AService(string text) => Given.Subtask(text) with { Cores = 0, Service = new Service(new TcpReadiness("tcp:1", 1), ParallelExec.Model.Service.DefaultReadyTimeout, Port: false) };

    /// <param name="texts">With an exclamation mark behind its id it is a service.</param>
    private static ExecutionPlan Plan(RunOptions options, params string[] texts) =>
        Given.Plan(options, texts.Select(text => text.Contains('!', StringComparison.Ordinal) ? AService(text.Replace("!", "", StringComparison.Ordinal)) : Given.Subtask(text)));

    private static string? Started(Schedule schedule) => schedule.TryStart()?.Id;

    private static void Start(Schedule schedule, params string[] ids) => Assert.Equal(ids, ids.Select(_ => Started(schedule)));
}
