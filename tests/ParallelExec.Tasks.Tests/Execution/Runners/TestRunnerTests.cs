using System.Xml.Linq;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.TestResults;
using ParallelExec.Tests.Execution.Testing;

namespace ParallelExec.Tests.Execution.Runners;

/// <summary>What is made of the results of a test host, with a script that stands for one.</summary>
public sealed class TestRunnerTests : IDisposable
{
    private readonly Run run = new();
    private readonly ScriptedHost host;

    public TestRunnerTests() => host = new ScriptedHost(run);

    public void Dispose() => run.Dispose();

    [UnixFact]
    public async Task Counts_of_a_suite_are_on_its_result_and_its_line()
    {
        host.Then("", ScriptedHost.Passed("A"), ScriptedHost.Passed("B"), ScriptedHost.Skipped("C"));
        Run.Results results = await run.Async(host.Suite("unit"));
        results.AllSucceeded();
        TestSummary tests = results["unit"].Tests!;
        Assert.Equal((3, 2, 0, 1, 0), (tests.Total, tests.Passed, tests.Failed, tests.Skipped, tests.Flaky));
        Assert.Equal(run.Folder.Combine("state/tests/parts/unit.trx"), tests.ResultFile);
        Assert.Equal(TimeSpan.FromMilliseconds(15), tests.ClassTimes["N.C"]);
        Assert.Contains(run.Log.Lines, line => line.StartsWith("[1/1] unit succeeded (", StringComparison.Ordinal)
            && line.EndsWith("): 3 tests, 1 skipped", StringComparison.Ordinal));
        Assert.Equal(["exec", run.Folder.Combine("sdk/vstest.console.dll"), run.Folder.Combine("Unit.dll")], host.Arguments().Take(3));
        Assert.Equal(3, host.Merged.Length);
        // Nothing of the host's own is left.
        Assert.Equal(["state/tests/parts/unit.trx", "state/tests/tests.junit.xml", "state/tests/tests.trx"],
            run.Folder.Files("state/tests"));
    }

    [UnixFact]
    public async Task Each_failed_test_is_one_error_at_the_line_of_its_stack_trace_and_the_suite_is_none()
    {
        string source = run.Folder.Write("T.cs", "");
        host.Then(
            "exit 1",
            ScriptedHost.Failed("A", $"Expected: 1\nActual: 2\n{new string('-', 200)}",
                $"   at Lib.Assert.Equal() in /_/lib/Assert.cs:line 9\n   at N.C.A() in {source}:line 12\n"),
            ScriptedHost.Failed("B"),
            ScriptedHost.Passed("C"));
        Run.Results results = await run.Async(host.Suite("unit"));
        Assert.Equal((SubtaskStatus.Failed, Codes.TestFailed, "2 of 3 tests failed"),
            (results["unit"].Status, results["unit"].Code, results["unit"].Reason));
        Assert.Equal([(Codes.TestFailed, "N.C.A failed: Expected: 1; Actual: 2"), (Codes.TestFailed, "N.C.B failed: no")], run.Log.Reported
            .Select(one => (one.Code, one.Message)));
        // A long message is a block behind it, and no further error.
        Assert.Contains($"      Expected: 1\n      Actual: 2\n      {new string('-', 200)}", run.Log.Lines);
        Assert.Equal(new SourceLocation(source, 12), run.Log.Reported[0].Origin!.Location);
        Assert.Null(run.Log.Reported[1].Origin!.Location);
    }

    [UnixFact]
    public async Task A_suite_that_is_up_to_date_has_the_counts_of_its_last_run()
    {
        Subtask suite = host.Suite("unit") with
        {
            Inputs = PathPattern.List([run.Folder.Combine("Unit.dll")], run.Folder.Path),
            Outputs = PathPattern.List([run.Folder.Combine("state/tests/parts/unit.trx")], run.Folder.Path),
        };
        host.Then("", ScriptedHost.Passed("A"), ScriptedHost.Skipped("C"));
        await run.Async(suite);
        SubtaskResult again = (await run.Async(suite))["unit"];
        Assert.Equal((SubtaskStatus.UpToDate, 2, 1, 1), (again.Status, again.Tests!.Total, again.Tests.Passed, again.Tests.Skipped));
    }

