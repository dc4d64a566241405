using Microsoft.Build.Utilities.ProjectCreation;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>What a person sees in a real terminal while a run goes on.</summary>
public sealed class LiveTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [LinuxTheory]
    [InlineData(100, 30, "-m:2", "first-of-two ", ", second-of-two ")]
    [InlineData(60, 20, "-m:4", "firs..-two ", " and 1 more")]
    public async Task The_line_of_the_terminal_logger_says_what_runs_and_how_far_the_run_is(
        int columns, int rows, string nodes, string first, string second)
    {
        Assert.SkipWhen(Terminal.Program is null, Terminal.Missing);
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask(
                "first-of-two", $"{TestChildProgram.Command("wait", folder.Path, "one")} && exit 3", continueOnError: "WarnAndContinue")
            .ParallelTask("second-of-two", TestChildProgram.Command("wait", folder.Path, "two")));
        await SdkSource.PrepareAsync();
        using Terminal terminal = await Terminal.StartAsync(
            folder, $"exec '{RuntimeHost.DotNetPath}' msbuild '{project.Path}' -t:RunParallelTasks -nologo {nodes}", columns, rows);
        string screen = await terminal.WaitForAsync($"Running [0/2]: {first}");
        Assert.Contains(second, screen, StringComparison.Ordinal);
        folder.Write("one", "");
        // What has ended stands above, at once; the line goes on below it.
        screen = await terminal.WaitForAsync("Running [1/2]: ");
        Assert.Contains("[1/2] first-of-two failed", screen, StringComparison.Ordinal);
        folder.Write("two", "");
        Assert.Equal(0, await terminal.ExitAsync());
        screen = await terminal.HistoryAsync();
        Assert.DoesNotContain("Running", screen, StringComparison.Ordinal);
        Assert.Equal(1, screen.Split("PEX3001").Length - 1);
        Assert.Contains("Succeeded: 2 subtasks", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_tells_what_it_would_take_with_other_cores()
    {
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("a", "exit 0", estimatedDuration: "10s").ParallelTask("b", "exit 0", estimatedDuration: "10s"))
            .RunAsync("PlanParallelTasks", "-p:ParallelExecWhatIf=1 2");
        run.EnsureSucceeded();
        Assert.Contains(run.Lines, line => line.Trim() == "1  Waves     20.0s  1 core             2 cores: 10.0s");
    }
}
