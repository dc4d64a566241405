using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using ParallelExec.Caching;
using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.TestKit;
using ParallelExec.Tests.Execution;

namespace ParallelExec.Tests.Caching;

/// <summary>Outputs come back as they were, from one checkout to another; whatever is wrong with a cache is a miss.</summary>
public sealed class CacheTests : IDisposable
{
    private readonly TestFolder shared = new();
    private readonly FakeCacheServer server = new();

    public void Dispose()
    {
        shared.Dispose();
        server.Dispose();
    }

    [UnixFact]
    public async Task Another_checkout_gets_outputs_log_rights_and_values()
    {
        using Run first = Checkout(), second = Checkout();
        (await first.Async(Gen(first), Use(first))).AllSucceeded();
        second.Folder.Write("out/stale.txt", "of an earlier version");
        Run.Results restored = await second.Async(Gen(second), Use(second));
        Assert.Equal((SubtaskStatus.Restored, SubtaskStatus.Succeeded), (restored["gen"].Status, restored["use"].Status));
        Assert.Equal((first.Folder.Read("out/a/b.txt"), "says hello\n"), (second.Folder.Read("out/a/b.txt"), second.LogOf("gen")));
        Assert.False(second.Folder.Exists("out/stale.txt"));
        Assert.True(!OperatingSystem.IsWindows() && File.GetUnixFileMode(second.Folder.Combine("out/tool.sh")).HasFlag(UnixFileMode.UserExecute));
        Assert.True(File.GetLastWriteTimeUtc(second.Folder.Combine("out/tool.sh")) > DateTime.UtcNow.AddMinutes(-5));
        Assert.Equal(0, Runs(second));
        // And from then on it is up to date.
        Assert.Equal(SubtaskStatus.UpToDate, (await second.Async(Gen(second), Use(second)))["gen"].Status);
    }

    [UnixFact]
    public async Task What_was_undone_comes_back_from_the_cache()
    {
        using Run run = Checkout();
        await run.Async(Gen(run));
        run.Folder.Write("in.txt", "2");
        await run.Async(Gen(run));
        run.Folder.Write("in.txt", "1");
        Assert.Equal((SubtaskStatus.Restored, 2), ((await run.Async(Gen(run)))["gen"].Status, Runs(run)));
    }

    [UnixTheory]
    [InlineData("ac", "flip")]
    [InlineData("ac", "cut")]
    [InlineData("ac", "empty")]
    [InlineData("ac", "swap")]
    [InlineData("cas", "flip")]
    [InlineData("cas", "cut")]
    [InlineData("cas", "empty")]
    public async Task A_damaged_entry_is_dropped_and_told_and_the_work_is_done(string kind, string damage)
    {
        using Run first = Checkout(), second = Checkout(), third = Checkout();
        await first.Async(Gen(first), Gen(first, "other"));
        foreach (string file in Directory.EnumerateFiles(Path.Combine(shared.Path, kind), "*", SearchOption.AllDirectories).ToArray())
        {
            byte[] bytes = File.ReadAllBytes(file);
            if (damage == "flip")
                bytes[bytes.Length / 2] ^= 0x40;
            File.WriteAllBytes(file, damage switch { "cut" => bytes[..(bytes.Length / 2)], "empty" => [], _ => bytes });
        }
        if (damage == "swap")
        {
            string[] entries = [.. Directory.EnumerateFiles(Path.Combine(shared.Path, "ac"), "*", SearchOption.AllDirectories)];
            byte[] one = File.ReadAllBytes(entries[0]);
            File.WriteAllBytes(entries[0], File.ReadAllBytes(entries[1]));
            File.WriteAllBytes(entries[1], one);
        }
        (await second.Async(Gen(second))).AllSucceeded();
        Assert.Equal(1, Runs(second));
        Assert.Single(second.Log.Lines, line => line.StartsWith($"warning {Codes.CacheDamaged}:", StringComparison.Ordinal));
        // It has put a whole one in its place.
        Assert.Equal(SubtaskStatus.Restored, (await third.Async(Gen(third)))["gen"].Status);
    }