    [UnixFact]
    public async Task A_failure_that_is_forgiven_is_a_warning()
    {
        host.Then("exit 1", ScriptedHost.Failed("A"));
        await run.Async(host.Suite("unit") with { ContinueOnError = ContinueOnError.WarnAndContinue });
        Assert.Equal(Severity.Warning, Assert.Single(run.Log.Reported).Severity);
    }

    [UnixFact]
    public async Task No_test_is_an_error_that_has_the_filter()
    {
        host.Then("");
        Run.Results results = await run.Async(host.Suite("unit", host.Work with { Filter = "Category=Slow" }));
        Assert.Equal((Codes.NoTests, $"the filter 'Category=Slow' matches no test of '{host.Work.Assembly}'. Correct it, or allow it with ParallelExecAllowNoTests=true"), (results["unit"].Code, results["unit"].Reason));
        Assert.Contains("--TestCaseFilter:Category=Slow", host.Arguments());
    }

    [UnixFact]
    public async Task No_test_is_allowed_where_that_was_said()
    {
        host.Then("");
        run.Options = run.Options with { AllowNoTests = true };
        (await run.Async(host.Suite("unit"))).AllSucceeded();
    }

    [UnixFact]
    public async Task A_host_that_dies_names_the_test_that_ran()
    {
        host.ThenNothing("kill -9 $$");
        host.ThenNothing("mkdir $results/x; echo '<TestSequence><Test Name=\"N.C.A\" Completed=\"True\" /><Test Name=\"N.C.B\" DisplayName=\"N.C.B(1)\" Completed=\"False\" /></TestSequence>' > $results/x/Sequence_1.xml; exit 1");
        Run.Results results = await run.Async(host.Suite("unit"));
        Assert.Equal(Codes.TestHostFailed, results["unit"].Code);
        Assert.StartsWith("its host ended with exit code 137", results["unit"].Reason, StringComparison.Ordinal);
        Assert.EndsWith(" while this test ran: N.C.B(1)", results["unit"].Reason, StringComparison.Ordinal);
        Assert.Equal(["N.C.B(1)"], results["unit"].Tests!.Unfinished);
        Assert.Contains("--Blame", host.Arguments(2));
        // It is in the files too, as a failure.
        Assert.Equal(("N.C.B(1)", TestOutcome.Failed), Assert.Single(host.Merged.Select(test => (test.Name, test.Outcome))));
    }

    [UnixFact]
    public async Task An_exit_code_that_no_test_explains_is_a_failure()
    {
        host.Then("exit 3", ScriptedHost.Passed("A"));
        Run.Results results = await run.Async(host.Suite("unit"));
        Assert.Equal((Codes.TestHostFailed, "no test failed, but its host ended with exit code 3"),
            (results["unit"].Code, results["unit"].Reason));
    }

    [UnixFact]
    public async Task Failed_tests_alone_are_run_again_and_what_then_passes_is_flaky()
    {
        host.Then("exit 1", ScriptedHost.Failed("A", "first"), ScriptedHost.Failed("B(x)"), ScriptedHost.Passed("C"));
        host.Then("exit 1", ScriptedHost.Passed("A"), ScriptedHost.Failed("B(x)"));
        host.Then("", ScriptedHost.Passed("B(x)"));
        Run.Results results = await run.Async(host.Suite("unit", host.Work with { RetryFailedTests = 2, Filter = "Category=X" }));
        results.AllSucceeded();
        TestSummary tests = results["unit"].Tests!;
        Assert.Equal((3, 3, 0, 2), (tests.Total, tests.Passed, tests.Failed, tests.Flaky));
        Assert.Contains(@"--TestCaseFilter:(Category=X)&(FullyQualifiedName=N.C.A|FullyQualifiedName=N.C.B\(x\))", host.Arguments(2));
        Assert.Contains(@"--TestCaseFilter:(Category=X)&(FullyQualifiedName=N.C.B\(x\))", host.Arguments(3));
        Assert.Contains(run.Log.Lines, line => line.EndsWith(": 3 tests, 2 flaky", StringComparison.Ordinal));
        XElement[] flaky = [.. XDocument.Load(run.Folder.Combine("state/tests/tests.junit.xml")).Descendants("flakyFailure")];
        Assert.Equal(["first", "no"], flaky.Select(one => (string?)one.Attribute("message")));
    }

