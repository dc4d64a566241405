using ParallelExec.Files;

namespace ParallelExec.Tests.Files;

public sealed class LockFileTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Path => folder.Combine("run.lock");

    [Fact]
    public void Who_holds_it_is_told()
    {
        using LockFile? held = LockFile.TryTake(Path);
        Assert.Matches($@"^Another run \(process {Environment.ProcessId}, since 20[0-9TZ:.-]+\)$", LockFile.Holder(Path));
    }

    [Fact]
    public async Task Whoever_looks_whether_it_is_taken_keeps_nobody_from_taking_it()
    {
        using (LockFile.TryTake(Path))
        {
        }
        using var enough = new CancellationTokenSource();
        Task looking = Task.Run(() =>
        {
            while (!enough.IsCancellationRequested)
                LockFile.IsTaken(Path);
        });
        int refused = 0;
        for (int i = 0; i < 500; i++)
        {
            using LockFile? held = LockFile.TryTake(Path);
            refused += held is null ? 1 : 0;
        }
        enough.Cancel();
        await looking;
        Assert.Equal(0, refused);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u001b[31mprocess 1, since 2020")]
    [InlineData("process 1, since 2020\nand more")]
    [InlineData("process 99999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999, since 2020")]
    public void What_somebody_else_wrote_about_its_owner_is_not_told(string owner)
    {
        folder.Write("run.owner", owner);
        Assert.Equal("Another run", LockFile.Holder(Path));
    }

    [Fact]
    public void An_owner_that_can_not_be_written_is_only_not_told()
    {
        Directory.CreateDirectory(folder.Combine("run.owner"));
        using LockFile? held = LockFile.TryTake(Path);
        Assert.Equal((true, true, "Another run"), (held is not null, LockFile.IsTaken(Path), LockFile.Holder(Path)));
    }

    [UnixFact]
    public void An_owner_that_is_a_pipe_holds_nobody_up()
    {
        Pipe.Make(folder.Combine("run.owner"));
        Assert.Equal("Another run", LockFile.Holder(Path));
        using LockFile? held = LockFile.TryTake(Path);
        Assert.StartsWith("Another run (process ", LockFile.Holder(Path), StringComparison.Ordinal);
    }

    [UnixFact]
    public void A_lock_that_is_a_link_is_an_error()
    {
        folder.Write("mine.txt", "mine");
        File.CreateSymbolicLink(Path, folder.Combine("mine.txt"));
        Assert.Throws<IOException>(() => LockFile.TryTake(Path));
        Assert.Equal("mine", folder.Read("mine.txt"));
    }

    [Fact]
    public async Task Removed_by_its_holder_again_and_again_it_is_still_held_by_one_at_a_time()
    {
        int holders = 0, most = 0, taken = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                using LockFile? held = LockFile.TryTake(Path, passing: true);
                if (held is null)
                    continue;
                most = Math.Max(most, Interlocked.Increment(ref holders));
                Interlocked.Increment(ref taken);
                Interlocked.Decrement(ref holders);
            }
        })));
        Assert.Equal((1, true), (most, taken > 0));
    }
}