    [UnixTheory]
    [InlineData("outputs/../../evil.txt", TarEntryType.RegularFile)]
    [InlineData("outputs/undeclared.txt", TarEntryType.RegularFile)]
    [InlineData("outputs//etc/evil.txt", TarEntryType.RegularFile)]
    [InlineData("evil.txt", TarEntryType.RegularFile)]
    [InlineData("outputs/out/link", TarEntryType.SymbolicLink)]
    [InlineData("outputs/out/link", TarEntryType.HardLink)]
    [InlineData("outputs/out/folder", TarEntryType.Directory)]
    public async Task A_poisoned_archive_restores_nothing(string name, TarEntryType type)
    {
        using Run first = Checkout(), second = Checkout();
        await first.Async(Gen(first));
        Poisoned.Put(shared, tar =>
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "outputs/out/a/b.txt") { DataStream = new MemoryStream("poison"u8.ToArray()) });
            var evil = new PaxTarEntry(type, name);
            if (type == TarEntryType.RegularFile)
                evil.DataStream = new MemoryStream("poison"u8.ToArray());
            else if (type is not TarEntryType.Directory)
                evil.LinkName = "/etc/passwd";
            tar.WriteEntry(evil);
        });

        (await second.Async(Gen(second))).AllSucceeded();
        Assert.Equal((1, "1 hello\n"), (Runs(second), second.Folder.Read("out/a/b.txt")));
        Assert.Contains(second.Log.Lines, line => line.StartsWith($"warning {Codes.CacheDamaged}: What the cache has of 'gen' can not be used", StringComparison.Ordinal));
        Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetDirectoryName(second.Folder.Path)!), file => file.EndsWith("evil.txt", StringComparison.Ordinal));
    }

    [UnixFact]
    public async Task A_link_on_the_way_to_an_output_is_not_followed()
    {
        using Run first = Checkout(), second = Checkout();
        await first.Async(Gen(first));
        Directory.CreateSymbolicLink(second.Folder.Combine("out"), shared.Path);
        await second.Async(Gen(second));
        Assert.False(File.Exists(shared.Combine("a/b.txt")) && Runs(second) == 0);
        Assert.Equal(1, Runs(second));
    }

    [UnixFact]
    public async Task Many_builds_use_one_cache_at_once()
    {
        Run[] runs = [.. Enumerable.Range(0, 8).Select(_ => Checkout())];
        try
        {
            foreach (Run run in runs)
                run.Options = run.Options with { CacheSize = 3_000 };
            await Task.WhenAll(runs.Select(run => Task.Run(async () =>
            {
                for (int n = 0; n < 10; n++)
                {
                    run.Folder.Write("in.txt", $"{n % 3}");
                    (await run.Async(Gen(run))).Run.Results.ToList().ForEach(result => Assert.True(result.IsSuccess, result.Reason));
                    Assert.Equal($"{n % 3} hello\n", run.Folder.Read("out/a/b.txt"));
                }
            })));
            Assert.All(runs, run => Assert.Empty(Warnings(run)));
        }
        finally
        {
            foreach (Run run in runs)
                run.Dispose();
        }
    }

    [UnixFact]
    public async Task It_stays_within_its_size_and_keeps_what_was_used_last()
    {
        using Run run = Checkout();
        run.Options = run.Options with { CacheSize = 20_000 };
        for (int n = 0; n < 8; n++)
        {
            run.Folder.Write("in.txt", $"{n}");
            await run.Async(Gen(run, command: "mkdir -p out/a; head -c 4000 /dev/urandom > out/a/b.txt"));
        }
        Assert.InRange(Directory.EnumerateFiles(shared.Path, "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length), 8_000, 20_000);
        run.Folder.Write("in.txt", "6");
        Assert.Equal(SubtaskStatus.Restored, (await run.Async(Gen(run, command: "mkdir -p out/a; head -c 4000 /dev/urandom > out/a/b.txt")))["gen"].Status);
    }

    [UnixFact]
    public async Task Machines_share_what_they_have_built()
    {
        using var elsewhere = new TestFolder();
        using Run first = Checkout(CacheMode.Remote), second = Checkout(CacheMode.Remote);
        first.Environment[RemoteCache.TokenVariable] = second.Environment[RemoteCache.TokenVariable] = "t0ken";
        await first.Async(Gen(first));
        second.Options = second.Options with { CacheDirectory = elsewhere.Path };
        Assert.Equal(SubtaskStatus.Restored, (await second.Async(Gen(second)))["gen"].Status);
        Assert.Equal(["GET ac Bearer t0ken", "PUT cas Bearer t0ken", "PUT ac Bearer t0ken", "GET ac Bearer t0ken", "GET cas Bearer t0ken"], server.Requests);
        Assert.Empty(Warnings(first).Concat(Warnings(second)));
    }

    [UnixFact]
    public async Task A_build_that_is_not_trusted_only_reads()
    {
        using Run run = Checkout(CacheMode.Remote);
        run.Options = run.Options with { RemoteCacheWrite = false };
        await run.Async(Gen(run));
        Assert.Equal(["GET ac"], server.Requests);
    }

    [UnixTheory]
    [InlineData("unreachable")]
    [InlineData("500")]
    [InlineData("401")]
    [InlineData("garbage")]
    [InlineData("half")]
    [InlineData("swapped")]
    [InlineData("endless")]
    [InlineData("redirect")]
    public async Task A_server_that_misbehaves_is_one_warning_and_a_miss(string how)
    {
        using var elsewhere = new TestFolder();
        using Run first = Checkout(CacheMode.Remote), second = Checkout(CacheMode.Remote);
        await first.Async(Gen(first), Gen(first, "other"));
        second.Options = second.Options with { CacheDirectory = elsewhere.Path };
        if (how == "unreachable")
            server.Dispose();
        byte[] wrong = server.Content.First(entry => entry.Key.StartsWith("cas/", StringComparison.Ordinal)).Value;
        server.Misbehave = (context, path) =>
        {
            switch (how)
            {
                case "500" or "401":
                    context.Response.StatusCode = int.Parse(how, System.Globalization.CultureInfo.InvariantCulture);
                    break;
                case "redirect":
                    context.Response.Redirect("http://127.0.0.1:1/");
                    break;
                case "garbage":
                    context.Response.OutputStream.Write(new byte[100]);
                    break;
                case "half":
                    context.Response.ContentLength64 = 1000;
                    context.Response.OutputStream.Write(new byte[100]);
                    context.Response.Abort();
                    return true;
                case "swapped" when path.StartsWith("cas/", StringComparison.Ordinal):
                    context.Response.OutputStream.Write([.. wrong, 0]);
                    break;
                case "endless" when path.StartsWith("ac/", StringComparison.Ordinal):
                    context.Response.SendChunked = true;
                    context.Response.OutputStream.Write(new byte[1_000_000]);
                    break;
                default:
                    return false;
            }
            context.Response.Close();
            return true;
        };
        (await second.Async(Gen(second), Gen(second, "other"))).AllSucceeded();
        Assert.Equal((1, 1), (Runs(second), Runs(second, "other")));
        Assert.StartsWith($"warning {Codes.RemoteCache}: The remote cache {server.Address} is not used any more in this run: ", Assert.Single(Warnings(second)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("before the answer", ": nothing came in ")]
    [InlineData("in the middle", ": only 100 bytes came in ")]
    [InlineData("in drops", ": only ")]
    public void A_server_that_stalls_is_given_up(string when, string told)
    {
        using var over = new ManualResetEventSlim();
        server.Misbehave = (context, _) =>
        {
            if (when != "before the answer")
            {
                context.Response.ContentLength64 = 1000;
                context.Response.OutputStream.Write(new byte[100]);
                context.Response.OutputStream.Flush();
            }
            while (!over.Wait(when == "in drops" ? 20 : Timeout.Infinite))
            {
                context.Response.OutputStream.WriteByte(0);
                context.Response.OutputStream.Flush();
            }
            context.Response.Abort();
            return true;
        };
        var log = new Reporting.RecordingLog();
        using (var remote = new RemoteCache(server.Address, canWrite: true, token: null, log) { Patience = TimeSpan.FromSeconds(when == "before the answer" ? 0.3 : 5) })
        {
            Assert.Null(remote.ReadEntry(new string('a', 64), CancellationToken.None));
            Assert.False(remote.CanWrite);
        }
        over.Set();
        Assert.Contains(told, Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_waits_for_a_server_when_the_build_is_stopped()
    {
        using var over = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        server.Misbehave = (context, _) =>
        {
            stop.Cancel();
            over.Wait();
            context.Response.Abort();
            return true;
        };
        var log = new Reporting.RecordingLog();
        using (var remote = new RemoteCache(server.Address, canWrite: true, token: null, log) { Patience = TimeSpan.FromDays(1) })
            Assert.Null(remote.ReadEntry(new string('a', 64), stop.Token));
        over.Set();
        Assert.Empty(log.Lines);
    }

    [UnixFact]
    public async Task A_disk_that_has_no_room_does_not_cost_others_what_the_cache_has()
    {
        const string Command = "test -f undeclared && mkdir -p out && touch out/x";
        using Run first = Checkout(), second = Checkout();
        first.Folder.Write("undeclared", "");
        await first.Async(Gen(first, command: Command));
        // Where its files would be unpacked there is a file.
        second.Happens = happened =>
        {
            if (happened is RunStarted)
                second.Folder.Write("state/handover/gen.restored", "");
        };
        Assert.Equal(SubtaskStatus.Failed, (await second.Async(Gen(second, command: Command)))["gen"].Status);
        Assert.StartsWith($"warning {Codes.CacheDamaged}: What the cache has of 'gen' can not be used: ", Assert.Single(Warnings(second)), StringComparison.Ordinal);
        second.Happens = _ => { };
        Assert.Equal(SubtaskStatus.Restored, (await second.Async(Gen(second, command: Command)))["gen"].Status);
    }

    [UnixFact]
    public async Task What_was_made_of_an_input_that_changed_meanwhile_is_not_kept()
    {
        using Run first = Checkout(), second = Checkout();
        await first.Async(Gen(first, command: "mkdir -p out; cat in.txt > out/x; echo edited > in.txt"));
        Assert.Empty(Directory.EnumerateFiles(shared.Path, "*", SearchOption.AllDirectories));
        Assert.Equal(SubtaskStatus.Succeeded, (await second.Async(Gen(second, command: "mkdir -p out; cat in.txt > out/x; echo edited > in.txt")))["gen"].Status);
    }

    [UnixFact]
    public async Task An_output_without_files_is_not_kept()
    {
        const string Command = "mkdir -p out/empty out/deep/er; touch out/file";
        using Run first = Checkout(), second = Checkout();
        await first.Async(Gen(first, command: Command) with { Outputs = [new PathPattern("out/empty", first.Folder.Path), new PathPattern("out/file", first.Folder.Path)] });
        Run.Results again = await second.Async(Gen(second, command: Command) with { Outputs = [new PathPattern("out/empty", second.Folder.Path), new PathPattern("out/file", second.Folder.Path)] });
        Assert.Equal((SubtaskStatus.Succeeded, true), (again["gen"].Status, Directory.Exists(second.Folder.Combine("out/empty"))));
        Assert.Empty(shared.Files());
    }

    [UnixFact]
    public async Task What_is_both_input_and_output_comes_back_too()
    {
        using Run first = Checkout(), second = Checkout();
        await first.Async(Format(first));
        Assert.Equal((SubtaskStatus.Restored, "formatted 1"), ((await second.Async(Format(second)))["format"].Status, second.Folder.Read("in.txt").Trim()));
        Assert.Equal(SubtaskStatus.UpToDate, (await second.Async(Format(second)))["format"].Status);

        static Subtask Format(Run run) => run.Writing(run.Shell("format", "echo formatted $(cat in.txt) > new; mv new in.txt"), "in.txt") with { Inputs = [new PathPattern("in.txt", run.Folder.Path)] };
    }

    private Run Checkout(CacheMode mode = CacheMode.Local)
    {
        var run = new Run();
        run.Options = run.Options with { Cache = mode, CacheDirectory = shared.Path, RemoteCache = mode == CacheMode.Remote ? server.Address : null };
        run.Folder.Write("in.txt", "1");
        return run;
    }

    private static Subtask Gen(Run run, string id = "gen", string command = "mkdir -p out/a; echo \"$(cat in.txt) hello\" > out/a/b.txt; echo '#!/bin/sh' > out/tool.sh; chmod +x out/tool.sh; echo V=1 > $PARALLELEXEC_OUTPUT; echo says hello") =>
        run.Writing(run.Shell(id, $"echo x >> runs-{id}; {command.Replace("out/", id == "gen" ? "out/" : id + "/", StringComparison.Ordinal)}"), id == "gen" ? "out/**" : id + "/**") with { Inputs = [new PathPattern("in.txt", run.Folder.Path)] };

    private static Subtask Use(Run run) => run.Shell("use <- gen", "test $PARALLELEXEC_OUTPUT_GEN_V = 1");

    private static int Runs(Run run, string id = "gen") => run.Folder.Exists($"runs-{id}") ? run.Folder.ReadLines($"runs-{id}").Count : 0;

    private static IEnumerable<string> Warnings(Run run) => run.Log.Lines.Where(line => line.StartsWith("warning ", StringComparison.Ordinal));
}