    [UnixFact]
    public async Task Of_a_name_with_blanks_only_what_is_before_the_first_is_asked_for_again()
    {
        host.Then(
            "exit 1", ScriptedHost.Failed("B(\"x y\")"), ScriptedHost.Failed("B(\"x z\")"), ScriptedHost.Passed("B(\"x\")"));
        host.Then("", ScriptedHost.Passed("B(\"x y\")"), ScriptedHost.Passed("B(\"x z\")"), ScriptedHost.Passed("B(\"x\")"));
        Run.Results results = await run.Async(host.Suite("unit", host.Work with { RetryFailedTests = 1 }));
        Assert.Equal((3, 2), (results["unit"].Tests!.Passed, results["unit"].Tests!.Flaky));
        Assert.Contains("--TestCaseFilter:FullyQualifiedName~N.C.B\\(\"x", host.Arguments(2));
    }

    [UnixFact]
    public async Task What_fails_each_time_has_failed_once()
    {
        host.Then("exit 1", ScriptedHost.Failed("A"), ScriptedHost.Passed("B"));
        host.Then("exit 1", ScriptedHost.Failed("A", "again"));
        Run.Results results = await run.Async(host.Suite("unit", host.Work with { RetryFailedTests = 1 }));
        Assert.Equal("1 of 2 tests failed", results["unit"].Reason);
        Assert.Equal("N.C.A failed: again", Assert.Single(run.Log.Reported).Message);
    }

    [UnixFact]
    public async Task A_suite_that_was_not_built_says_what_to_build()
    {
        Run.Results results = await run.Async(host.Suite("unit", host.Work with { Assembly = run.Folder.Combine("gone.dll") }));
        Assert.Equal((Codes.NotStarted,
            $"could not be started: its assembly '{run.Folder.Combine("gone.dll")}' is not there. Build '{host.Work.ProjectFile}' before it"), (results["unit"].Code, results["unit"].Reason));
    }

    [UnixFact]
    public async Task Coverage_without_a_package_for_it_says_which_to_add()
    {
        Run.Results results = await run.Async(host.Suite("unit", host.Work with { Coverage = true }));
        Assert.Equal($"could not be started: Coverage is asked for, and nothing in it collects any: add <PackageReference Include=\"coverlet.collector\" /> to '{host.Work.ProjectFile}'", results["unit"].Reason);
    }

