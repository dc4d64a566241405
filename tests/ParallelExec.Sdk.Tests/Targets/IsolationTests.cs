using System.Diagnostics;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>Subtasks in git worktrees of their own, through the engine: what it hands on, where errors point, what Clean leaves.</summary>
public sealed class IsolationTests : IDisposable
{
    private static Dictionary<string, string?> Isolated => new() { ["Isolation"] = "worktree" };
    private readonly TestFolder folder = new("isolation");

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public async Task Works_are_merged_or_the_place_of_the_one_that_can_not_be_is_an_error()
    {
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("a", "echo a %3E shared.txt", metadata: Isolated)
            .ParallelTask("b", "echo $(Text) %3E $(File)", metadata: Isolated));
        // Logs of the test itself are no work of anybody.
        folder.Write(".gitignore", "obj/\nbin/\ntranscript*\nbuild.result*\n");
        Git("init", "-q", "-b", "main");
        Git("add", "--all");
        Git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "begin");
        string[] options = ["-p:ParallelExecMergeVerify=test -e shared.txt", "-p:Text=b"];

        BuildRun stopped = (await project.RunAsync("RunParallelTasks", [.. options, "-p:File=shared.txt"])).EnsureFailed();
        Assert.Equal("PEX6010", Assert.Single(stopped.ErrorLines).Code);
        Assert.Contains("The merge stopped at 'b': it and 'a' have changed shared.txt", stopped.Output, StringComparison.Ordinal);
        Assert.False(folder.Exists("shared.txt"));
        BuildRun cleaned = (await project.RunAsync("CleanParallelTasks")).EnsureSucceeded();
        Assert.Contains("PEX6015", cleaned.Output, StringComparison.Ordinal);

        BuildRun merged = await project.RunAsync("RunParallelTasks", [.. options, "-p:File=b.txt", "-p:ParallelExecResume=true"]);
        Assert.DoesNotContain("PEX6015", merged.EnsureSucceeded().Output, StringComparison.Ordinal);
        Assert.Equal(("Resumed", "Succeeded"), (merged.Status("a"), merged.Status("b")));
        Assert.Equal(("a\n", "b\n"), (folder.Read("shared.txt"), folder.Read("b.txt")));
    }

    private void Git(params string[] arguments)
    {
        using Process git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = folder.Path })!;
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
    }
}
