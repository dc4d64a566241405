using System.Collections.Concurrent;
using System.Collections.Immutable;
using ParallelExec.Execution.Processes;
using ParallelExec.Execution.Testing;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.TestResults;

namespace ParallelExec.Execution.Runners;

/// <summary>Runs test suites and parts of them: a host runs the tests, and then it is looked at what became of each.</summary>
internal sealed class TestRunner(ProcessRunner processes, RunOptions options, DotnetHost dotnet, Shards shards, SecretMasker? masker)
{
    private readonly ConcurrentDictionary<string, (int Ended, int Tests)> suites = new(StringComparer.OrdinalIgnoreCase);

    public async Task<RunnerResult> RunAsync(TestWork work, AttemptContext context)
    {
        string program = dotnet.Program(context.Environment);
        Directory.CreateDirectory(Path.GetDirectoryName(TestFiles.ResultOf(options, context.Planned.Id))!);
        if (WhyNotRunnable(work) is { } why)
            return new RunnerResult(RunnerEnd.NotStarted) { Problem = why, Cpu = CpuUse.None };
        if (shards.Of(work) is not { } selection)
            return new RunnerResult(RunnerEnd.NotStarted)
            {
                Problem =
                $"the filter '{work.Filter}' is of a form that does not go together with Shards. Use one such as FullyQualifiedName~NAME, "
                    + $"or leave Shards out",
                Cpu = CpuUse.None
            };
        string folder = TestFiles.HostFolder(options, context.Planned.Id);
        PlainFolder.Remove(folder);
        // What an earlier run came to is not this one's, also where its host writes nothing.
        File.Delete(TestFiles.ResultOf(options, context.Planned.Id));
        var host = new TestHost(processes, dotnet, program, folder, work, context);
        TestGo go = await host.RunAsync(selection, blame: false).ConfigureAwait(false);
        RunnerResult result = go is { Ran.End: RunnerEnd.Exited, HasDied: false, Content.Cases.IsEmpty: false }
            ? await EndedAsync(work, host, go).ConfigureAwait(false)
            : await NotEndedAsync(work, selection, host, go).ConfigureAwait(false);
        TestCoverage.Collect(options, context.Planned.Id, folder, work.Coverage);
        PlainFolder.Remove(folder);
        return result;
    }

    private string? WhyNotRunnable(TestWork work)
    {
        if (!File.Exists(work.Assembly))
            return $"its assembly '{work.Assembly}' is not there. Build '{work.ProjectFile}' before it";
        if (work.Platform == TestPlatform.VSTest && !File.Exists(dotnet.VSTestConsole))
            return $"the test platform '{dotnet.VSTestConsole}' is not there. Is the .NET SDK installed as a whole?";
        if (work.Platform == TestPlatform.TestingPlatform && !XunitCommand.IsFor(work) && !TestingPlatformCommand.HasReport(work))
            return $"it can not tell its results: add <PackageReference Include=\"{TestingPlatformCommand.ReportPackage}\" /> to "
                + $"'{work.ProjectFile}'";
        return work.Coverage ? TestCoverage.WhyNot(work) : null;
    }

    /// <summary>The host came to its end: the results count, not its exit code alone.</summary>
    private async Task<RunnerResult> EndedAsync(TestWork work, TestHost host, TestGo go)
    {
        ImmutableArray<TestCase> cases = go.Content!.Cases;
        TestGo last = go;
        CpuUse? cpu = go.Ran.Cpu;
        for (int again = 0; again < work.RetryFailedTests && cases.Any(test => test.Outcome == TestOutcome.Failed); again++)
        {
            last = await host.RunAsync(TestSelection.Of(cases.Where(test => test.Outcome == TestOutcome.Failed)),
                blame: false).ConfigureAwait(false);
            cpu = cpu?.Plus(last.Ran.Cpu);
            if (last.Ran.End != RunnerEnd.Exited)
                return last.Ran with { Cpu = cpu };
            cases = TestTotals.After(cases, last.Content?.Cases ?? []);
        }
        TestSummary tests = Keep(go, cases, host.SubtaskId, []);
        shards.Ended(work, tests);
        _ = suites.AddOrUpdate(work.Suite + work.Assembly, (1, tests.Total), (_, before) => (before.Ended + 1, before.Tests + tests.Total));
        RunnerResult ended = last.Ran with { Tests = tests, Cpu = cpu, HasLog = true };
        if (tests.Failed > 0)
            return Failed(ended, Codes.TestFailed, $"{tests.Failed} of {Wording.Count(tests.Total, "test")} failed");
        // What failed before and passed now makes the first host's exit code no failure.
        return last.Ran.ExitCode is 0 || go != last
            ? ended with { ExitCode = 0 }
            : Failed(ended, Codes.TestHostFailed,
                $"no test failed, but its host ended with exit code "
                    + $"{last.Ran.ExitCode}{(go.Content.Error.Length > 0 ? $": {go.Content.Error}" : "")}");
    }

