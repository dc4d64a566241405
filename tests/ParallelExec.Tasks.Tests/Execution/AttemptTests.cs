using System.Text.Json;
using ParallelExec.Events;
using ParallelExec.Exchange;
using ParallelExec.Model;

namespace ParallelExec.Tests.Execution;

/// <summary>Retries, outputs, <c>Verify</c>, secrets, and what subtasks hand to each other.</summary>
public sealed class AttemptTests : IDisposable
{
    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [UnixTheory]
    [InlineData("mkfifo", false)]
    [InlineData("ln -s /dev/zero", false)]
    [InlineData("mkfifo", true)]
    [InlineData("ln -s /dev/zero", true)]
    public async Task A_log_that_the_subtask_has_put_something_endless_in_place_of_holds_nothing_up(string make, bool secret)
    {
        run.Environment["TOKEN"] = "hunter2";
        string log = run.Folder.Combine("state", "logs", "a.log");
        Subtask subtask = run.Shell("a", $"rm '{log}'; {make} '{log}'; exit 3") with { Retries = 1, Secrets = secret ? ["TOKEN"] : [] };
        Run.Results results = await run.Async(subtask);
        Assert.Equal((Codes.ExitCode, 2), (results["a"].Code, results["a"].Attempts));
    }

    [UnixFact]
    public async Task A_log_that_has_become_a_link_is_not_written_through()
    {
        string log = run.Folder.Combine("state", "logs", "a.log"), mine = run.Folder.Write("mine.txt", "mine");
        Subtask subtask = run.Shell("a", $"rm '{log}'; ln -s '{mine}' '{log}'; echo x; exit 3") with { Retries = 1 };
        await run.Async(subtask);
        Assert.Equal("mine", File.ReadAllText(mine));
    }

    [UnixFact]
    public async Task The_log_says_where_each_attempt_ends_and_how()
    {
        Subtask flaky = run.Shell("flaky", "printf 'try %s' $PARALLELEXEC_ATTEMPT; test $PARALLELEXEC_ATTEMPT = 3 || exit 7") with { Retries = 5, RetryDelay = TimeSpan.Zero };
        (await run.Async(flaky, run.Shell("once", "echo said"))).AllSucceeded();
        string[] lines = [.. run.LogOf("flaky").Split('\n').Select(line => System.Text.RegularExpressions.Regex.Replace(line, @"[\d.]+s ---", "T ---"))];
        Assert.Equal([
            "try 1", "--- attempt 1 failed with exit code 7 after T ---", "try 2", "--- attempt 2 failed with exit code 7 after T ---",
            "try 3", "--- attempt 3 succeeded after T ---", ""], lines);
        Assert.Equal("said\n", run.LogOf("once"));
    }

    [Fact]
    public async Task A_subtask_that_fails_twice_succeeds_with_two_retries()
    {
        Run.Results results = await run.Async(run.Child("a", "flaky", run.Folder.Combine("count"), "2") with { Retries = 2 });
        Assert.Equal((SubtaskStatus.Succeeded, 3), (results["a"].Status, results["a"].Attempts));
        Assert.Equal(
            [SubtaskStatus.Failed, SubtaskStatus.Failed, SubtaskStatus.Succeeded],
            results["a"].EachAttempt.Select(attempt => attempt.Status));
        Assert.All(results["a"].EachAttempt, attempt =>
            Assert.InRange(attempt.StartedAt, results["a"].StartedAt!.Value, DateTimeOffset.UtcNow));
    }

    [Fact]
    public async Task When_the_attempts_are_used_up_it_has_failed()
    {
        Run.Results results = await run.Async(run.Child("a", "flaky", run.Folder.Combine("count"), "5") with { Retries = 1, RetryDelay = TimeSpan.FromMilliseconds(1) });
        Assert.Equal((SubtaskStatus.Failed, 2, 2), (results["a"].Status, results["a"].Attempts, run.Folder.Read("count").Length));
    }

    [UnixFact]
    public async Task The_log_has_all_attempts_and_the_attempt_is_in_the_environment()
    {
        await run.Async(run.Shell("a", "echo attempt $PARALLELEXEC_ATTEMPT; exit 1") with { Retries = 2 });
        Assert.Equal(["attempt 1", "attempt 2", "attempt 3"], run.LogOf("a").Split('\n').Where(line => line.StartsWith("attempt", StringComparison.Ordinal)));
    }

