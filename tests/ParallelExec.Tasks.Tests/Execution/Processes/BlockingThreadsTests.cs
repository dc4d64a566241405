using ParallelExec.Execution.Processes;

namespace ParallelExec.Tests.Execution.Processes;

public sealed class BlockingThreadsTests
{
    [Fact]
    public async Task What_throws_ends_neither_the_thread_nor_the_process()
    {
        using var threads = new BlockingThreads();
        await Assert.ThrowsAsync<InvalidOperationException>(() => threads.Run<int>(() => throw new InvalidOperationException()));
        threads.Run(() => throw new InvalidOperationException());
        Assert.Equal(1, await threads.Run(() => 1));
    }
}