    /// <summary>No test was found, or the host died or was ended.</summary>
    private async Task<RunnerResult> NotEndedAsync(TestWork work, TestSelection selection, TestHost host, TestGo go)
    {
        RunnerResult ran = go.Ran with { HasLog = true };
        if (ran.End is RunnerEnd.NotStarted or RunnerEnd.LogNotWritten)
            return go.Ran;
        if (ran.End == RunnerEnd.Exited && IsNothing(go))
            return NoTests(work, ran, go);
        ImmutableArray<string> running = go.Running;
        // A host that dies takes with it which test it ran; to have it watched from the beginning would cost each run a process.
        if (ran.End == RunnerEnd.Exited && running.IsEmpty && !host.IsWatched)
        {
            TestGo watched = await host.RunAsync(selection, blame: true).ConfigureAwait(false);
            running = watched.Running;
        }
        TestSummary tests = Keep(go, go.Content?.Cases ?? [], host.SubtaskId, running) with { Unfinished = running };
        string while_ = running.IsEmpty ? "" : $" while {(running.Length == 1 ? "this test" : "these tests")} ran: {Wording.Ids(running)}";
        if (ran.End == RunnerEnd.Stopped)
            return ran with { Tests = tests, Problem = while_.TrimStart() };
        // The hang is found a little before the time is up, so that it can be told.
        if (go.HasHung)
        {
            return Failed(
                ran with { Tests = tests }, Codes.TestHostFailed, $"its host was ended, because no test ended for a long time,{while_}");
        }
        string ended = $"its host ended with exit code {ran.ExitCode}{ExitCodes.Meaning(ran.ExitCode, Platform.Current)}";
        string error = go.Content?.Error.Split('\n')[0].Trim() ?? "";
        return Failed(ran with { Tests = tests }, Codes.TestHostFailed, $"{ended}{while_}{(error.Length > 0 ? $": {error}" : "")}");
    }

    private static bool IsNothing(TestGo go) =>
        go.Ran.ExitCode == TestingPlatformCommand.NoTests
            // A test that ends its process with 0 leaves no results either.
            || go is { Ran.ExitCode: 0, Running.IsEmpty: true, Content: null or { Cases.IsEmpty: true, IsAborted: false } };

    private RunnerResult NoTests(TestWork work, RunnerResult ran, TestGo go)
    {
        TestSummary tests = Keep(go, [], go.SubtaskId, []);
        (int ended, int total) = suites.AddOrUpdate(work.Suite + work.Assembly, (1, 0), (_, before) => (before.Ended + 1, before.Tests));
        shards.Ended(work, tests);
        ran = ran with { ExitCode = 0, Tests = tests };
        // A part may have none where others have some.
        if (options.AllowNoTests || (work.Shards > 1 && (ended < work.Shards || total > 0)))
            return ran;
        string what = work.Filter.Length > 0 ? $"the filter '{work.Filter}' matches no test of '{work.Assembly}'"
            : $"there is no test in '{work.Assembly}'";
        return Failed(ran, Codes.NoTests, $"{what}. Correct it, or allow it with ParallelExecAllowNoTests=true");
    }

    /// <summary>Writes what became of the tests where it is looked for.</summary>
    private TestSummary Keep(TestGo go, ImmutableArray<TestCase> cases, string subtaskId, ImmutableArray<string> running)
    {
        string file = TestFiles.ResultOf(options, subtaskId);
        TestSummary tests = TestTotals.Of(cases, file, go.ProjectFile);
        if (masker is null && running.IsEmpty && go.Content is { } content && content.Cases == cases)
            File.Move(go.TrxFile, file, overwrite: true);
        else
            TrxWriter.Write(file, [.. cases, .. running
                .Select(name => new TestCase(name, "", name, TestOutcome.Failed, TimeSpan.Zero) { Message =
                "Its host ended while it ran." })], Hidden);
        return tests with
        {
            Failures =
            [.. tests.Failures.Select(failure => failure with { Name = Hidden(failure.Name), Message = Hidden(failure.Message) })]
        };
    }

    private string Hidden(string text) => masker?.Apply(text) ?? text;

    private static RunnerResult Failed(RunnerResult ran, string code, string reason) => ran with
    {
        End = RunnerEnd.TestsFailed,
        Code = code,
        Problem = reason
    };
}
