using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>With the real <c>dotnet watch</c>.</summary>
public sealed class WatchTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public async Task Dotnet_watch_runs_again_what_a_change_touched_and_not_what_the_run_wrote()
    {
        folder.WallOff();
        folder.Write("src/a.txt", "1");
        folder.Write("src/b.txt", "1");
        TargetsProject.Create(folder, p => p
            .ParallelTask("a", TestChildProgram.Command("append", folder.Combine("src", "made.txt"), "a"), inputs: "src/a.txt",
                outputs: "src/made.txt")
            .ParallelTask("b", TestChildProgram.Command("append", folder.Combine("b.ran"), "b"), inputs: "src/b.txt")
            .ParallelTask("c", TestChildProgram.Command("append", folder.Combine("c.ran"), "c"), dependsOn: "a", inputs: "src/*.txt"));
        await SdkSource.PrepareAsync();
        using RunningDotNet watch = new DotNet(folder).Start("watch", "--non-interactive", "build", "-t:RunParallelTasks");
        await watch.WaitForOutputAsync("Waiting for a file to change");
        folder.Write("src/a.txt", "2");
        await FileWait.UntilAsync(() => folder.Exists("c.ran") && folder.ReadLines("c.ran").Count == 2);
        Assert.Equal((2, 1), (folder.ReadLines("src/made.txt").Count, folder.ReadLines("b.ran").Count));
        Assert.Contains("): input src/a.txt changed", watch.Output, StringComparison.Ordinal);
    }
}
