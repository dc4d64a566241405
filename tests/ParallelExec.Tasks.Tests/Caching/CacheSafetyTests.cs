using System.Formats.Tar;
using System.Text;
using ParallelExec.Caching;
using ParallelExec.Model;
using ParallelExec.TestKit;
using ParallelExec.Tests.Execution;
using ParallelExec.Tests.Files;

namespace ParallelExec.Tests.Caching;

/// <summary>What a cache may take, and what it may not touch.</summary>
public sealed class CacheSafetyTests : IDisposable
{
    private const string HandedOn = """{"notes":"","values":{"V":"1"}}""";
    private static readonly DateTime LongAgo = DateTime.UtcNow.AddDays(-3);

    private readonly TestFolder shared = new();
    private readonly FakeCacheServer server = new();

    public void Dispose()
    {
        shared.Dispose();
        server.Dispose();
    }

    [UnixFact]
    public async Task What_is_not_its_own_stays_and_no_link_is_followed()
    {
        using var mine = new TestFolder();
        using Run run = Checkout();
        string digest = new('a', 64);
        mine.Write(digest, "mine");
        string[] others =
        [
            "photo.jpg", "half.tmp", $"{Guid.NewGuid():N}.tmp", "ac/readme", "ac/half.tmp", "cas/12/readme.tmp", $"cas/bb/{digest}", "cas/aa/short", $"other/aa/{digest}",
        ];
        foreach (string other in others)
            shared.Write(other, new string('x', 1_000));
        Directory.CreateSymbolicLink(shared.Combine("cas/link"), mine.Path);
        Directory.CreateSymbolicLink(shared.Combine("cas/aaa"), mine.Path);
        Directory.CreateSymbolicLink(shared.Combine("ac/aa"), mine.Path);
        string[] ours = [$"cas/aa/{digest}", $"cas/{Guid.NewGuid():N}.tmp", $"ac/cc/{new string('c', 64)}.12-3.tmp"];
        foreach (string old in ours)
            shared.Write(old, new string('x', 1_000));
        foreach (string file in Directory.EnumerateFiles(shared.Path, "*", SearchOption.AllDirectories).Append(mine.Combine(digest)))
            File.SetLastWriteTimeUtc(file, LongAgo);

        run.Options = run.Options with { CacheSize = 10_000 };
        new CacheFolder(shared.Path, size: 100).Trim();
        Assert.Equal(others.Order(StringComparer.Ordinal), shared.Files().Where(file => !file.StartsWith("ac/aa/", StringComparison.Ordinal) && !file.StartsWith("cas/link", StringComparison.Ordinal) && !file.StartsWith("cas/aaa", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal("mine", mine.Read(digest));
    }

    [UnixFact]
    public void A_cache_that_is_a_link_inside_is_not_trimmed_through_it()
    {
        using var mine = new TestFolder();
        string digest = new('a', 64);
        mine.Write($"aa/{digest}", "mine");
        Directory.CreateSymbolicLink(shared.Combine("cas"), mine.Path);
        new CacheFolder(shared.Path, size: 1).Trim();
        Assert.Equal("mine", mine.Read($"aa/{digest}"));
    }

    [UnixTheory]
    [InlineData("larger than its entry says")]
    [InlineData("larger than the cache may be")]
    [InlineData("smaller than its entry says")]
    [InlineData("values without end")]
    [InlineData("no values")]
    [InlineData("values null")]
    [InlineData("a value null")]
    [InlineData("notes null")]
    [InlineData("notes a number")]
    [InlineData("half a character")]
    [InlineData("twice")]
    [InlineData("something behind it")]
    [InlineData("a header of 2 GB")]
    [InlineData("a size of its own")]
    public async Task An_archive_that_was_made_to_harm_is_a_miss_and_leaves_nothing(string how)
    {
        using Run first = Checkout(), second = Checkout();
        first.Options = second.Options = first.Options with { CacheSize = 5_000_000 };
        await first.Async(Gen(first));
        switch (how)
        {
            case "larger than its entry says" or "smaller than its entry says":
                Poisoned.Put(shared, Whole(new MemoryStream(new byte[2_000_000]), HandedOn), how.StartsWith("larger", StringComparison.Ordinal) ? 10_240 : 4_000_000);
                break;
            case "larger than the cache may be":
                Poisoned.Put(shared, Whole(new MemoryStream(new byte[60_000_000]), HandedOn));
                break;
            case "values without end":
                Poisoned.Put(shared, Whole(new MemoryStream(new byte[10]), new string('0', 4_100_000)));
                break;
            case "no values":
                Poisoned.Put(shared, tar => Poisoned.AddFile(tar, "outputs/out/x", new MemoryStream()));
                break;
            case "twice":
                Poisoned.Put(shared, tar =>
                {
                    Poisoned.AddFile(tar, "handed-on.json", new MemoryStream(Encoding.UTF8.GetBytes(HandedOn)));
                    Poisoned.AddFile(tar, "outputs/out/x", new MemoryStream());
                    Poisoned.AddFile(tar, "outputs/out/x", new MemoryStream());
                });
                break;
            case "something behind it":
                Poisoned.Put(shared, [.. Bytes(Whole(new MemoryStream(new byte[10]), HandedOn)), 1]);
                break;
            case "a header of 2 GB" or "a size of its own":
                byte[] plain = Bytes(Whole(new MemoryStream(new byte[10]), HandedOn));
                if (how == "a header of 2 GB")
                    "17777777777"u8.CopyTo(plain.AsSpan(124));
                else
                    " size=9\n"u8.CopyTo(plain.AsSpan(512 + 2));
                Poisoned.Put(shared, plain);
                break;
            default:
                Poisoned.Put(shared, Whole(new MemoryStream(new byte[10]), how switch
                {
                    "values null" => """{"notes":"","values":null}""",
                    "a value null" => """{"notes":"","values":{"V":null}}""",
                    "notes null" => """{"notes":null,"values":{"V":"1"}}""",
                    "notes a number" => """{"notes":9223372036854775807,"values":{"V":"1"}}""",
                    _ => """{"notes":"\ud800","values":{"V":"1"}}""",
                }));
                break;
        }
        (await second.Async(Gen(second))).AllSucceeded();
        Assert.Equal((1, "1"), (Runs(second), second.Folder.Read("out/x").Trim()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(second.Folder.Combine("state/handover"), "*.restored"));
        if (how != "larger than the cache may be")
            Assert.StartsWith($"warning {Codes.CacheDamaged}: What the cache has of 'gen' can not be used, and is removed: ", Assert.Single(Warnings(second)), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task What_is_larger_than_the_cache_may_be_is_not_kept()
    {
        using Run run = Checkout();
        run.Options = run.Options with { CacheSize = 1_000_000 };
        await run.Async(Gen(run, "mkdir -p out; head -c 3000000 /dev/zero > out/x"));
        Assert.Empty(shared.Files());
        Assert.Empty(Warnings(run));
    }

    [UnixFact]
    public async Task An_archive_that_does_not_end_is_cut_off()
    {
        using var elsewhere = new TestFolder();
        using Run first = Checkout(CacheMode.Remote), second = Checkout(CacheMode.Remote);
        await first.Async(Gen(first));
        second.Options = second.Options with { CacheDirectory = elsewhere.Path };
        long sent = 0;
        server.Misbehave = (context, path) =>
        {
            if (!path.StartsWith("cas/", StringComparison.Ordinal))
                return false;
            context.Response.SendChunked = true;
            try
            {
                for (byte[] block = new byte[1_000_000]; sent < 2_000_000_000; sent += block.Length)
                    context.Response.OutputStream.Write(block);
            }
            catch (Exception e) when (e is IOException or System.Net.HttpListenerException)
            {
                // It has hung up.
            }
            return true;
        };
        (await second.Async(Gen(second))).AllSucceeded();
        Assert.InRange(sent, 0, 50_000_000);
        Assert.Contains("does not end", Assert.Single(Warnings(second)), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_password_in_the_address_of_a_cache_is_not_told()
    {
        using Run run = Checkout(CacheMode.Remote);
        server.Dispose();
        run.Options = run.Options with { RemoteCache = new UriBuilder(server.Address) { UserName = "user", Password = "pass%40word" }.Uri };
        await run.Async(Gen(run));
        string told = Assert.Single(Warnings(run));
        Assert.Contains($"The remote cache http://***@127.0.0.1:{server.Address.Port}/cache/ is not used any more", told, StringComparison.Ordinal);
        Assert.DoesNotContain("pass", told, StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task What_is_up_to_date_is_kept_too_so_that_a_cleaned_checkout_gets_it_back()
    {
        using Run run = Checkout(), other = Checkout();
        run.Options = run.Options with { Cache = CacheMode.UpToDate };
        await run.Async(Gen(run));
        run.Options = run.Options with { Cache = CacheMode.Local };
        Assert.Equal(SubtaskStatus.UpToDate, (await run.Async(Gen(run)))["gen"].Status);
        Directory.Delete(run.Folder.Combine("out"), recursive: true);
        Assert.Equal(SubtaskStatus.Restored, (await run.Async(Gen(run)))["gen"].Status);
        SubtaskResult restored = (await other.Async(Gen(other)))["gen"];
        Assert.Equal((SubtaskStatus.Restored, "1", "1\n"), (restored.Status, restored.Values["V"], other.Folder.Read("out/x")));
    }

    [UnixFact]
    public async Task A_miss_says_that_it_is_not_in_the_cache()
    {
        using Run run = Checkout();
        Assert.Equal("it has not succeeded before, and it is not in the cache", (await run.Async(Gen(run)))["gen"].Why);
        run.Folder.Write("in.txt", "2");
        Assert.Equal("input in.txt changed, and it is not in the cache", (await run.Async(Gen(run)))["gen"].Why);
    }

    [UnixFact]
    public async Task An_entry_of_another_version_is_a_miss_and_no_damage()
    {
        using Run first = Checkout(), second = Checkout();
        await first.Async(Gen(first));
        string entry = Poisoned.Entry(shared);
        File.WriteAllText(entry, $$"""{"schemaVersion":1,"fingerprint":"{{Path.GetFileName(entry)}}","archive":"{{new string('a', 64)}}"}""");
        Assert.Equal(SubtaskStatus.Succeeded, (await second.Async(Gen(second)))["gen"].Status);
        Assert.Empty(Warnings(second));
    }

    [UnixTheory]
    [InlineData("a file")]
    [InlineData("read only")]
    [InlineData("pipes")]
    [InlineData("folders")]
    public async Task A_cache_that_can_not_be_used_fails_nobody(string how)
    {
        using Run first = Checkout(), second = Checkout();
        await first.Async(Gen(first));
        switch (how)
        {
            case "a file":
                second.Options = second.Options with { CacheDirectory = shared.Write("file", "") };
                break;
            case "read only":
                second.Options = second.Options with { CacheDirectory = "/proc" };
                break;
            default:
                foreach (string file in Directory.EnumerateFiles(shared.Path, "*", SearchOption.AllDirectories).ToArray())
                {
                    File.Delete(file);
                    if (how == "pipes")
                        Pipe.Make(file);
                    else
                        Directory.CreateDirectory(file);
                }
                break;
        }
        (await second.Async(Gen(second))).AllSucceeded();
        Assert.Equal(1, Runs(second));
    }

    private static Action<TarWriter> Whole(Stream output, string handedOn) => tar =>
    {
        Poisoned.AddFile(tar, "outputs/out/x", output);
        Poisoned.AddFile(tar, "handed-on.json", new MemoryStream(Encoding.UTF8.GetBytes(handedOn)));
    };

    private static byte[] Bytes(Action<TarWriter> write)
    {
        var plain = new MemoryStream();
        using (var tar = new TarWriter(plain, TarEntryFormat.Pax, leaveOpen: true))
            write(tar);
        return plain.ToArray();
    }

    private Run Checkout(CacheMode mode = CacheMode.Local)
    {
        var run = new Run();
        run.Options = run.Options with { Cache = mode, CacheDirectory = shared.Path, RemoteCache = mode == CacheMode.Remote ? server.Address : null };
        run.Folder.Write("in.txt", "1");
        return run;
    }

    private static Subtask Gen(Run run, string command = "mkdir -p out; cat in.txt > out/x; echo >> out/x; echo V=1 > $PARALLELEXEC_OUTPUT") =>
        run.Writing(run.Shell("gen", $"echo x >> runs; {command}"), "out/**") with { Inputs = [new PathPattern("in.txt", run.Folder.Path)] };

    private static int Runs(Run run) => run.Folder.Exists("runs") ? run.Folder.ReadLines("runs").Count : 0;

    private static IEnumerable<string> Warnings(Run run) => run.Log.Lines.Where(line => line.StartsWith("warning ", StringComparison.Ordinal));
}
