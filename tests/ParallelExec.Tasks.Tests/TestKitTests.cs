using ParallelExec.TestKit;

namespace ParallelExec.Tests;

/// <summary>The tools of the tests that are not obvious.</summary>
public sealed class TestKitTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_terminal_shows_what_a_command_writes_and_hands_it_what_is_typed()
    {
        Assert.SkipWhen(Terminal.Program is null, Terminal.Missing);
        using Terminal terminal = await Terminal.StartAsync(folder, "echo ready; read line; echo \"got $line\"; exit 7");
        await terminal.WaitForAsync("ready");
        await terminal.TypeAsync("a 'b' $c");
        await terminal.PressAsync("Enter");
        Assert.Equal(7, await terminal.ExitAsync());
        Assert.Contains("\ngot a 'b' $c\n", await terminal.ScreenAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_in_a_terminal_reaches_all_that_run_in_it()
    {
        Assert.SkipWhen(Terminal.Program is null, Terminal.Missing);
        string child = folder.Write("child.sh", "trap 'echo child told; exit 1' INT\necho child ready\nwhile :; do read line; done\n");
        string parent = folder.Write("parent.sh", $"trap 'echo parent told' INT\nsh {child}\nwait\nexit 5\n");
        using Terminal terminal = await Terminal.StartAsync(folder, $"exec sh {parent}");
        await terminal.WaitForAsync("child ready");
        await terminal.PressAsync("C-c");
        await terminal.WaitForAsync("child told");
        Assert.Equal(5, await terminal.ExitAsync());
        Assert.Contains("parent told", await terminal.HistoryAsync(), StringComparison.Ordinal);
    }
}
