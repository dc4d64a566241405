using System.Collections.Immutable;
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
    public async Task What_is_not_up_to_date_is_compared_as_it_was_when_it_started_though_its_set_was_looked_at_before()
    {
        run.Options = run.Options with { MaxParallelism = 1 };
        run.Folder.Write("in/a.txt", "a");
        run.Folder.Write("in/b.txt", "b");
        // Somebody edits the second file while the first one is converted.
        Subtask first = Converting("in/a.txt", "out/a.txt") with
        {
            Work = new CommandWork("cp in/a.txt out/a.txt; test -e edited || echo edited > in/b.txt; : > edited", null),
        };
        (await run.Async(first, Converting("in/b.txt", "out/b.txt"))).AllSucceeded();
        Assert.Equal("edited\n", run.Folder.Read("out/b.txt"));
        Run.Results again = await run.Async(first, Converting("in/b.txt", "out/b.txt"));
        Assert.All(again.Run.Results, result => Assert.Equal(SubtaskStatus.UpToDate, result.Status));
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

    [UnixFact]
    public async Task Only_the_files_of_a_batch_that_are_not_up_to_date_go_into_its_process()
    {
        foreach (string name in new[] { "a", "b", "c", "d" })
            run.Folder.Write($"in/{name}.txt", name);
        run.Folder.Write("template", "1");
        Assert.Equal("in/a.txt in/b.txt", await Converted(["a", "b"]));
        Assert.Equal("", await Converted(["a", "b"]));
        run.Folder.Write("in/b.txt", "changed");
        Assert.Equal("in/b.txt", await Converted(["a", "b"]));
        File.Delete(run.Folder.Combine("out", "a.txt"));
        Assert.Equal("in/a.txt", await Converted(["a", "b"]));
        // A file more moves the others into other batches.
        Assert.Equal("in/d.txt", await Converted(["d", "a"], ["b"]));
        Assert.Equal("", await Converted(["d", "a"], ["b"]));
        Assert.Equal("", await Converted(["a", "b", "d"]));
        Assert.Equal("", await Converted(["a", "b", "d"]));
        run.Folder.Write("template", "2");
        Assert.Equal("in/a.txt in/b.txt in/d.txt", await Converted(["a", "b", "d"]));
    }

    [UnixFact]
    public async Task Each_output_of_a_batch_must_be_there()
    {
        run.Folder.Write("in/a.txt", "a");
        run.Folder.Write("template", "1");
        Subtask batch = Batch("convert:1", ["a"]);
        Run.Results results = await run.Async(batch with { Outputs = [.. batch.Outputs, new PathPattern("out/more.txt", run.Folder.Path)] });
        Assert.Equal(Codes.OutputMissing, results["convert:1"].Code);
    }

    /// <returns>What the processes were given.</returns>
    private async Task<string> Converted(params string[][] batches)
    {
        File.Delete(run.Folder.Combine("given.txt"));
        await run.Async([.. batches.Select((names, i) => Batch($"convert:{i + 1}", names))]);
        return File.Exists(run.Folder.Combine("given.txt")) ? run.Folder.Read("given.txt").Trim() : "";
    }

    private Subtask Batch(string id, string[] names)
    {
        PathPattern Pattern(string path) => new(path, run.Folder.Path);
        ImmutableArray<BatchFile> files = [.. names.Select(name => new BatchFile($"in/{name}.txt", run.Folder.Combine("in", $"{name}.txt"), [Pattern($"out/{name}.txt")]))];
        Work For(ImmutableArray<BatchFile> some)
        {
            string given = string.Join(' ', some.Select(file => file.In));
            return new CommandWork($"echo {given} >> given.txt; cp {given} out", null);
        }
        return run.Shell(id, "") with
        {
            Work = For(files),
            Inputs = [.. files.Select(file => Pattern(file.In)), Pattern("template")],
            Outputs = [.. files.SelectMany(file => file.Outputs)],
            Set = new SubtaskSet("convert"),
            Batch = new ConvertBatch("cp", files, For),
        };
    }

    private Subtask Converting(string from, string to) => run.Writing(run.Shell($"convert:{from}", $"cat {from} > {to}"), to) with
    {
        Inputs = [new PathPattern(from, run.Folder.Path)],
        Set = new SubtaskSet("convert", RemoveOrphans: true),
    };
}
