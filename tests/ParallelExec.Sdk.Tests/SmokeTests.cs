using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests;

public class SmokeTests
{
    [Fact]
    public async Task Two_subtasks_run_at_the_same_time()
    {
        using var folder = new TestFolder();
        var project = TargetsProject.Create(folder, p => p
            .ParallelTask("a", TestChildProgram.Command("meet", folder.Path, "m", "2"))
            .ParallelTask("b", TestChildProgram.Command("meet", folder.Path, "m", "2")));
        BuildRun run = (await project.RunAsync()).EnsureSucceeded();
        Assert.Equal("Succeeded", run.Status("a"));
    }
}
