using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>A signal to the whole process group, as a terminal's Ctrl+C is: whoever dies first, it is a stop, and nothing is left.</summary>
public sealed class GroupSignalTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxTheory]
    [InlineData("Interrupt")]
    [InlineData("Terminate")]
    public async Task A_signal_to_the_group_is_a_stop_and_no_failure(string signal)
    {
        using RunningDotNet running = await Project().StartAsync(new DotNet(folder) { OwnGroup = true });
        int[] children = [await running.WaitForPidAsync("child"), await running.WaitForPidAsync("background")];
        running.SendToGroup(Enum.Parse<ProcessSignal>(signal));
        BuildRun run = await running.ExitAsync();
        Assert.All(children, child => Assert.True(ProcessProbe.WaitGone(child)));
        Assert.NotEqual(0, run.ExitCode);
        Assert.False(run.HasError("PEX3001"), run.ToString());
        IsCancelledAndWasNotTriedAgain();
    }

    // The first node dies at once, and nobody answers the other one any more when it asks the engine for its turn.
    [LinuxFact]
    public async Task A_run_on_another_node_than_the_first_does_not_outlive_the_build()
    {
        string busy = TestChildProgram.Command("hang", folder.Combine("busy"));
        TargetsProject.Create(folder, p => p.Target("Go").Task("Exec", parameters: new Dictionary<string, string?> { ["Command"] = busy }),
            "busy.proj");
        string command = $"printf '%s' $PPID > '{folder.Combine("node")}'; {TestChildProgram.Command("hang", folder.Combine("child"))}";
        TargetsProject.Create(folder, p => p.ParallelTask("stuck", command).Target("Go", dependsOnTargets: "RunParallelTasks"), "run.proj");
        TargetsProject outer = TargetsProject.Create(folder, p => p.Target("Go").Task("MSBuild", parameters: new Dictionary<string, string?>
        {
            ["Projects"] = "busy.proj;run.proj",
            ["Targets"] = "Go",
            ["BuildInParallel"] = "true",
        }));
        using RunningDotNet running = await outer.StartAsync(new DotNet(folder) { OwnGroup = true }, "Go", "-m:2", "-nodeReuse:false");
        int[] all = [await running.WaitForPidAsync("busy"), await running.WaitForPidAsync("child"), await running.WaitForPidAsync("node")];
        Assert.NotEqual(running.Pid, all[2]);
        running.SendToGroup(ProcessSignal.Terminate);
        await running.ExitAsync();
        Assert.All(all, process => Assert.True(ProcessProbe.WaitGone(process)));
    }

    [LinuxFact]
    public async Task A_kill_of_the_group_leaves_nothing_also_not_what_left_the_session()
    {
        using RunningDotNet running = await Project().StartAsync(new DotNet(folder) { OwnGroup = true });
        int[] children = [await running.WaitForPidAsync("child"), await running.WaitForPidAsync("background")];
        running.SendToGroup(ProcessSignal.Kill);
        await running.ExitAsync();
        Assert.All(children, child => Assert.True(ProcessProbe.WaitGone(child)));
    }

    [LinuxFact]
    public async Task Ctrl_C_in_a_terminal_is_a_stop_and_no_failure()
    {
        Assert.SkipWhen(Terminal.Program is null, Terminal.Missing);
        TargetsProject project = Project();
        await SdkSource.PrepareAsync();
        using Terminal terminal = await Terminal.StartAsync(folder, $"exec '{RuntimeHost.DotNetPath}' msbuild '{project.Path}' -t:RunParallelTasks -nologo");
        int[] children = [await FileWait.ForPidAsync(folder.Combine("child")), await FileWait.ForPidAsync(folder.Combine("background"))];
        await terminal.PressAsync("C-c");
        Assert.NotEqual(0, await terminal.ExitAsync());
        Assert.All(children, child => Assert.True(ProcessProbe.WaitGone(child)));
        IsCancelledAndWasNotTriedAgain();
    }

    private void IsCancelledAndWasNotTriedAgain()
    {
        Assert.Contains("\"status\": \"Cancelled\"", folder.Read("obj/parallelexec/run.json"), StringComparison.Ordinal);
        Assert.DoesNotContain("\"status\": \"Failed\"", folder.Read("obj/parallelexec/run.json"), StringComparison.Ordinal);
        Assert.Equal("x", folder.Read("attempts"));
    }

    private TargetsProject Project()
    {
        // The one that hangs ends as soon as it is asked to; the other one has left for a session of its own.
        string command = $"printf x >>attempts; {TestChildProgram.Command("spawn", folder.Combine("background"), "--detach")}; {TestChildProgram.Command("hang", folder.Combine("child"))}";
        return TargetsProject.Create(folder, p => p.ParallelTask("stuck", command, retries: 2));
    }
}