    [UnixFact]
    public async Task A_log_file_that_can_not_be_written_is_what_is_told()
    {
        run.Folder.Write("state/.parallelexec", "");
        Directory.CreateDirectory(run.Folder.Combine("state/logs/a.log"));
        Run.Results results = await run.Async(run.Shell("a", "touch ran"));
        Assert.Equal((SubtaskStatus.Failed, Codes.NotStarted), (results["a"].Status, results["a"].Code));
        Assert.StartsWith($"could not be started: its log file '{run.Folder.Combine("state/logs/a.log")}' can not be written: ", results["a"].Reason, StringComparison.Ordinal);
        Assert.False(run.Folder.Exists("ran"));
    }

    [Theory]
    [InlineData("out.txt", SubtaskStatus.Succeeded)]
    [InlineData("*.txt", SubtaskStatus.Succeeded)]
    [InlineData("**/out.*", SubtaskStatus.Succeeded)]
    [InlineData("other.txt", SubtaskStatus.Failed)]
    [InlineData("*.html", SubtaskStatus.Failed)]
    [InlineData("gone/**", SubtaskStatus.Failed)]
    public async Task Declared_outputs_must_be_there(string output, object status)
    {
        Run.Results results = await run.Async(run.Writing(run.Child("a", "write", run.Folder.Combine("out.txt"), "x"), output));
        Assert.Equal(status, results["a"].Status);
        if (results["a"].IsFailure)
            Assert.Equal((Codes.OutputMissing, $"declared output missing: '{output}'", 0), (results["a"].Code, results["a"].Reason, results["a"].ExitCode));
    }

    [Fact]
    public async Task A_milestone_checks_its_outputs_too() =>
        Assert.Equal(Codes.OutputMissing, (await run.Async(run.Writing(Given.Subtask("m") with { Work = new MilestoneWork() }, "gone")))["m"].Code);

    [Theory]
    [InlineData("0", null)]
    [InlineData("3", "PEX3005")]
    public async Task Verify_must_pass_in_the_same_attempt(string exitCode, string? code)
    {
        string verify = TestKit.TestChildProgram.Command("exit", exitCode);
        Run.Results results = await run.Async(run.Child("a", "echo", "worked") with { Verify = new CommandWork(verify, null) });
        Assert.Equal((code, 0), (results["a"].Code, results["a"].ExitCode));
        Assert.Equal("worked", run.LogOf("a").Trim());
    }

    [Fact]
    public async Task Verify_is_not_run_after_a_failure()
    {
        string verify = TestKit.TestChildProgram.Command("signal", run.Folder.Path, "verified");
        await run.Async(run.Child("a", "exit", "1") with { Verify = new CommandWork(verify, null) });
        Assert.False(run.Folder.Exists("verified"));
    }

    [Fact]
    public async Task Values_reach_all_that_depend_on_the_subtask_directly_or_not()
    {
        (await run.Async(
            run.Child("a/b:c", "output", "My-Name", "x=1 ü"),
            run.Child("middle <- a/b:c", "exit", "0"),
            run.Child("last <- middle", "env", "PARALLELEXEC_OUTPUT_A_B_C_MY_NAME"),
            run.Child("beside", "env", "PARALLELEXEC_OUTPUT_A_B_C_MY_NAME"))).AllSucceeded();
        Assert.Equal("PARALLELEXEC_OUTPUT_A_B_C_MY_NAME=x=1 ü", run.LogOf("last").Trim());
        Assert.Equal("PARALLELEXEC_OUTPUT_A_B_C_MY_NAME", run.LogOf("beside").Trim());
    }

    [Fact]
    public async Task The_result_has_the_values_under_their_exact_names()
    {
        Run.Results results = await run.Async(run.Child("a", "output", "My-Name", "1"));
        Assert.Equal("1", results["a"].Values["My-Name"]);
    }

