using ParallelExec.Execution.Processes;
using ParallelExec.Model;
using ParallelExec.Scheduling;

namespace ParallelExec.Tests.Execution;

/// <summary>What is known of the processors that children have used. How much that is depends on the machine; these hold on each.</summary>
public sealed class CpuTests : IDisposable
{
    /// <summary>Some processor time of a shell that another shell waits for.</summary>
    private const string Computing = "(i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done); true";

    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [UnixFact]
    public async Task Processor_time_is_that_of_the_command_and_of_what_it_waited_for()
    {
        if (!SpawnedProcess.IsSupported)
            return;
        Run.Results results = await run.Async(run.Shell("waits", "true"), run.Shell("computes", Computing), run.Shell("also", Computing), run.Shell("again", Computing));
        results.AllSucceeded();
        Assert.True(results["computes"].Cpu!.Time > results["waits"].Cpu!.Time);
        Assert.All(results.Run.Results, result => Assert.InRange(result.Cpu!.SeenRunning, TimeSpan.Zero, result.Cpu.Time + TimeSpan.FromSeconds(1)));
        AloneTimes alone = results.Run.Alone;
        Assert.All(results.Run.Plan.Subtasks, subtask => Assert.InRange(alone.Times[subtask.Index], TimeSpan.Zero, results.Run.Results[subtask.Index].Duration));
    }

    [UnixFact]
    public async Task Attempts_and_Verify_are_counted_together()
    {
        if (!SpawnedProcess.IsSupported)
            return;
        Subtask once = run.Shell("once", Computing);
        Subtask often = run.Shell("often", $"{Computing}; false") with { Retries = 4, RetryDelay = TimeSpan.Zero };
        Run.Results results = await run.Async(once, often, run.Shell("verified", "true") with { Verify = new CommandWork(Computing, null) });
        Assert.Equal(5, results["often"].Attempts);
        Assert.True(results["often"].Cpu!.Time > results["once"].Cpu!.Time);
        Assert.True(results["verified"].Cpu!.Time > TimeSpan.Zero);
    }

    [Fact]
    public void Busy_is_all_but_idle_of_the_processors_that_are_allowed()
    {
        HashSet<int> allowed = BusyCpus.Allowed(["Name:\tx", "Cpus_allowed_list:\t0,2-3"]);
        Assert.Equal([0, 2, 3], allowed.Order());
        byte[] stat = "cpu  9 9 9 9 9 9 9 9 9 9\ncpu0 100 1 20 5000 7 0 3 4 0 0\ncpu1 900 0 0 0 0 0 0 0 0 0\ncpu2 50 0 0 1 1 0 0\nintr 5 5\n"u8.ToArray();
        Assert.Equal(TimeSpan.FromSeconds(1.74), BusyCpus.Parse(stat, allowed));
        Assert.Empty(BusyCpus.Allowed(["Cpus_allowed_list:\tx-y,,7-"]));
    }
}
