using System.Collections.Immutable;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.TestResults;

namespace ParallelExec.Reporting;

/// <summary>
/// Puts the results of all test suites into one TRX and one JUnit file, each test once: those of parts that were up to date too.
/// </summary>
internal sealed class TestReport(ExecutionPlan plan, RunOptions options, IRunLog log, SecretMasker? masker) : IRunObserver
{
    public static bool IsNeeded(ExecutionPlan plan) => plan.Subtasks.Any(subtask => subtask is { Excluded: null, Subtask.Work: TestWork });

    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case RunStarted:
                RemoveOld();
                break;
            case RunEnded(var result):
                Write(result);
                break;
            case SubtaskStarted or SubtaskEnded or SubtasksSkipped or RunStopping or ServiceReady or Tick:
                break;
            default:
                throw happened.NotKnownTo(this);
        }
    }

    private void Write(RunResult run)
    {
        (string Suite, IReadOnlyCollection<TestCase> Cases)[] suites =
        [
            .. plan.Subtasks
                .Where(subtask => subtask is { Excluded: null, Subtask.Work: TestWork }
                    && run.Results[subtask.Index] is { Status: not SubtaskStatus.Skipped })
                .GroupBy(subtask => SuiteOf((TestWork)subtask.Subtask.Work), StringComparer.OrdinalIgnoreCase)
                .Select(suite => (suite.Key, (IReadOnlyCollection<TestCase>)suite.SelectMany(part => Cases(part.Id)).ToImmutableArray())),
        ];
        try
        {
            Directory.CreateDirectory(TestFiles.Folder(options));
            TrxWriter.Write(TestFiles.Merged(options), [.. suites.SelectMany(suite => suite.Cases)], Hidden);
            JUnitWriter.Write(TestFiles.MergedJUnit(options), suites, Hidden);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Report(Diagnostic.Warning(Codes.StateNotWritable,
                $"The results of the tests could not be written to '{TestFiles.Folder(options)}': {e.Message} Those of each suite are in "
                    + $"its own file."));
        }
    }

    // One of several frameworks is a suite of its own: its tests have the same names.
    private string SuiteOf(TestWork work) =>
        plan.Subtasks.Any(subtask => subtask.Subtask.Work is TestWork other && other.Suite == work.Suite
            && other.Framework != work.Framework) ? $"{work.Suite} ({work.Framework})" : work.Suite;

    private ImmutableArray<TestCase> Cases(string subtaskId) => TrxReader.TryRead(TestFiles.ResultOf(options, subtaskId))?.Cases ?? [];

    private void RemoveOld()
    {
        TryDelete(TestFiles.Merged(options));
        TryDelete(TestFiles.MergedJUnit(options));
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It was not there, or is written over at the end.
        }
    }

    private string Hidden(string text) => masker?.Apply(text) ?? text;
}
