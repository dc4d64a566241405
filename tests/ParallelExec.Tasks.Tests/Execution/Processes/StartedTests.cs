using System.ComponentModel;
using ParallelExec.Execution.Processes;

namespace ParallelExec.Tests.Execution.Processes;

/// <summary>A child that was started but can not be put into a Job Object.</summary>
public sealed class StartedTests
{
    private bool ended;

    [Fact]
    public void What_could_be_put_there_is_left_running()
    {
        Assert.Equal("job", Started.Guard(() => "job", () => false, () => ended = true));
        Assert.False(ended);
    }

    [Fact]
    public void What_could_not_is_ended_and_told_as_not_started()
    {
        ProcessNotStartedException thrown = Assert.Throws<ProcessNotStartedException>(
            () => Started.Guard<string>(() => throw new Win32Exception(5), () => false, () => ended = true));
        Assert.True(ended);
        Assert.Contains("job of its own", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_ended_meanwhile_was_a_short_command_and_no_failure()
    {
        Assert.Null(Started.Guard<string>(() => throw new Win32Exception(5), () => true, () => ended = true));
        Assert.False(ended);
    }
}
