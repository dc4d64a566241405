using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Tests.Scheduling;

/// <summary>What holds for every graph, outcome, schedule and failure mode. Each seed is one test, so that a failure can be run again.</summary>
public class RandomScheduleTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 300)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Limits_hold_nothing_starts_twice_or_too_early_and_all_comes_to_an_end(int seed)
    {
        var random = new Random(seed);
        var scarce = new Random(seed);
        RunOptions options = Given.Options with
        {
            MaxParallelism = random.Next(1, 5),
            NodeCount = random.Next(1, 5),
            Schedule = random.Next(2) == 0 ? ScheduleMode.Waves : ScheduleMode.Eager,
            OnFailure = (OnFailure)random.Next(3),
            Skip = random.Next(3) == 0 ? ["s1", "s4"] : [],
            MaxMemory = scarce.Next(2) == 0 ? new MemoryLimit(10, 0) : MemoryLimit.None,
        };
        // That nothing depends on a service is a warning.
        ExecutionPlan plan = Planner.Plan(RandomSubtasks(random, scarce), [new Pool("p", 3)], options, Given.NoDurations, [])!;
        bool[] fails = [.. plan.Subtasks.Select(_ => random.Next(6) == 0)];
        bool stops = random.Next(5) == 0;

        Borrowers? borrowers = scarce.Next(2) == 0 ? new Borrowers(options.MaxParallelism, scarce) : null;
        var schedule = new Schedule(plan, options, borrowers);
        var running = new List<PlannedSubtask>();
        var serving = new List<PlannedSubtask>();
        var unneeded = new HashSet<PlannedSubtask>();
        var results = new SubtaskResult?[plan.Subtasks.Length];
        int steps = 0;
        while (!schedule.IsFinished || running.Count > 0)
        {
            Assert.True(++steps < 1000, "the schedule does not come to an end");
            borrowers?.Step(running.Count + serving.Count > 0);
            while (schedule.TryStart() is { } subtask)
            {
                MayStart(subtask);
                running.Add(subtask);
                Limits();
            }
            NoteSkipped();
            NoteUnneeded();
            PlannedSubtask[] mayEnd = [.. running, .. serving.Where(service => unneeded.Contains(service) || fails[service.Index])];
            if (mayEnd.Length == 0)
            {
                Assert.True(schedule.IsFinished, "nothing runs, nothing may start, and yet it is not finished");
                break;
            }
            PlannedSubtask ended = mayEnd[random.Next(mayEnd.Length)];
            bool stopped = unneeded.Contains(ended);
            if (running.Remove(ended) && ended.Subtask.Service is not null && !stopped && (!fails[ended.Index] || random.Next(2) == 0))
            {
                serving.Add(ended);
                schedule.Serve(ended);
                continue;
            }
            serving.Remove(ended);
            results[ended.Index] = fails[ended.Index] && !stopped ? Given.Failed : Given.Succeeded;
            schedule.Complete(ended, results[ended.Index]!);
            NoteSkipped();
            if (stops && steps == 4)
            {
                schedule.Stop("stopped");
                NoteSkipped();
            }
        }
        foreach (PlannedSubtask subtask in plan.Subtasks)
        {
            Assert.Equal(subtask.Excluded is null, results[subtask.Index] is not null);
            if (options.OnFailure == OnFailure.KeepGoing && !stops && subtask.Excluded is null && !subtask.Subtask.Always)
                Assert.Equal(Doomed(subtask.Index), results[subtask.Index]!.Status == SubtaskStatus.Skipped);
        }

        void MayStart(PlannedSubtask subtask)
        {
            Assert.Null(subtask.Excluded);
            Assert.Null(results[subtask.Index]);
            Assert.DoesNotContain(subtask, running);
            Assert.All(subtask.Dependencies, index => Assert.True(results[index] is not null || Serves(index) || plan.Subtasks[index].Excluded is not null));
            if (!subtask.Subtask.Always)
                Assert.All(subtask.Dependencies, index => Assert.False(IsFatal(index)));
            if (options.Schedule == ScheduleMode.Waves)
                Assert.All(plan.Subtasks.Where(other => other.Wave > 0 && other.Wave < subtask.Wave), other => Assert.True(results[other.Index] is not null || Serves(other.Index)));
        }

        void Limits()
        {
            int cores = running.Where(subtask => subtask.Subtask is { Work: CommandWork, Service: null }).Sum(subtask => Math.Min(subtask.Subtask.Cores, options.MaxParallelism));
            Assert.True(cores <= options.MaxParallelism, $"{cores} cores");
            Assert.True(running.Sum(subtask => subtask.Subtask.Pools.Sum(use => use.Units)) <= 3, "pool");
            // One may be more than there is: then it has no company but services.
            long memory = running.Sum(subtask => subtask.Subtask.Memory), services = running.Concat(serving).Where(
                subtask => subtask.Subtask.Service is not null).Sum(subtask => subtask.Subtask.Memory);
            int users = running.Count(subtask => subtask.Subtask is { Memory: > 0, Service: null });
            Assert.True(plan.MaxMemory is not { } max || memory <= max || users + (services > 0 ? 1 : 0) <= 2, "memory");
            Assert.True(running.Count == 1 || running.TrueForAll(subtask => subtask.Subtask.Parallel), "alone");
        }

        void NoteSkipped()
        {
            foreach (PlannedSubtask subtask in schedule.TakeSkipped().SelectMany(skipped => skipped.Subtasks))
            {
                Assert.Null(results[subtask.Index]);
                Assert.False(subtask.Subtask.Always);
                results[subtask.Index] = SubtaskResult.Skipped("");
            }
        }

        void NoteUnneeded()
        {
            foreach (PlannedSubtask service in schedule.TakeUnneeded())
            {
                Assert.True(unneeded.Add(service), "told twice");
                Assert.True(running.Contains(service) || serving.Contains(service));
                Assert.All(schedule.DependentsOf(service), dependent => Assert.NotNull(results[dependent.Index]));
            }
            Assert.All(serving, service => Assert.Equal(
                schedule.DependentsOf(service).All(dependent => results[dependent.Index] is not null), unneeded.Contains(service)));
        }

        bool Serves(int index) => serving.Contains(plan.Subtasks[index]);

        bool IsFatal(int index) => results[index] is { IsFailure: true } && plan.Subtasks[index].Subtask.ContinueOnError == ContinueOnError.False;

        // The model: it can not run when something fatal, or something that can not run itself, is below it.
        bool Doomed(int index) => plan.Subtasks[index].Dependencies.Any(below =>
            IsFatal(below) || (results[below] is null or { Status: SubtaskStatus.Skipped } && Doomed(below)));
    }

    private static ImmutableArray<Subtask> RandomSubtasks(Random random, Random scarce)
    {
        bool service = false;
        return [.. Enumerable.Range(0, random.Next(1, 40)).Select(i => new Subtask
    {
        Id = $"s{i}",
        Work = !(service = random.Next(8) == 0) && random.Next(5) == 0 ? new ProjectWork($"{Given.Root}/{i}.proj", [], [], IsDeclaringProject: false) : new CommandWork("x", null),
        Origin = new Origin("", "ParallelTask", ""),
        WorkingDirectory = Given.Root,
        // The two that a run may skip are always there.
        DependsOn = i == 0 ? [] : [.. Enumerable.Range(0, random.Next(4)).Select(_ => $"s{random.Next(i)}")],
        Parallel = service || random.Next(8) != 0,
        Service = service ? new Service(new TcpReadiness("tcp:1", 1), Service.DefaultReadyTimeout, Port: false) : null,
        Always = random.Next(10) == 0,
        Cores = random.Next(4),
        Memory = scarce.Next(3) == 0 ? scarce.Next(1, 13) : 0,
        Pools = !service && random.Next(4) == 0 ? [new PoolUse("p", random.Next(1, 4))] : [],
        ContinueOnError = random.Next(6) == 0 ? ContinueOnError.WarnAndContinue : ContinueOnError.False,
    }).Concat(Given.Subtasks("s1", "s4")).DistinctBy(subtask => subtask.Id)];
    }

    /// <summary>Children that take and give back jobs as they like.</summary>
    private sealed class Borrowers(int total, Random random) : LentJobs
    {
        private int held;
        private int lent;

        public void Step(bool anybody) => lent = anybody ? random.Next(Math.Max(0, total - held) + 1) : 0;

        public override bool TryHold(int jobs)
        {
            if (jobs > held && jobs + lent > total)
                return false;
            held = Math.Max(held, jobs);
            return true;
        }

        public override void Hold(int jobs) => held = jobs;
    }
}
