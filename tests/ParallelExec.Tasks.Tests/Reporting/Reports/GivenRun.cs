using System.Collections.Immutable;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.State;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Reporting.Reports;

/// <summary>Runs as their files hold them, for reports to be made of.</summary>
internal static class GivenRun
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 18, 48, 33, TimeSpan.Zero);

    /// <summary>So many, eight side by side, in waves of forty; every hundredth has failed, and what depends on it is skipped.</summary>
    public static RecordedRun Of(int count)
    {
        var subtasks = ImmutableArray.CreateBuilder<RecordedSubtask>(count);
        for (int i = 0; i < count; i++)
        {
            int wave = 1 + (i / 40), lane = i % 8, row = i / 8;
            bool failed = i % 100 == 7, skipped = i % 100 == 47;
            RecordedSubtask subtask = Subtask($"area{i % 5}:step-{i}", row * 100, 20 + (i * 37 % 80)) with
            {
                Wave = wave,
                Group = $"area{i % 5}",
                Title = i % 3 == 0 ? $"The step with the number {i}" : "",
                DependsOn = wave == 1 ? [] : [$"area{(i - 40) % 5}:step-{i - 40}"],
                LogFile = $"/elsewhere/logs/{lane}.log",
            };
            subtasks.Add(skipped ? subtask with
            {
                Status = SubtaskStatus.Skipped,
                Reason = $"dependency 'area2:step-{i - 40}' failed",
                StartedAt = null,
                Duration = TimeSpan.Zero,
                Attempts = 0,
                LogFile = ""
            }
                : failed ? subtask with { Status = SubtaskStatus.Failed, Code = Codes.ExitCode, ExitCode = 3, Reason = "exit code 3" }
                : subtask);
        }
        return Run([.. subtasks]);
    }

    public static RecordedRun Run(params RecordedSubtask[] subtasks) => new()
    {
        Status = subtasks.Any(subtask => subtask is { IsFailure: true, IsForgiven: false }) ? "Failed" : "Succeeded",
        Project = "/repo/shop.proj",
        StartedAt = Start,
        Duration = subtasks.Where(subtask => subtask.StartedAt is not null)
            .Select(subtask => subtask.StartedAt!.Value + subtask.Stay - Start).Append(TimeSpan.Zero).Max(),
        OneAfterAnother = subtasks.Aggregate(TimeSpan.Zero, (sum, subtask) => sum + subtask.Alone),
        Schedule = "Waves",
        OnFailure = "KeepGoing",
        MaxParallelism = 8,
        Cores = 8,
        CriticalPath = [.. subtasks.Take(1).Select(subtask => subtask.Id)],
        CriticalTime = TimeSpan.FromSeconds(1),
        Subtasks = [.. subtasks],
    };

    /// <param name="at">Milliseconds from the run's start.</param>
    public static RecordedSubtask Subtask(string id, int at, int ms) => new()
    {
        Id = id,
        Status = SubtaskStatus.Succeeded,
        Wave = 1,
        Kind = "Command",
        Attempts = 1,
        StartedAt = Start.AddMilliseconds(at),
        Duration = TimeSpan.FromMilliseconds(ms),
        Alone = TimeSpan.FromMilliseconds(ms),
        Command = $"make {id}",
    };

    /// <summary>As the run would have left it.</summary>
    public static void Leave(TestFolder folder, RecordedRun run, RecordedRun? before = null)
    {
        RunOptions options = Given.Options with { Directory = folder.Path };
        if (before is not null)
        {
            RunFile.WriteEnded(options, before, null);
            File.Move(folder.Combine(RunFile.Name), folder.Combine(RunFile.PreviousName), overwrite: true);
        }
        RunFile.WriteEnded(options, run, null);
    }

    public static void LeaveLog(TestFolder folder, string id, string text) => folder.Write($"logs/{LogFiles.SafeName(id)}.log", text);

    public static void LeaveTests(TestFolder folder, string id, string trx) =>
        folder.Write($"tests/parts/{LogFiles.SafeName(id)}.trx", trx);

    /// <summary>What all hosts write.</summary>
    public static string Trx(params (string Name, string Outcome, string Message)[] tests) =>
        "<TestRun xmlns=\"http://microsoft.com/schemas/VisualStudio/TeamTest/2010\"><Results>"
        + string.Concat(
            tests.Select((test, i) =>
            $"<UnitTestResult testId=\"{i}\" testName=\"{test.Name}\" outcome=\"{test.Outcome}\" duration=\"00:00:00.0120000\">"
            + $"<Output><ErrorInfo><Message>{System.Net.WebUtility.HtmlEncode(test.Message)}</Message>"
                + "<StackTrace>at Shop.Tests.T() in /repo/T.cs:line 7</StackTrace></ErrorInfo></Output></UnitTestResult>"))
        + "</Results><TestDefinitions>"
        + string.Concat(
            tests.Select((test, i) => $"<UnitTest id=\"{i}\"><TestMethod className=\"Shop.Tests\" name=\"{test.Name}\" /></UnitTest>"))
        + "</TestDefinitions></TestRun>";
}
