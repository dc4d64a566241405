using System.Net;
using System.Net.Sockets;
using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Execution;

/// <summary>Services with real processes: readiness, their port, how they end, and what comes of it when they die.</summary>
public sealed class ServiceTests : IDisposable
{
    private const string Port = "PARALLELEXEC_OUTPUT_DB_PORT";
    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [Theory]
    [InlineData("line")]
    [InlineData("tcp")]
    [InlineData("http")]
    public async Task Its_dependents_reach_it_at_its_own_port_and_then_it_is_gone(string readiness)
    {
        Run.Results results = await run.Async(Server(readiness), Asks("test <- db", "/"));
        results.AllSucceeded();
        Assert.NotNull(results["db"].Served);
        Assert.Matches(@"^\d+$", results["db"].Values["PORT"]);
        Assert.Contains("listening on", run.LogOf("db"), StringComparison.Ordinal);
        Assert.Matches(@"^\[0/2\] db is ready \(.*\), port \d+$", run.Log.Lines[1]);
        Assert.Contains(run.Log.Lines, line => line.StartsWith("[2/2] db stopped; it has served for ", StringComparison.Ordinal));
        Gone("db");
    }

    [Fact]
    public async Task When_it_dies_what_depends_on_it_fails_because_of_it_and_only_it_is_an_error()
    {
        Run.Results results = await run.Async(
            Server("tcp"), Asks("kill <- db", "/die", run.Folder.Combine("test")), run.Child("test <- db", "hang", run.Folder.Combine("test")), Given.Subtask("after <- test"));
        Assert.Equal((SubtaskStatus.Failed, Codes.ServiceFailed, 3), (results["db"].Status, results["db"].Code, results["db"].ExitCode));
        Assert.Matches("^it died with exit code 3, .* after it was ready, while it was needed$", results["db"].Reason);
        Assert.Equal((SubtaskStatus.Failed, "db"), (results["kill"].Status, results["kill"].Cause));
        Assert.Equal((SubtaskStatus.Failed, "db"), (results["test"].Status, results["test"].Cause));
        Assert.StartsWith("its service 'db' failed: it died with exit code 3", results["test"].Reason, StringComparison.Ordinal);
        Assert.Equal((SubtaskStatus.Skipped, "dependency 'db' failed"), (results["after"].Status, results["after"].Reason));
        Assert.StartsWith(
            "error PEX3009: 'db' failed: it died", Assert.Single(run.Log.Lines, line => line.StartsWith("error", StringComparison.Ordinal)), StringComparison.Ordinal);
        Gone("test");
    }

