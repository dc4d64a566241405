using Microsoft.Build.Utilities.ProjectCreation;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>Reports as a project asks for them: with the run, and after it.</summary>
public sealed class ReportTests : IDisposable
{
    private static readonly string[] All = ["graph.mmd", "junit.xml", "report.html", "summary.md", "trace.json"];
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ReportParallelTasks_makes_the_same_again_later()
    {
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("good", TestChildProgram.Command("echo", "fine"))
            .ParallelTask("bad", $"{TestChildProgram.Command("echo", "the reason")} && {TestChildProgram.Command("exit", "3")}"));
        BuildRun run = await project.RunAsync("RunParallelTasks", "-p:ParallelExecReports=markdown%3Bhtml%3Bmermaid%3Bjunit%3Btrace");
        run.EnsureFailed();
        Assert.Contains("reports: ", run.Output, StringComparison.Ordinal);
        string[] first = [.. All.Select(Read)];
        foreach (string name in All)
            folder.Delete($"obj/parallelexec/{name}");

        BuildRun again = (await project.RunAsync("ReportParallelTasks")).EnsureSucceeded();
        Assert.Equal(first, All.Select(Read));
        Assert.Contains($"{Path.DirectorySeparatorChar}report.html", again.Output, StringComparison.Ordinal);

        // Who asks for nothing gets nothing, and what is there stays what it was.
        folder.Delete("obj/parallelexec/trace.json");
        (await project.RunAsync("ReportParallelTasks", "-p:ParallelExecReports=mermaid")).EnsureSucceeded();
        Assert.False(folder.Exists("obj/parallelexec/trace.json"));
        (await project.RunAsync("CleanParallelTasks")).EnsureSucceeded();
        Assert.False(folder.Exists("obj/parallelexec"));
        Assert.Contains("error PEX4009: There is no run in", (await project.RunAsync("ReportParallelTasks")).EnsureFailed().Output,
            StringComparison.Ordinal);

        string Read(string name) => folder.Read($"obj/parallelexec/{name}");
    }

    [Fact]
    public async Task A_report_that_can_not_be_written_is_a_warning()
    {
        folder.Write("obj/parallelexec/.parallelexec", "");
        folder.Write("obj/parallelexec/report.html/mine.txt", "");
        BuildRun run = (await TargetsProject.Create(folder, p => p.ParallelTask("a", TestChildProgram.Command("exit", "0")))
            .RunAsync("RunParallelTasks", "-p:ParallelExecReports=html")).EnsureSucceeded();
        Assert.Contains("warning PEX4002: report.html could not be written", run.Output, StringComparison.Ordinal);
        Assert.True(folder.Exists("obj/parallelexec/run.json"));
    }
}
