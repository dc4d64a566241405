using ParallelExec.Execution.Processes;

namespace ParallelExec.Tests.Execution.Processes;

public sealed class JobEndTests
{
    private int running = 3;
    private bool terminated;

    [Fact]
    public async Task Nothing_is_terminated_where_all_end_when_asked()
    {
        StopReport report = await JobEnd.AfterAsync(7, () => running--, Terminate, TimeSpan.FromMinutes(1));
        Assert.Equal((0, 0, false), (report.Killed.Length, report.Survivors.Length, terminated));
    }

    [Fact]
    public async Task What_does_not_end_is_terminated_and_named()
    {
        StopReport report = await JobEnd.AfterAsync(7, () => running, Terminate, TimeSpan.Zero);
        Assert.True(terminated);
        Assert.Equal(["3 processes of 7"], report.Killed);
        Assert.Empty(report.Survivors);
    }

    private void Terminate() => (terminated, running) = (true, 0);
}