    [Fact]
    public async Task One_that_is_not_ready_in_time_has_failed()
    {
        Run.Results results = await run.Async(
            Service(run.Child("db", "hang", run.Folder.Combine("db")), "tcp") with { Service = new(new TcpReadiness("tcp:{port}", null), TimeSpan.FromMilliseconds(300), Port: true) },
            Given.Subtask("test <- db"));
        Assert.Equal((SubtaskStatus.Failed, Codes.ServiceFailed, SubtaskStatus.Skipped), (results["db"].Status, results["db"].Code, results["test"].Status));
        Assert.StartsWith("it was not ready within 0.3s (ReadyWhen=\"tcp:{port}\"", results["db"].Reason, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task One_that_ends_before_it_is_ready_is_tried_again_where_it_has_retries()
    {
        string serve = TestChildProgram.Command("serve", "{port}", run.Folder.Combine("db"));
        Run.Results results = await run.Async(
            Service(run.Shell("db", $"if [ $PARALLELEXEC_ATTEMPT = 1 ]; then exit 4; fi; exec {serve}"), "tcp") with { Retries = 1 }, Asks("test <- db", "/"));
        results.AllSucceeded();
        Assert.Equal(2, results["db"].Attempts);
        Assert.Contains("--- attempt 1 failed with exit code 4", run.LogOf("db"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_ends_before_it_is_ready_has_failed()
    {
        Run.Results results = await run.Async(Service(run.Child("db", "exit", "0"), "tcp"), Given.Subtask("test <- db"));
        Assert.Equal(Codes.ServiceFailed, results["db"].Code);
        Assert.StartsWith("it ended before it was ready, with exit code 0", results["db"].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_program_at_a_fixed_port_is_not_taken_for_it()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        Run.Results results = await run.Async(
            Server("tcp") with { Service = new(new TcpReadiness($"tcp:{port}", port), TimeSpan.FromMinutes(1), Port: true) }, Given.Subtask("test <- db"));
        Assert.Equal(
            (Codes.ServiceFailed, $"port {port} is taken: another program listens there already. End it, or write {{port}} for a free port"),
            (results["db"].Code, results["db"].Reason));
        Assert.False(run.Folder.Exists("db"));
    }

    [Fact]
    public async Task After_a_stop_cleanup_still_reaches_it_and_then_it_is_gone()
    {
        run.Happens = happened =>
        {
            if (happened is SubtaskStarted { Subtask.Id: "test" })
                _ = FileWait.ForAsync(run.Folder.Combine("test")).ContinueWith(_ => run.Stop(), TaskScheduler.Default);
        };
        Run.Results results = await run.Async(
            Server("tcp"), run.Child("test <- db", "hang", run.Folder.Combine("test")), Asks("drop <- test, db", "/") with { Always = true });
        Assert.Equal((SubtaskStatus.Cancelled, SubtaskStatus.Succeeded), (results["test"].Status, results["drop"].Status));
        Gone("db", "test");
    }

    [Fact]
    public async Task A_fail_fast_ends_it_too()
    {
        run.Options = run.Options with { OnFailure = OnFailure.FailFast };
        Run.Results results = await run.Async(
            Server("tcp"), run.Child("test <- db", "hang", run.Folder.Combine("test")), run.Child("bad <- db", "wait", run.Folder.Path, "test"),
            run.Child("worse <- db", "exit", "1"));
        Assert.Equal(SubtaskStatus.Failed, results["worse"].Status);
        Assert.NotNull(results["db"].Served);
        Gone("db");
    }

    [UnixFact]
    public async Task One_that_ignores_being_asked_is_killed_and_named()
    {
        string stubborn = TestChildProgram.Command("ignore-signals", run.Folder.Combine("db"));
        Subtask service = Service(run.Shell("db", $"echo up; exec {stubborn}"), "tcp") with { Service = new(new LineReadiness("line:^up$", "^up$"), TimeSpan.FromMinutes(1), Port: false) };
        Run.Results results = await run.Async(service, run.Child("test <- db", "wait", run.Folder.Path, "db"));
        results.AllSucceeded();
        Assert.Single(results["db"].Killed);
        Gone("db");
    }

    [Fact]
    public async Task One_that_nobody_will_need_any_more_is_ended_before_it_is_ready()
    {
        run.Options = run.Options with { Schedule = ScheduleMode.Eager };
        Run.Results results = await run.Async(
            Service(run.Child("db", "hang", run.Folder.Combine("db")), "tcp"), run.Child("bad", "exit", "1"), Given.Subtask("test <- db, bad"));
        Assert.Equal((SubtaskStatus.Cancelled, SubtaskStatus.Failed, SubtaskStatus.Skipped), (results["db"].Status, results["bad"].Status, results["test"].Status));
    }

    [Fact]
    public async Task What_depends_on_it_is_up_to_date_whatever_its_port_was()
    {
        run.Folder.Write("in.txt", "1");
        Subtask test = Asks("test <- db", "/") with { Inputs = PathPattern.List(["in.txt"], run.Folder.Path) };
        Run.Results first = await run.Async(Server("tcp"), test);
        Run.Results second = await run.Async(Server("tcp"), test);
        Assert.Equal((SubtaskStatus.Succeeded, SubtaskStatus.UpToDate), (first["test"].Status, second["test"].Status));
    }

    [Fact]
    public async Task It_is_not_started_where_all_that_depend_on_it_are_up_to_date()
    {
        run.Folder.Write("in.txt", "1");
        Subtask first = Asks("first <- db", "/") with { Inputs = PathPattern.List(["in.txt"], run.Folder.Path) };
        Subtask second = Asks("second <- web, first", "/") with { Inputs = PathPattern.List(["in.txt"], run.Folder.Path) };
        Subtask web = Service(run.Child("web <- db", "serve", "{port}", run.Folder.Combine("web")), "tcp");
        Subtask[] all = [Server("tcp"), web, first, second, Given.Subtask("all <- second") with { Work = new MilestoneWork() }];
        (await run.Async(all)).AllSucceeded();
        File.Delete(run.Folder.Combine("db"));
        Run.Results again = await run.Async(all);
        Assert.All(["db", "web", "first", "second"], id => Assert.Equal((id, SubtaskStatus.UpToDate), (id, again[id].Status)));
        Assert.True(again.Run.Succeeded);
        Assert.False(run.Folder.Exists("db"));
        run.Folder.Write("in.txt", "2");
        (await run.Async(all)).AllSucceeded();
    }

    [Fact]
    public async Task It_is_started_where_what_runs_beside_it_may_write_what_its_dependents_read()
    {
        Subtask write = run.Child("write", "write", "in.txt", "1");
        Subtask test = Asks("test <- db, write", "/") with { Inputs = PathPattern.List(["in.txt"], run.Folder.Path) };
        (await run.Async(Server("tcp"), write, test)).AllSucceeded();
        Run.Results again = await run.Async(Server("tcp"), write, test);
        Assert.Equal((SubtaskStatus.Succeeded, SubtaskStatus.UpToDate), (again["db"].Status, again["test"].Status));
    }

    [UnixFact]
    public async Task Where_another_program_is_faster_to_take_its_port_it_gets_another_one()
    {
        string serve = TestChildProgram.Command("serve", "{port}", run.Folder.Combine("db"));
        string chosen = $"echo {{port}} > new; mv new chosen; {TestChildProgram.Command("wait", run.Folder.Path, "taken")}";
        string beaten = $"if [ $PARALLELEXEC_ATTEMPT = 1 ]; then {chosen}; fi; exec {serve}";
        Task<Run.Results> running = run.Async(Service(run.Shell("db", beaten), "line"), Asks("test <- db", "/"));
        using var other = new TcpListener(IPAddress.Any, await FileWait.ForPidAsync(run.Folder.Combine("chosen")));
        other.Start();
        run.Folder.Write("taken", "");
        Run.Results results = await running;
        results.AllSucceeded();
        Assert.Equal(1, results["db"].Attempts);
        Assert.Contains("--- attempt 1 failed", run.LogOf("db"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_checkouts_run_side_by_side()
    {
        using var other = new Run();
        // Each test waits for the other's, so both servers are there at the same time.
        Task<Run.Results>[] both = [Async(run, "1", "2"), Async(other, "2", "1")];
        foreach (Run.Results results in await Task.WhenAll(both))
            results.AllSucceeded();

        Task<Run.Results> Async(Run checkout, string own, string others) => checkout.Async(
            Service(checkout.Child("db", "serve", "{port}", checkout.Folder.Combine("db")), "http"),
            checkout.Child("arrive <- db", "signal", run.Folder.Path, own),
            checkout.Child("meet <- arrive", "wait", run.Folder.Path, others),
            checkout.Child("test <- db, meet", "ask", Port, "/"));
    }

    [Fact]
    public async Task A_service_of_a_service_is_ended_after_it()
    {
        List<string> ended = [];
        run.Happens = happened =>
        {
            if (happened is SubtaskEnded end)
                ended.Add(end.Subtask.Id);
        };
        Subtask web = Service(run.Child("web <- db", "serve", "{port}", run.Folder.Combine("web")), "http");
        (await run.Async(Server("tcp"), web, Asks("test <- web", "/"))).AllSucceeded();
        Assert.Equal(["test", "web", "db"], ended);
    }

    private Subtask Server(string readiness) => Service(run.Child("db", "serve", "{port}", run.Folder.Combine("db")), readiness);

    private static Subtask Service(Subtask subtask, string readiness) => subtask with
    {
        Cores = 0,
        Service = new(
            readiness switch
            {
                "line" => new LineReadiness("line:listening", @"^listening on \d+$"),
                "tcp" => new TcpReadiness("tcp:{port}", null),
                _ => new HttpReadiness("http", "http://127.0.0.1:{port}/"),
            },
            TimeSpan.FromMinutes(5),
            Port: true),
    };

    private Subtask Asks(string text, params string[] arguments) => run.Child(text, "ask", [Port, .. arguments]);

    private void Gone(params string[] names) =>
        Assert.All(names, name => Assert.True(ProcessProbe.WaitGone(int.Parse(run.Folder.Read(name))), $"{name} still runs"));
}
