using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Execution;

public sealed class ConversionTests : IDisposable
{
    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [UnixFact]
    public async Task The_folder_of_an_output_is_made()
    {
        run.Folder.Write("in/a.txt", "a");
        Run.Results results = await run.Async(Converting("in/a.txt", "out/deep/a.txt"));
        Assert.Equal(SubtaskStatus.Succeeded, results["convert:in/a.txt"].Status);
        Assert.Equal("a", run.Folder.Read("out/deep/a.txt"));
    }

    [UnixFact]
    public async Task A_folder_that_can_not_be_made_is_PEX3003()
    {
        run.Folder.Write("in/a.txt", "a");
        run.Folder.Write("out", "a file");
        Run.Results results = await run.Async(Converting("in/a.txt", "out/a.txt"));
        Assert.Equal(Codes.NotStarted, results["convert:in/a.txt"].Code);
    }

    [UnixFact]
    public async Task An_output_that_no_file_becomes_any_more_is_removed_and_nothing_else()
    {
        foreach (string name in new[] { "kept", "gone", "edited" })
            run.Folder.Write($"in/{name}.txt", name);
        await run.Async(Converting("in/kept.txt", "out/kept.txt"), Converting("in/gone.txt", "out/gone.txt"), Converting("in/edited.txt", "out/edited.txt"));
        run.Folder.Write("out/edited.txt", "by hand");
        run.Folder.Write("out/other.txt", "not ours");
        await run.Async(Converting("in/kept.txt", "out/kept.txt"));
        Assert.Equal(
            ["edited.txt", "kept.txt", "other.txt"],
            Directory.EnumerateFiles(run.Folder.Combine("out")).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Assert.Contains("Removed 1 output that no file becomes any more (RemoveOrphans): out/gone.txt", run.Log.Lines);
        Assert.Contains("No file becomes these any more, but they were changed since, so they stay: out/edited.txt", run.Log.Lines);
    }

    [UnixFact]
    public async Task Nothing_behind_a_link_is_removed()
    {
        using var elsewhere = new TestFolder();
        run.Folder.Write("in/a.txt", "a");
        run.Folder.Write("in/b.txt", "b");
        await run.Async(Converting("in/a.txt", "out/a.txt"), Converting("in/b.txt", "b.txt"));
        Directory.Move(run.Folder.Combine("out"), elsewhere.Combine("out"));
        Directory.CreateSymbolicLink(run.Folder.Combine("out"), elsewhere.Combine("out"));
        await run.Async(Converting("in/b.txt", "b.txt"));
        Assert.True(File.Exists(elsewhere.Combine("out", "a.txt")));
    }

    private Subtask Converting(string from, string to) => run.Writing(run.Shell($"convert:{from}", $"cat {from} > {to}"), to) with
    {
        Inputs = [new PathPattern(from, run.Folder.Path)],
        Set = new SubtaskSet("convert", RemoveOrphans: true),
    };
}
