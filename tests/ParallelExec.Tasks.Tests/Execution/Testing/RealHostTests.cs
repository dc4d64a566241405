using ParallelExec.Execution.Testing;
using ParallelExec.Model;
using ParallelExec.TestResults;

namespace ParallelExec.Tests.Execution.Testing;

/// <summary>The frameworks themselves, built once.</summary>
public sealed class RealHostTests(RealSuites suites) : IClassFixture<RealSuites>, IDisposable
{
    private readonly Run run = new() { Dotnet = new DotnetHost(RealSuites.Sdk) };

    public void Dispose() => run.Dispose();

    [Theory]
    [InlineData("OnXunitV2", "13 tests, 2 failed, 1 skipped")]
    [InlineData("OnXunitV3", "13 tests, 2 failed, 1 skipped")]
    [InlineData("OnXunitV3Platform", "13 tests, 2 failed, 1 skipped")]
    [InlineData("OnNUnit", "12 tests, 1 failed, 1 skipped")]
    [InlineData("OnNUnitRunner", "12 tests, 1 failed, 1 skipped")]
    [InlineData("OnMSTest", "9 tests, 1 failed, 1 skipped")]
    [InlineData("OnMSTestRunner", "9 tests, 1 failed, 1 skipped")]
    [InlineData("OnTUnit", "7 tests, 1 failed, 1 skipped")]
    public async Task Each_framework_tells_its_tests_with_the_line_of_a_failure(string suite, string counts)
    {
        Run.Results results = await run.Async(Part(suite));
        TestSummary tests = results["s"].Tests!;
        Assert.Equal((counts, Codes.TestFailed), (Wording.Tests(tests), results["s"].Code));
        TestFailure failure = tests.Failures.Single(one => one.Name == "My.Space.A.Fails");
        Assert.Equal((suites.Source(suite), suites.LineOf(suite, "void Fails")), (failure.File, failure.Line));
    }

    [Theory]
    [InlineData("OnXunitV2", 3)]
    [InlineData("OnXunitV3", 3)]
    [InlineData("OnNUnit", 4)]
    [InlineData("OnMSTestRunner", 2)]
    public async Task Parts_run_each_test_exactly_once(string suite, int count)
    {
        await run.Async(Part(suite));
        string[] all = Names(run);
        using var parts = new Run { Dotnet = run.Dotnet };
        await parts.Async([.. Enumerable.Range(1, count).Select(number => Part(suite, number, count))]);
        Assert.Equal(all, Names(parts));
    }

    [Theory]
    [InlineData("OnXunitV3")]
    [InlineData("OnNUnit")]
    [InlineData("OnTUnit")]
    public async Task A_test_that_passes_when_it_is_run_again_is_flaky(string suite)
    {
        run.Environment["FLAKY"] = run.Folder.Combine("flaky");
        Run.Results results = await run.Async(Part(suite, retries: 1));
        Assert.Equal(1, results["s"].Tests!.Flaky);
        Assert.DoesNotContain(results["s"].Tests!.Failures, failure => failure.Name.EndsWith("Passes", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("OnXunitV2")]
    [InlineData("OnMSTestRunner")]
    public async Task A_crash_names_its_test(string suite)
    {
        run.Environment["CRASH"] = "1";
        Run.Results results = await run.Async(Part(suite));
        Assert.Equal(Codes.TestHostFailed, results["s"].Code);
        Assert.Equal(["My.Space.AB.InAB"], results["s"].Tests!.Unfinished);
    }

    [Theory]
    [InlineData("OnMSTestRunner")]
    [InlineData("OnTUnit")]
    public async Task A_program_that_is_killed_is_run_again_and_names_its_test(string suite)
    {
        run.Environment["KILL"] = "1";
        Run.Results results = await run.Async(Part(suite));
        Assert.Equal(Codes.TestHostFailed, results["s"].Code);
        Assert.Contains("My.Space.AB.InAB", results["s"].Tests!.Unfinished);
    }

    [Fact]
    public async Task Coverage_is_collected_by_what_the_project_references()
    {
        Subtask part = Part("OnXunitV2");
        await run.Async(part with { Work = (TestWork)part.Work with { Coverage = true, Packages = ["coverlet.collector"] } });
        Assert.StartsWith("<?xml", run.Folder.Read("state/tests/coverage/s.cobertura.xml"), StringComparison.Ordinal);
    }

    private Subtask Part(string suite, int number = 1, int count = 1, int retries = 0) =>
        Given.Subtask(count == 1 ? "s" : $"s:{number}") with
        {
            Work = suites.Work(suite) with { Shard = number, Shards = count, RetryFailedTests = retries },
            WorkingDirectory = suites.Folder(suite),
            // Their failures are what they are for.
            ContinueOnError = ContinueOnError.ErrorAndContinue,
        };

    private static string[] Names(Run run) =>
        [.. TrxReader.TryRead(run.Folder.Combine("state/tests/tests.trx"))!.Cases
            .Select(test => $"{test.FullName} {test.Outcome}").Order(StringComparer.Ordinal)];
}