    [UnixFact]
    public async Task Coverage_of_a_program_of_xunit_is_refused_and_not_forgotten()
    {
        run.Folder.Write("xunit.v3.core.dll", "");
        TestWork work = host.Work with { Platform = TestPlatform.TestingPlatform, Coverage = true, Packages = ["coverlet.MTP"] };
        Run.Results results = await run.Async(host.Suite("unit", work));
        Assert.StartsWith("could not be started: Coverage is asked for, and xunit.v3 run by its own command line collects none",
            results["unit"].Reason, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_program_without_a_report_says_which_package_to_add()
    {
        Run.Results results = await run.Async(host.Suite("unit", host.Work with { Platform = TestPlatform.TestingPlatform }));
        Assert.Equal($"could not be started: it can not tell its results: add <PackageReference Include=\"Microsoft.Testing.Extensions.TrxReport\" /> to '{host.Work.ProjectFile}'", results["unit"].Reason);
    }

    [UnixFact]
    public async Task Cobertura_files_of_a_suite_have_its_name()
    {
        host.Then("mkdir $results/guid; echo '<coverage/>' > $results/guid/coverage.cobertura.xml", ScriptedHost.Passed("A"));
        (await run.Async(host.Suite("unit", host.Work with { Coverage = true, Packages = ["coverlet.collector"] }))).AllSucceeded();
        Assert.True(run.Folder.Exists("state/tests/coverage/unit.cobertura.xml"));
    }

    [UnixFact]
    public async Task Secrets_are_not_in_the_results()
    {
        run.Environment["KEY"] = "hunter2";
        host.Then("exit 1", ScriptedHost.Failed("A", "it was hunter2"));
        Run.Results results = await run.Async(host.Suite("unit") with { Secrets = ["KEY"] });
        Assert.Equal("it was ***", Assert.Single(results["unit"].Tests!.Failures).Message);
        Assert.DoesNotContain("hunter2",
            run.Folder.Read("state/tests/parts/unit.trx") + run.Folder.Read("state/tests/tests.trx") + run.Folder.Read("state/tests/tests.junit.xml"), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task With_a_timeout_the_test_platform_looks_for_a_hang_a_little_earlier()
    {
        host.Then("", ScriptedHost.Passed("A"));
        (await run.Async(host.Suite("unit") with { Timeout = TimeSpan.FromMinutes(5) })).AllSucceeded();
        Assert.Contains("--Blame:CollectHangDump;TestTimeout=290000ms;HangDumpType=None", host.Arguments());
    }

    [UnixFact]
    public async Task A_hang_that_the_test_platform_found_is_told_as_one()
    {
        host.ThenNothing("echo \"Data collector 'Blame' message: The specified inactivity time of 15 seconds has elapsed.\"; "
            + "mkdir $results/x; echo '<TestSequence><Test Name=\"N.C.B\" Completed=\"False\" /></TestSequence>' "
            + "> $results/x/Sequence_1.xml; exit 1");
        Run.Results results = await run.Async(host.Suite("unit") with { Timeout = TimeSpan.FromMinutes(5) });
        Assert.Equal((Codes.TestHostFailed, "its host was ended, because no test ended for a long time, while this test ran: N.C.B"),
            (results["unit"].Code, results["unit"].Reason));
    }

    [UnixFact]
    public async Task A_test_that_ends_its_process_is_named_also_where_the_exit_code_is_0()
    {
        run.Folder.Write("xunit.v3.core.dll", "");
        run.Environment["DOTNET_HOST_PATH"] = run.Folder.Write("ends.sh", """
            #!/bin/sh
            echo '{"$type":"test-starting","TestUniqueID":"1","TestDisplayName":"N.C.A"}'
            """);
        run.Folder.MakeExecutable("ends.sh");
        Run.Results results = await run.Async(host.Suite("unit", host.Work with { Platform = TestPlatform.TestingPlatform }));
        Assert.Equal((Codes.TestHostFailed, "its host ended with exit code 0 while this test ran: N.C.A"),
            (results["unit"].Code, results["unit"].Reason));
    }

    [UnixFact]
    public async Task A_suite_that_is_stopped_at_its_timeout_tells_what_ran()
    {
        run.Folder.Write("xunit.v3.core.dll", "");
        run.Environment["DOTNET_HOST_PATH"] = run.Folder.Write("hangs.sh", """
            #!/bin/sh
            echo '{"$type":"test-starting","TestUniqueID":"1","TestDisplayName":"N.C.A"}'
            echo '{"$type":"test-starting","TestUniqueID":"2","TestDisplayName":"N.C.B(x: \"1\")"}'
            echo '{"$type":"test-finished","TestUniqueID":"1"}'
            echo '{"$type":"test-star'
            touch hangs
            exec sleep 1000
            """);
        run.Folder.MakeExecutable("hangs.sh");
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var timed = new Run { Time = time, Dotnet = run.Dotnet };
        timed.Environment["DOTNET_HOST_PATH"] = run.Environment["DOTNET_HOST_PATH"];
        Task<Run.Results> running = timed.Async(host.Suite("unit", host.Work with { Platform = TestPlatform.TestingPlatform }) with
        {
            Timeout = TimeSpan.FromMinutes(5)
        });
        await ParallelExec.TestKit.FileWait.ForAsync(run.Folder.Combine("hangs"));
        time.Advance(TimeSpan.FromMinutes(6));
        Run.Results results = await running;
        Assert.Equal((SubtaskStatus.TimedOut, "timed out after 5m00s, while this test ran: N.C.B(x: \"1\")"),
            (results["unit"].Status, results["unit"].Reason));
        Assert.Equal(["N.C.B(x: \"1\")"], results["unit"].Tests!.Unfinished);
    }
}