    [Fact]
    public async Task The_context_file_tells_of_the_subtask_and_of_what_it_depends_on()
    {
        run.Folder.Write("spec.md", "");
        (await run.Async(
            run.Child("a", "output", "My-Name", "1"),
            run.Writing(run.Child("b <- a", "context"), "state") with
            {
                Title = "The \"b\"",
                Group = "g",
                AcceptanceCriteria = ["fast", "small"],
                ContextFiles = [run.Folder.Combine("spec.md")],
            })).AllSucceeded();
        JsonElement context = JsonDocument.Parse(run.LogOf("b")).RootElement;
        Assert.Equal((1, "b", "The \"b\"", "g"), (
            context.GetProperty("schemaVersion").GetInt32(), context.GetProperty("id").GetString(), context.GetProperty("title").GetString(), context.GetProperty("group").GetString()));
        Assert.Equal(["fast", "small"], context.GetProperty("acceptanceCriteria").EnumerateArray().Select(each => each.GetString()));
        Assert.Equal([run.Folder.Combine("spec.md")], context.GetProperty("contextFiles").EnumerateArray().Select(each => each.GetString()));
        Assert.Equal([run.Folder.Combine("state")], context.GetProperty("outputs").EnumerateArray().Select(each => each.GetString()));
        JsonElement dependency = Assert.Single(context.GetProperty("dependencies").EnumerateArray());
        Assert.Equal(("a", "Succeeded"), (dependency.GetProperty("id").GetString(), dependency.GetProperty("status").GetString()));
        Assert.Equal("1", context.GetProperty("values").GetProperty("a").GetProperty("My-Name").GetString());
    }

    [Fact]
    public async Task A_value_file_that_can_not_be_read_is_PEX3006()
    {
        Run.Results results = await run.Async(run.Child("a", "output", "A\nprose", "1"));
        Assert.Equal((SubtaskStatus.Failed, Codes.HandOver), (results["a"].Status, results["a"].Code));
    }

    [UnixFact]
    public async Task What_a_failed_attempt_handed_on_does_not_count()
    {
        Run.Results results = await run.Async(run.Shell("a", "echo N$PARALLELEXEC_ATTEMPT=1 >> $PARALLELEXEC_OUTPUT; [ $PARALLELEXEC_ATTEMPT = 2 ]") with { Retries = 1 });
        Assert.Equal(["N2"], results["a"].Values.Keys);
    }

    [Fact]
    public async Task A_secret_is_nowhere_but_in_the_process()
    {
        run.Environment["TOKEN"] = "hunter2-hunter2";
        run.Options = run.Options with { OnFailure = OnFailure.KeepGoing };
        Subtask show = run.Child("show", "env", "TOKEN") with { Secrets = ["TOKEN"] };
        Subtask hand = run.Child("hand", "output", "T", "hunter2-hunter2");
        Subtask fail = run.Child("fail <- hand", "output", "hunter2-hunter2\n", "1");
        Subtask literal = run.Shell("literal", "echo hunter2-hunter2; exit 1");
        Subtask longer = run.Shell("longer", $": {new string('x', 150_000)} hunter2-hunter2");
        Run.Results results = await run.Async(show, hand, fail, literal, longer);
        Assert.Equal("TOKEN=***", run.LogOf("show").Trim());
        Assert.Equal("hunter2-hunter2", results["hand"].Values["T"]);
        Assert.DoesNotContain(run.Log.Lines, line => line.Contains("hunter2", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Folder.Files(), file => run.Folder.Read(file).Contains("hunter2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_state_folder_that_was_removed_during_the_run_is_PEX4002()
    {
        run.Happens = happened =>
        {
            if (happened is SubtaskStarted started && started.Subtask.Id == "b")
                Directory.Delete(run.Folder.Combine("state", "handover"), recursive: true);
        };
        Run.Results results = await run.Async(run.Child("a", "exit", "0"), run.Child("b <- a", "exit", "0"));
        Assert.Equal((SubtaskStatus.Failed, Codes.StateNotWritable), (results["b"].Status, results["b"].Code));
    }

    [Fact]
    public async Task A_bug_of_ours_is_PEX9001_and_the_run_comes_to_an_end()
    {
        // This run has nothing that could build a project.
        run.Folder.Write("x.proj", "<Project />");
        Run.Results results = await run.Async(Given.Subtask("a") with { Work = new ProjectWork(run.Folder.Combine("x.proj"), [], [], IsDeclaringProject: false) });
        Assert.Equal((SubtaskStatus.Failed, Codes.Bug), (results["a"].Status, results["a"].Code));
    }

    [Fact]
    public async Task A_binary_log_and_ids_that_look_alike_are_kept_apart()
    {
        string[] ids = ["a/b:c", "a_b_c", "CON", "..x"];
        (await run.Async([.. ids.Select(id => run.Child(id, "echo", id)), run.Child("binary", "bytes", "100000")])).AllSucceeded();
        Assert.All(ids, id => Assert.Equal(id, run.LogOf(id).Trim()));
        Assert.Equal(100_000, new FileInfo(run.Folder.Combine("state", "logs", "binary.log")).Length);
    }
}
