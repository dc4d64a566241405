using ParallelExec.Execution.Processes;

namespace ParallelExec.Tests.Execution.Processes;

public sealed class PsOutputTests
{
    private const string Text = """
            1     0 Ss   /sbin/launchd
          501     1 S+   /bin/sh -c sleep 9 PATH=/bin PARALLELEXEC_COOKIE=run-0-1; HOME=/x
          502   501 Z    (sleep)
          503   501 R    /usr/bin/a b c PARALLELEXEC_COOKIE=run-0-10;
        second line of a command
        x     1 S    nonsense
        99999999999999999999 1 S large

        """;

    [Fact]
    public void Processes_their_parents_and_the_mark_are_read_and_everything_else_is_left_out()
    {
        List<(RunningProcess, bool)> all = PsOutput.Parse(Text, "PARALLELEXEC_COOKIE=run-0-1;");
        Assert.Equal(
            [(new RunningProcess(1, 0, "launchd"), false), (new RunningProcess(501, 1, "sh"), true), (new RunningProcess(503, 501, "a"), false)], all);
    }

    [Fact]
    public void Line_ends_of_another_system_and_nothing_at_all_are_read() =>
        Assert.Single(PsOutput.Parse("7 1 S sh\r\n", "x").Concat(PsOutput.Parse("", "x")));
}
