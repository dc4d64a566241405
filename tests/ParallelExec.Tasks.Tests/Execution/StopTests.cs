using Microsoft.Extensions.Time.Testing;
using ParallelExec.Events;
using ParallelExec.Execution.Runners;
using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Execution;

/// <summary>How running subtasks are ended, and that nothing of them is left.</summary>
public sealed class StopTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private readonly FakeTimeProvider time = new();
    private readonly Run run;

    public StopTests() => run = new Run { CleanupLimit = TimeSpan.FromMilliseconds(200), Time = time };

    public void Dispose() => run.Dispose();

    [Fact]
    public async Task A_timeout_ends_the_subtask()
    {
        Run.Results results = await TimeOutWhenThere(["a"], run.Child("a", "hang", Pid("a")));
        Assert.Equal((SubtaskStatus.TimedOut, Codes.TimedOut, "timed out after 5m00s"), (results["a"].Status, results["a"].Code, results["a"].Reason));
        Assert.False(results.Run.Succeeded);
        GoneWith("a");
    }

    [Fact]
    public async Task A_timeout_that_is_not_reached_does_nothing() =>
        (await run.Async(run.Child("a", "exit", "0") with { Timeout = Long })).AllSucceeded();

    [UnixFact]
    public async Task Each_attempt_has_its_whole_time()
    {
        // The first attempt hangs until its time is up; the second would end at once if the time went on where the first one ended.
        string hang = TestChildProgram.Command("hang", Pid("a"));
        Run.Results results = await TimeOutWhenThere(["a"], run.Shell("a", $"if [ $PARALLELEXEC_ATTEMPT = 1 ]; then {hang}; fi") with { Retries = 1 });
        Assert.Equal((SubtaskStatus.Succeeded, 2), (results["a"].Status, results["a"].Attempts));
    }

    [UnixTheory]
    [InlineData("")]
    [InlineData("--detach")]
    public async Task A_timeout_ends_background_processes_also_when_they_left_the_tree(string detach)
    {
        string spawn = TestChildProgram.Command("spawn", [Pid("background"), .. detach.Length > 0 ? [detach] : Array.Empty<string>()]);
        Run.Results results = await TimeOutWhenThere(["a", "background"], run.Shell("a", $"{spawn}; {TestChildProgram.Command("hang", Pid("a"))}"));
        Assert.Equal(SubtaskStatus.TimedOut, results["a"].Status);
        GoneWith("a", "background");
    }

    [UnixFact]
    public async Task A_child_that_dies_of_the_signal_before_we_are_told_was_stopped()
    {
        Task<Run.Results> running = run.Async(run.Child("a", "hang", Pid("a")) with { Retries = 3 });
        int child = await FileWait.ForPidAsync(Pid("a"));
        ProcessProbe.Terminate(child);
        run.Stop();
        Run.Results results = await running;
        Assert.Equal((SubtaskStatus.Cancelled, 1), (results["a"].Status, results["a"].Attempts));
    }

    [Fact]
    public async Task A_project_whose_processes_die_of_the_signal_before_we_are_told_was_stopped()
    {
        run.Builds = round =>
        {
            round[0].Ended.TrySetResult(new ProjectOutcome(Succeeded: false));
            run.Stop();
            return Task.CompletedTask;
        };
        var project = new ProjectWork(run.Folder.Write("p.proj", "<Project />"), [], [], IsDeclaringProject: false);
        Run.Results results = await run.Async(Given.Subtask("p") with { Work = project, Retries = 3 });
        Assert.Equal((SubtaskStatus.Cancelled, 1), (results["p"].Status, results["p"].Attempts));
    }

    [UnixFact]
    public async Task A_process_that_ignores_being_asked_is_killed_and_named()
    {
        Run.Results results = await StopWhenThere(["a"], run.Child("a", "ignore-signals", Pid("a")));
        Assert.Equal(SubtaskStatus.Cancelled, results["a"].Status);
        Assert.Matches(@"^\S.* \(\d+\)$", Assert.Single(results["a"].Killed));
        GoneWith("a");
        Assert.Contains("1 process had to be killed", run.Log.Lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_ends_what_runs_and_starts_nothing_more()
    {
        Run.Results results = await StopWhenThere(["a", "b"], run.Child("a", "hang", Pid("a")), run.Child("b", "hang", Pid("b")), run.Child("c <- a", "signal", run.Folder.Path, "c"));
        Assert.Equal((SubtaskStatus.Cancelled, SubtaskStatus.Cancelled, SubtaskStatus.Skipped), (results["a"].Status, results["b"].Status, results["c"].Status));
        Assert.Equal("the build was cancelled", results.Run.Stopped);
        Assert.False(results.Run.Succeeded);
        Assert.False(run.Folder.Exists("c"));
        GoneWith("a", "b");
    }

    [Fact]
    public async Task Cleanup_runs_after_a_stop()
    {
        using var patient = new Run();
        Subtask cleanup = patient.Child("cleanup <- a", "signal", patient.Folder.Path, "cleaned") with { Always = true };
        patient.Happens = StopAt(patient, patient.Folder.Combine("a"), "a");
        Run.Results results = await patient.Async(patient.Child("a", "hang", patient.Folder.Combine("a")), cleanup);
        Assert.Equal(SubtaskStatus.Succeeded, results["cleanup"].Status);
        Assert.True(patient.Folder.Exists("cleaned"));
        Assert.False(results.Run.Succeeded);
    }

    [Fact]
    public async Task Cleanup_that_hangs_after_a_stop_is_ended_too()
    {
        Run.Results results = await StopWhenThere(["a"], run.Child("a", "hang", Pid("a")), run.Child("cleanup <- a", "hang", Pid("cleanup")) with { Always = true });
        Assert.Equal(SubtaskStatus.Cancelled, results["cleanup"].Status);
    }

    [Fact]
    public async Task FailFast_ends_what_runs_and_its_error_is_the_only_one()
    {
        run.Options = run.Options with { OnFailure = OnFailure.FailFast };
        Run.Results results = await run.Async(run.Child("a", "hang", Pid("a")), run.Shell("bad", $"{TestChildProgram.Command("wait", run.Folder.Path, "a")}; exit 3"));
        Assert.Equal((SubtaskStatus.Cancelled, SubtaskStatus.Failed), (results["a"].Status, results["bad"].Status));
        Assert.StartsWith("error PEX3001: 'bad'", Assert.Single(run.Log.Lines, line => line.StartsWith("error", StringComparison.Ordinal)), StringComparison.Ordinal);
        GoneWith("a");
    }

    [Fact]
    public async Task A_stop_before_the_first_start_runs_nothing()
    {
        run.Stop();
        Run.Results results = await run.Async(run.Child("a", "signal", run.Folder.Path, "a"));
        Assert.NotEqual(SubtaskStatus.Succeeded, results["a"].Status);
        Assert.False(run.Folder.Exists("a"));
    }

    [Fact]
    public async Task A_stop_during_a_retry_delay_ends_the_delay()
    {
        string counter = run.Folder.Combine("count");
        TimeSpan delay = TimeSpan.FromMinutes(7);
        // Nobody turns the clock: a delay that the stop did not end would last for ever.
        var clock = new WatchedTime(timer: delay);
        using var patient = new Run { Time = clock };
        clock.Begins = patient.Stop;
        Run.Results results = await patient.Async(patient.Child("a", "flaky", counter, "9") with { Retries = 9, RetryDelay = delay });
        Assert.Equal((1, "x"), (results["a"].Attempts, run.Folder.Read("count")));
    }

    [UnixFact]
    public async Task What_a_succeeded_command_leaves_in_the_background_is_left_alone()
    {
        (await run.Async(run.Shell("a", TestChildProgram.Command("spawn", Pid("server"))))).AllSucceeded();
        int server = await FileWait.ForPidAsync(Pid("server"));
        try
        {
            Assert.True(ProcessProbe.IsAlive(server));
        }
        finally
        {
            ProcessProbe.Kill(server);
        }
    }

    [UnixFact]
    public async Task A_daemon_that_holds_a_pumped_output_does_not_hang_the_run()
    {
        run.Environment["TOKEN"] = "hunter2-hunter2";
        Subtask subtask = run.Shell("a", $"echo $TOKEN; {TestChildProgram.Command("spawn", Pid("server"))}") with { Secrets = ["TOKEN"] };
        (await run.Async(subtask)).AllSucceeded();
        ProcessProbe.Kill(await FileWait.ForPidAsync(Pid("server")));
        Assert.Equal("***\n", run.LogOf("a"));
    }

    private string Pid(string name) => run.Folder.Combine(name);

    private async Task<Run.Results> StopWhenThere(string[] names, params Subtask[] subtasks)
    {
        Task<Run.Results> running = run.Async(subtasks);
        foreach (string name in names)
            await FileWait.ForAsync(Pid(name));
        run.Stop();
        return await running;
    }

    private async Task<Run.Results> TimeOutWhenThere(string[] names, Subtask subtask)
    {
        Task<Run.Results> running = run.Async(subtask with { Timeout = Long });
        foreach (string name in names)
            await FileWait.ForAsync(Pid(name));
        time.Advance(Long);
        return await running;
    }

    /// <summary>Stops the run once the file is there, which the subtask writes.</summary>
    private static Action<RunEvent> StopAt(Run run, string file, string id) => happened =>
    {
        if (happened is SubtaskStarted started && started.Subtask.Id == id)
            _ = FileWait.ForAsync(file).ContinueWith(_ => run.Stop(), TaskScheduler.Default);
    };

    /// <summary>Tells when somebody begins to wait for so long.</summary>
    private sealed class WatchedTime(TimeSpan timer) : FakeTimeProvider
    {
        public Action Begins { get; set; } = () => { };

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer created = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == timer)
                Begins();
            return created;
        }
    }

    private void GoneWith(params string[] names)
    {
        foreach (string name in names)
            Assert.True(ProcessProbe.WaitGone(int.Parse(run.Folder.Read(name))), $"{name} still runs");
    }
}
