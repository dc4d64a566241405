using System.Text.Json;
using ParallelExec.Events;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.State;
using ParallelExec.TestKit;
using ParallelExec.Tests.Reporting;

namespace ParallelExec.Tests.Scheduling;

/// <summary>The figures that a run tells are those of its journal: they are worked out again from it here, another way.</summary>
public sealed class RunFiguresTests : IDisposable
{
    private readonly TestFolder folder = new("figures");
    private readonly RecordingLog log = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(42)]
    public void Console_and_run_json_tell_what_the_journal_says(int seed)
    {
        var random = new Random(seed);
        IEnumerable<int> Some(int below) => Enumerable.Range(0, 1 + random.Next(3)).Select(_ => random.Next(below)).Distinct();
        const int count = 24;
        string[] texts = [.. Enumerable.Range(0, count).Select(i =>
            i < 6 ? $"s{i}" : $"s{i} <- {string.Join(", ", Some(i).Select(d => $"s{d}"))}")];
        RunOptions options = Given.Options with
        {
            Directory = folder.Path,
            ProjectDirectory = folder.Path,
            MaxParallelism = count,
            NodeCount = count
        };
        ExecutionPlan plan = Given.Plan(options, Given.Subtasks(texts));
        Play(plan, options, random);

        (Dictionary<string, DateTimeOffset> starts, Dictionary<string, TimeSpan> times) = ReadJournal();
        TimeSpan sequential = times.Values.Aggregate(TimeSpan.Zero, (sum, time) => sum + time);
        TimeSpan wall = starts.Max(each => each.Value + times[each.Key]) - starts.Values.Min();
        // The longest chain, by the longest way to the end of each; a wave takes as long as the longest of it.
        var longest = new Dictionary<string, TimeSpan>();
        foreach (PlannedSubtask subtask in plan.Waves.SelectMany(wave => wave))
            longest[subtask.Id] = times[subtask.Id] + subtask.Dependencies.Select(index => longest[plan.Subtasks[index].Id])
                .Append(TimeSpan.Zero).Max();
        TimeSpan critical = longest.Values.Max();
        TimeSpan waves = plan.Waves.Aggregate(TimeSpan.Zero, (sum, wave) => sum + wave.Max(subtask => times[subtask.Id]));

        RecordedRun run = RunFileReader.TryRead(folder.Combine("run.json"))!;
        Assert.Equal((sequential, wall, critical), (run.OneAfterAnother, run.Duration, run.CriticalTime));
        Assert.Equal(critical, run.CriticalPath.Aggregate(TimeSpan.Zero, (sum, id) => sum + times[id]));
        Assert.All(run.CriticalPath.Zip(run.CriticalPath.Skip(1)),
            pair => Assert.Contains(plan.Find(pair.First).Index, plan.Find(pair.Second).Dependencies));
        Assert.Equal(waves, run.Unlimited!.Value);
        Near(waves - critical, run.Barriers!.Value);

        string summary = log.Lines[^1];
        Assert.Contains(
            $"one after another: {Wording.Duration(sequential)}, saved {Math.Round(100 * (1 - (wall / sequential)))}%; "
                + $"critical path {Wording.Duration(critical)}: ", summary, StringComparison.Ordinal);
        Assert.Contains(run.CriticalPath is [var only]
            ? $": {only}" : $": {run.CriticalPath[0]} {Wording.Duration(times[run.CriticalPath[0]])} -> ", summary,
            StringComparison.Ordinal);
        Assert.Contains(
            $"waiting at the ends of waves cost {Wording.Duration(run.Barriers.Value)}; "
                + $"with unlimited cores it takes {Wording.Duration(waves)}", summary, StringComparison.Ordinal);
        Assert.StartsWith($"Succeeded: {count} subtasks in {Wording.Duration(wall)} ({count} succeeded)", summary,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_change_that_saves_most_is_advised()
    {
        // They compute: more at a time on one core save nothing, and the end of the wave costs nothing either.
        ExecutionPlan plan = Given.Plan("a", "b", "c", "d", "e <- a");
        RunOptions options = Given.Options with { MaxParallelism = 1, NodeCount = 1 };
        RunResult run = ConsoleReportTests.Result(plan, 17, 4, 4, 4, 4, 1) with { Cores = 1 };
        Assert.Equal(TimeSpan.FromSeconds(9), run.FiguresFor(options).Advice!.Duration);
        Assert.StartsWith("on a machine with 2 cores, about 9.0s", run.FiguresFor(options).Advice!.Text, StringComparison.Ordinal);
    }

    /// <summary>A run in waves, with as many cores as it wants: each starts when its wave does.</summary>
    private void Play(ExecutionPlan plan, RunOptions options, Random random)
    {
        DateTimeOffset start = new(2026, 11, 24, 18, 0, 0, TimeSpan.Zero), now = start;
        var results = new SubtaskResult[plan.Subtasks.Length];
        using Journal journal = ParallelExec.State.Journal.Begin(options, "r", start, [], log, null);
        IRunObserver[] observers = [journal,
            new RunRecorder(plan, options, new History(), new Lazy<FileHashes>(() => FileHashes.Load(options.Directory)), log, null),
            new ConsoleReport(plan, options, log)];
        Tell(new RunStarted(start));
        foreach (var wave in plan.Waves)
        {
            TimeSpan most = TimeSpan.Zero;
            foreach (PlannedSubtask subtask in wave)
            {
                TimeSpan time = TimeSpan.FromMilliseconds(random.Next(50, 3000));
                most = most > time ? most : time;
                journal.Working(subtask.Id, now, null);
                Tell(new SubtaskStarted(subtask, now));
                results[subtask.Index] = Given.Succeeded with { StartedAt = now, Duration = time, Attempts = 1, Cpu = CpuUse.None };
                Tell(new SubtaskEnded(subtask, results[subtask.Index]));
            }
            now += most;
        }
        Tell(new RunEnded(new RunResult { Plan = plan, Results = results, StartedAt = start, Duration = now - start }));

        void Tell(RunEvent happened) => Array.ForEach(observers, observer => observer.On(happened));
    }

    private (Dictionary<string, DateTimeOffset> Starts, Dictionary<string, TimeSpan> Times) ReadJournal()
    {
        Dictionary<string, DateTimeOffset> starts = [];
        Dictionary<string, TimeSpan> times = [];
        foreach (string line in folder.ReadLines("journal.ndjson"))
        {
            JsonElement entry = JsonElement.Parse(line);
            switch (entry.GetProperty("event").GetString())
            {
                case "started":
                    starts[entry.GetProperty("id").GetString()!] = entry.GetProperty("at").GetDateTimeOffset();
                    break;
                case "ended":
                    times[entry.GetProperty("id").GetString()!] = TimeSpan.FromMilliseconds(entry.GetProperty("durationMs").GetInt64());
                    break;
            }
        }
        return (starts, times);
    }

    // Two ways to add parts of milliseconds.
    private static void Near(TimeSpan expected, TimeSpan actual) =>
        Assert.InRange(actual, expected - TimeSpan.FromMilliseconds(2), expected + TimeSpan.FromMilliseconds(2));
}
