using ParallelExec.Execution.Processes;
using ParallelExec.Model;

namespace ParallelExec.Tests.Execution.Processes;

public sealed class ExitCodesTests
{
    [Theory]
    [InlineData("Linux", 1, "")]
    [InlineData("Linux", 126, " (found, but could not be executed)")]
    [InlineData("Linux", 127, " (the shell did not find a command)")]
    [InlineData("MacOS", 137, " (ended by signal 9)")]
    [InlineData("Linux", 255, "")]
    [InlineData("Windows", 1, "")]
    [InlineData("Windows", 127, "")]
    [InlineData("Windows", 9009, " (cmd.exe did not find a command)")]
    [InlineData("Windows", -1073741510, " (ended by Ctrl+C)")]
    [InlineData("Windows", -1073741819, " (0xC0000005, access violation)")]
    [InlineData("Windows", -1, " (0xFFFFFFFF)")]
    public void A_meaning_is_told_where_custom_gives_one(string platform, int exitCode, string meaning) =>
        Assert.Equal(meaning, ExitCodes.Meaning(exitCode, Platforms.Named(platform)));

    [Theory]
    [InlineData("Linux", new[] { 129, 130, 131, 143 })]
    [InlineData("MacOS", new[] { 129, 130, 131, 143 })]
    [InlineData("Windows", new[] { -1073741510 })]
    public void What_ends_a_build_is_waited_for_a_moment(string platform, int[] exitCodes)
    {
        Assert.All(exitCodes, exitCode => Assert.True(ExitCodes.IsOfStop(exitCode, Platforms.Named(platform))));
        int[] others = [0, 1, 2, 127, 137, 139];
        Assert.All(others, exitCode => Assert.False(ExitCodes.IsOfStop(exitCode, Platforms.Named(platform))));
    }
}
