using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>Who wrote what, and what agents are told, as a user sees it.</summary>
public sealed class WriteTests : IDisposable
{
    private readonly TestFolder folder = new TestFolder().WallOff();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_write_that_nobody_declared_is_told_where_the_property_says_so_and_then_fails()
    {
        folder.Write("src/x.txt", "old");
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("a", TestChildProgram.Command("write", "src/x.txt", "new")));
        Assert.Empty((await project.RunAsync("RunParallelTasks")).EnsureSucceeded().WarningLines);
        BuildRun run = (await project.RunAsync("RunParallelTasks", "-p:ParallelExecUndeclaredWrites=Error")).EnsureFailed();
        DiagnosticLine error = Assert.Single(run.ErrorLines);
        Assert.Equal("PEX2008", error.Code);
        Assert.Contains("Add it to its Outputs: Outputs=\"src/x.txt\"", error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_agents_that_are_told_of_one_file_are_warned_before_anything_runs()
    {
        folder.Write("src/app.ts", "");
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("a", metadata: new Dictionary<string, string?> { ["Agent"] = "claude", ["Prompt"] = "Extend src/app.ts." })
            .ParallelTask("b", metadata: new Dictionary<string, string?> { ["Agent"] = "claude", ["Prompt"] = "Shorten src/app.ts." }));
        DiagnosticLine warning = Assert.Single((await project.RunAsync("PlanParallelTasks")).EnsureSucceeded().WarningLines);
        Assert.Equal("PEX2010", warning.Code);
    }
}
