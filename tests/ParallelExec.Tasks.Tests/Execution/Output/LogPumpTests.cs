using System.IO.Pipes;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using ParallelExec.Execution.Output;
using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Execution.Output;

public sealed class LogPumpTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task All_of_a_large_output_is_copied()
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200_000).Select(i => $"line {i}\n")));
        await LogPump.CopyAsync([new MemoryStream(text)], Log(), null, Task.CompletedTask, TimeSpan.FromMinutes(1));
        Assert.Equal(text, File.ReadAllBytes(folder.Combine("log")));
    }

    [Theory]
    [InlineData(true, "before***")]
    [InlineData(false, "***")]
    public async Task A_log_is_continued_or_begun_anew(bool append, string expected)
    {
        folder.Write("log", "before");
        await LogPump.CopyAsync([new MemoryStream("secret"u8.ToArray())], Log(append), SecretMasker.For(["secret"]), Task.CompletedTask, TimeSpan.FromMinutes(1));
        Assert.Equal(expected, folder.Read("log"));
    }

    [Fact]
    public async Task What_still_comes_after_the_child_has_ended_is_awaited_on_a_slow_machine_too()
    {
        var time = new FakeTimeProvider();
        using var child = new AnonymousPipeServerStream(PipeDirection.Out);
        using var output = new AnonymousPipeClientStream(PipeDirection.In, child.ClientSafePipeHandle);
        Task<string?> copying = LogPump.CopyAsync(
            [output], Log(), null, Task.CompletedTask, TimeSpan.FromSeconds(1), time);
        foreach (string piece in new[] { "a", "b", "c" })
        {
            child.Write(Encoding.UTF8.GetBytes(piece));
            await FileWait.UntilAsync(() => Task.FromResult(folder.Read("log").EndsWith(piece, StringComparison.Ordinal)));
            time.Advance(TimeSpan.FromSeconds(0.9));
        }
        child.Dispose();
        Assert.Null(await copying);
        Assert.Equal("abc", folder.Read("log"));
    }

    [Fact]
    public async Task What_never_ends_after_the_child_has_ended_is_given_up()
    {
        var time = new FakeTimeProvider();
        using var daemon = new AnonymousPipeServerStream(PipeDirection.Out);
        using var output = new AnonymousPipeClientStream(PipeDirection.In, daemon.ClientSafePipeHandle);
        Task<string?> copying = LogPump.CopyAsync(
            [output], Log(), null, Task.CompletedTask, TimeSpan.FromSeconds(1), time);
        await FileWait.UntilAsync(() =>
        {
            if (!copying.IsCompleted)
                daemon.Write("x"u8);
            time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(copying.IsCompleted);
        });
        Assert.Null(await copying);
    }

    // The other end of the pipe is a daemon that never closes it.
    [Fact]
    public async Task Output_that_stays_open_is_given_up_after_the_child_has_ended()
    {
        using var daemon = new AnonymousPipeServerStream(PipeDirection.Out);
        using var output = new AnonymousPipeClientStream(PipeDirection.In, daemon.ClientSafePipeHandle);
        daemon.Write("token: half of secre"u8);
        await LogPump.CopyAsync([output], Log(), SecretMasker.For(["secret"]), Task.CompletedTask, TimeSpan.FromMilliseconds(300));
        Assert.Equal("token: half of secre", folder.Read("log"));
    }

    // A pipe that the child has put there and nobody reads would hold up whoever opens it.
    [UnixFact]
    public async Task The_log_is_opened_before_the_child_starts_and_what_comes_in_its_place_is_not_touched()
    {
        FileStream log = Log();
        File.Delete(log.Name);
        Directory.CreateDirectory(log.Name);
        Assert.Null(await LogPump.CopyAsync([new MemoryStream("x"u8.ToArray())], log, null, Task.CompletedTask, TimeSpan.FromMinutes(1)));
        Assert.Equal(1, log.Length);
    }

    private FileStream Log(bool append = false) => LogPump.Open(folder.Combine("log"), append, out _)!;
}
