using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>Whatever ends the build: nothing that it started is left, and the next run tells the truth.</summary>
public sealed class StoppingTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixTheory]
    [InlineData("Interrupt", 1)]
    [InlineData("Terminate", 143)]
    public async Task A_signal_ends_also_children_that_ignore_it(string signal, int exitCode)
    {
        using RunningDotNet running = await Stubborn().StartAsync();
        int[] children = [await running.WaitForPidAsync("stubborn"), await running.WaitForPidAsync("background")];
        running.Send(Enum.Parse<ProcessSignal>(signal));
        BuildRun run = await running.ExitAsync();
        Assert.Equal(exitCode, run.ExitCode);
        Assert.All(children, child => Assert.True(ProcessProbe.WaitGone(child)));
        Assert.Contains("had to be killed", run.Output, StringComparison.Ordinal);
        Assert.Contains("cleanup succeeded", run.Output, StringComparison.Ordinal);
        Assert.False(folder.Exists("after"));
        // Of Ctrl+C the engine says by itself that it cancels; of a signal it knows nothing.
        Assert.Equal(signal == "Terminate", run.HasError("PEX3007"));
        Assert.Contains("\"status\": \"Cancelled\"", folder.Read("obj/parallelexec/run.json"), StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task A_killed_build_leaves_nothing_running_and_the_next_one_says_that_it_was_interrupted()
    {
        TargetsProject project = Stubborn();
        using (RunningDotNet running = await project.StartAsync())
        {
            var children = new List<int>();
            foreach (string name in new[] { "stubborn", "background", "forgetful" })
                children.Add(await running.WaitForPidAsync(name));
            running.Send(ProcessSignal.Kill);
            await running.ExitAsync();
            Assert.All(children, child => Assert.True(ProcessProbe.WaitGone(child)));
        }
        Assert.Contains("\"status\": \"Running\"", folder.Read("obj/parallelexec/run.json"), StringComparison.Ordinal);
        BuildRun next = await project.RunAsync("RunParallelTasks", "-p:ParallelExecOnly=quick");
        Assert.Contains("was interrupted", next.EnsureSucceeded().Output, StringComparison.Ordinal);
        BuildRun third = await project.RunAsync("RunParallelTasks", "-p:ParallelExecOnly=quick");
        Assert.DoesNotContain("was interrupted", third.EnsureSucceeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_in_the_same_folder_is_PEX4001_and_disturbs_nothing()
    {
        TargetsProject project = TargetsProject.Create(folder, p => p.ParallelTask("a",
            $"{TestChildProgram.Command("signal", folder.Path, "started")} && {TestChildProgram.Command("wait", folder.Path, "go")}"));
        using RunningDotNet first = await project.StartAsync();
        await first.WaitForFileAsync("started");
        BuildRun second = await project.RunAsync();
        DiagnosticLine error = Assert.Single(second.EnsureFailed().ErrorLines);
        Assert.Equal(("PEX4001", true), (error.Code, error.Text.Contains("process", StringComparison.Ordinal)));
        // With a folder of its own it runs.
        folder.Write("go", "");
        (await project.RunAsync("RunParallelTasks", "-p:ParallelExecDirectory=other/")).EnsureSucceeded();
        (await first.ExitAsync()).EnsureSucceeded();
    }

    [UnixFact]
    public async Task A_folder_that_can_not_be_written_is_PEX4002()
    {
        folder.Write("obj", "in the way");
        BuildRun run = await TargetsProject.Create(folder, p => p.ParallelTask("a", TestChildProgram.Command("signal", folder.Path, "ran"))).RunAsync();
        Assert.Equal("PEX4002", Assert.Single(run.EnsureFailed().ErrorLines).Code);
        Assert.False(folder.Exists("ran"));
    }

    // It is no longer seen in its environment that it is ours.
    private string Forgetful => !OperatingSystem.IsLinux() ? ""
        : $"{TestChildProgram.Command("forget-environment", folder.Combine("forgetful"))} & ";

    private TargetsProject Stubborn() => TargetsProject.Create(folder, p => p
        .ParallelTask("quick", TestChildProgram.Command("exit", "0"))
        .ParallelTask("stuck", $"{TestChildProgram.Command("spawn", folder.Combine("background"), "--detach")}; {Forgetful}{TestChildProgram.Command("ignore-signals", folder.Combine("stubborn"))}", dependsOn: "quick")
        .ParallelTask("after", TestChildProgram.Command("signal", folder.Path, "after"), dependsOn: "stuck")
        .ParallelTask("cleanup", TestChildProgram.Command("exit", "0"), dependsOn: "stuck", always: true));
}
