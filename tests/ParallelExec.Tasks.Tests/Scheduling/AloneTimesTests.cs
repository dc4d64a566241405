using ParallelExec.Model;
using ParallelExec.Scheduling;

namespace ParallelExec.Tests.Scheduling;

/// <summary>
/// Figures of the size that real runs have, the same for subtasks that do the same, and what such work takes one after another. Whether the
/// claim holds in a real run tests/ParallelExec.Benchmarks/figures.sh measures: that needs a quiet machine.
/// </summary>
public class AloneTimesTests
{
    [Fact]
    public void Four_that_compute_on_one_core_have_saved_nothing() =>
        Claims(2.33, isAtMost: false, cores: 1, [.. Enumerable.Repeat(Ran(0, 2.31, cpu: 0.57, waiting: 1.74, busy: 2.31), 4)]);

    [Fact]
    public void Two_that_compute_on_two_cores_have_disturbed_nobody() =>
        Claims(1.2, isAtMost: false, cores: 2, Ran(0, 0.61, cpu: 0.58, waiting: 0.02, busy: 1.2), Ran(0, 0.6, cpu: 0.58, waiting: 0.01, busy: 1.2));

    [Fact]
    public void Four_that_compute_on_two_cores_have_halved_it() =>
        Claims(2.42, isAtMost: false, cores: 2, [.. Enumerable.Repeat(Ran(0, 1.22, cpu: 0.58, waiting: 0.62, busy: 2.4), 4)]);

    [Fact]
    public void What_only_waits_takes_as_long_alone() =>
        Claims(4.12, isAtMost: false, cores: 2, [.. Enumerable.Repeat(Ran(0, 1.03, cpu: 0.002, waiting: 0.005, busy: 0.05), 4)]);

    [Fact]
    public void Of_what_waits_and_computes_only_the_computing_was_slowed() =>
        Claims(6.5, isAtMost: false, cores: 1, [.. Enumerable.Repeat(Ran(0, 3.4, cpu: 0.564, waiting: 1.76, busy: 2.3), 4)]);

    [Fact]
    public void Threads_of_one_subtask_wait_for_each_other_also_when_it_is_alone() =>
        Claims(3.0, isAtMost: false, cores: 1, Ran(0, 1.46, cpu: 0.73, waiting: 2.19, busy: 1.46), Ran(0, 1.46, cpu: 0.73, waiting: 2.19, busy: 1.46),
            Ran(1.46, 1.46, cpu: 0.73, waiting: 2.19, busy: 1.46), Ran(1.46, 1.46, cpu: 0.73, waiting: 2.19, busy: 1.46));

    [Fact]
    public void Threads_of_several_share_two_cores() =>
        Claims(1.55, isAtMost: false, cores: 2, [.. Enumerable.Repeat(Ran(0, 1.45, cpu: 0.72, waiting: 2.2, busy: 2.9), 4)]);

    [Fact]
    public void Other_programs_stay_and_it_says_at_most()
    {
        // One of them computes all the time: alone, each would have half of the core.
        AloneTimes alone = AloneTimes.Of([.. Enumerable.Repeat(Ran(0, 5, cpu: 1, waiting: 4, busy: 5), 4)], cores: 1);
        Assert.True(alone.IsAtMost);
        Assert.Equal(8, alone.Sum.TotalSeconds, 3);
    }

    [Fact]
    public void Where_nobody_tells_how_long_they_waited_it_says_at_most()
    {
        AloneTimes alone = AloneTimes.Of([.. Enumerable.Repeat(Ran(0, 4, cpu: 1), 4)], cores: 1);
        Assert.Equal((true, 16), (alone.IsAtMost, alone.Sum.TotalSeconds));
        // Others can not have taken what they have not used.
        Assert.False(AloneTimes.Of([.. Enumerable.Repeat(Ran(0, 4, cpu: 0.05), 4)], cores: 1).IsAtMost);
    }

    [Fact]
    public void A_project_beside_others_makes_it_at_most()
    {
        SubtaskResult project = Ran(0, 4, cpu: 0) with { Cpu = null };
        Assert.True(AloneTimes.Of([project, project], cores: 4).IsAtMost);
        Assert.False(AloneTimes.Of([project, Ran(4, 4, cpu: 4)], cores: 1).IsAtMost);
    }

    [Fact]
    public void One_that_was_not_seen_is_taken_for_one_of_the_others_but_not_for_more_than_it_can_be()
    {
        SubtaskResult seen = Ran(0, 0.4, cpu: 0.2, waiting: 0.2, busy: 0.8);
        // It ran all the time: it can not have waited.
        AloneTimes alone = AloneTimes.Of([seen, seen, seen, Ran(0, 0.2, cpu: 0.2)], cores: 2);
        Assert.Equal(0.2, alone.Times[3].TotalSeconds, 3);
    }

    [Fact]
    public void Nothing_is_more_alone_than_beside_others_or_less_than_all_cores_can_do()
    {
        var random = new Random(5);
        for (int round = 0; round < 500; round++)
        {
            int cores = random.Next(1, 9);
            SubtaskResult[] results = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ =>
            {
                double wall = random.NextDouble() * 10;
                double cpu = random.Next(4) == 0 ? 0 : random.NextDouble() * wall * cores;
                return random.Next(5) == 0
                    ? Ran(random.NextDouble() * 10, wall, cpu)
                    : Ran(random.NextDouble() * 10, wall, cpu, waiting: random.NextDouble() * 50, busy: random.NextDouble() * wall * cores);
            })];
            AloneTimes alone = AloneTimes.Of(results, cores);
            for (int i = 0; i < results.Length; i++)
            {
                TimeSpan least = results[i].Cpu!.Time / cores - TimeSpan.FromMilliseconds(1);
                Assert.InRange(alone.Times[i], least, results[i].Duration + TimeSpan.FromMilliseconds(1));
            }
        }
    }

    [Fact]
    public void Ten_thousand_are_counted_at_once()
    {
        SubtaskResult[] results = [.. Enumerable.Range(0, 10_000).Select(i => Ran(i * 0.01, 50, cpu: 1, waiting: 1, busy: 100))];
        Assert.Equal(10_000, AloneTimes.Of(results, cores: 4).Times.Length);
        Assert.Equal(TimeSpan.Zero, AloneTimes.Of([], cores: 4).Sum);
    }

    private static void Claims(double really, bool isAtMost, int cores, params SubtaskResult[] results)
    {
        AloneTimes alone = AloneTimes.Of(results, cores);
        Assert.InRange(alone.Sum.TotalSeconds, really * 0.9, really * 1.1);
        Assert.Equal(isAtMost, alone.IsAtMost);
    }

    private static SubtaskResult Ran(double start, double wall, double cpu, double? waiting = null, double busy = 0) => Given.Succeeded with
    {
        StartedAt = DateTimeOffset.UnixEpoch.AddSeconds(start),
        Duration = TimeSpan.FromSeconds(wall),
        Attempts = 1,
        Cpu = waiting is null ? new CpuUse(TimeSpan.FromSeconds(cpu)) : new CpuUse(TimeSpan.FromSeconds(cpu))
        {
            SeenRunning = TimeSpan.FromSeconds(cpu),
            SeenWaiting = TimeSpan.FromSeconds(waiting.Value),
            SeenFor = TimeSpan.FromSeconds(wall),
            SeenBusy = TimeSpan.FromSeconds(busy),
        },
    };
}
