using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.TestResults;

/// <summary>Counts tests, and puts together what several goes at them came to.</summary>
internal static class TestTotals
{
    /// <param name="resultFile">Where they stand; absolute.</param>
    /// <param name="projectFile">That they are from; absolute.</param>
    public static TestSummary Of(IReadOnlyCollection<TestCase> cases, string resultFile, string projectFile = "") =>
        new(cases.Count, Count(cases, TestOutcome.Passed), Count(cases, TestOutcome.Failed), Count(cases, TestOutcome.Skipped),
            cases.Count(test => test.FailedBefore is not null), resultFile)
        {
            Failures = [.. cases.Where(test => test.Outcome == TestOutcome.Failed)
                .Select(test => Failure(test, StackTracePlace.Near(projectFile)))],
            ClassTimes = cases.GroupBy(test => test.ClassName, StringComparer.Ordinal).ToImmutableSortedDictionary(
                group => group.Key, group => group.Aggregate(TimeSpan.Zero, (sum, test) => sum + test.Duration), StringComparer.Ordinal),
        };

    /// <summary>What they came to when they last ran.</summary>
    /// <returns>Null where that is not known any more.</returns>
    public static TestSummary? Kept(string resultFile) =>
        TrxReader.TryRead(resultFile) is { } content ? Of(content.Cases, resultFile) : null;

    /// <summary>Failed tests that passed when they were run again are flaky; what else was run with them counts as it did before.</summary>
    public static ImmutableArray<TestCase> After(IEnumerable<TestCase> before, IEnumerable<TestCase> again)
    {
        // Two tests may have one name: each takes one of the results.
        var results = again.GroupBy(test => test.FullName, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => new Queue<TestCase>(group), StringComparer.Ordinal);
        return [.. before.Select(
            test => test.Outcome == TestOutcome.Failed && results.TryGetValue(test.FullName, out Queue<TestCase>? same)
            && same.TryDequeue(out TestCase? result)
            ? result with { FailedBefore = result.Outcome == TestOutcome.Passed ? test.Message : null }
            : test)];
    }

    private static TestFailure Failure(TestCase test, Func<string, string?> find)
    {
        SourceLocation place = StackTracePlace.Of(test.StackTrace, find);
        return new TestFailure(test.FullName, test.Message, place.File, place.Line);
    }

    private static int Count(IEnumerable<TestCase> cases, TestOutcome outcome) => cases.Count(test => test.Outcome == outcome);
}
