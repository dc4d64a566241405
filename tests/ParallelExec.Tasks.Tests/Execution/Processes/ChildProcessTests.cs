using System.Diagnostics;
using ParallelExec.Exchange;
using ParallelExec.Execution.Processes;
using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Execution.Processes;

public sealed class ChildProcessTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public async Task One_that_nobody_waited_for_does_not_stay_behind_nor_does_what_it_started()
    {
        string command = $"{TestChildProgram.Command("spawn", folder.Combine("background"), "--detach")}; {TestChildProgram.Command("hang", folder.Combine("child"))}";
        int[] children;
        using (Start(new LaunchedCommand("/bin/sh", ["-c", command]) { LogFile = folder.Combine("log") }))
            children = [await FileWait.ForPidAsync(folder.Combine("child")), await FileWait.ForPidAsync(folder.Combine("background"))];
        Assert.All(children, child => Assert.True(ProcessProbe.WaitGone(child)));
    }

    [UnixFact]
    public void What_can_not_be_executed_says_why()
    {
        folder.Write("none", "x");
        ProcessNotStartedException thrown = Assert.Throws<ProcessNotStartedException>(
            () => StartAndWait(new LaunchedCommand(folder.Combine("none"), []) { LogFile = folder.Combine("log") }));
        Assert.Contains("look at its rights", thrown.Message, StringComparison.Ordinal);
    }

    // What macOS does, and a Linux whose C library is old: the same child behind a shell.
    [UnixTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_shell_opens_the_files_where_the_system_does_not(bool append)
    {
        folder.Write("log", "before ");
        folder.Write("in", "input");
        var command = new LaunchedCommand("/bin/cat", ["-", folder.Combine("it's")]) { InputFile = folder.Combine("in"), LogFile = folder.Combine("log"), AppendToLog = append };
        folder.Write("it's", " and file");
        ProcessStartInfo start = SystemProcess.StartInfo(command, folder.Path, Variables(), keepInput: false, Platform.MacOS);
        using (Process process = Process.Start(start)!)
            process.WaitForExit();
        Assert.Equal((append ? "before " : "") + "input and file", folder.Read("log"));
    }

    [Fact]
    public void On_Windows_no_shell_stands_in_front_and_we_read_both_outputs()
    {
        ProcessStartInfo start = SystemProcess.StartInfo(new LaunchedCommand("tool.exe", ["a b"]), folder.Path, Variables(), keepInput: false, Platform.Windows);
        Assert.Equal(("tool.exe", "a b"), (start.FileName, Assert.Single(start.ArgumentList)));
        Assert.Equal((true, true, true), (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError));
    }

    private static Dictionary<string, string> Variables() => new() { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, [HandOver.CookieVariable] = $"{Guid.NewGuid():N};" };

    private ChildProcess Start(LaunchedCommand command) => ChildProcess.Start(command, folder.Path, Variables());

    private void StartAndWait(LaunchedCommand command)
    {
        using ChildProcess child = Start(command);
        child.Wait(TimeSpan.Zero, CancellationToken.None);
    }
}
