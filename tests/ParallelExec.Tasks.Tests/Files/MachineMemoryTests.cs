using ParallelExec.Files;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Files;

public sealed class MachineMemoryTests : IDisposable
{
    private readonly TestFolder root = new();

    public MachineMemoryTests() => root.Write("proc/meminfo", "MemTotal:        8000000 kB\nMemFree:  1 kB\n");

    public void Dispose() => root.Dispose();

    [Fact]
    public void A_machine_without_groups_has_what_it_has() => Assert.Equal(8_192_000_000, MachineMemory.OnLinux(root.Path));

    [Theory]
    [InlineData("0::/", "sys/fs/cgroup/memory.max", "max", 8_192_000_000)]
    [InlineData("0::/", "sys/fs/cgroup/memory.max", "1000", 1000)]
    [InlineData("0::/a/b", "sys/fs/cgroup/a/b/memory.max", "1000", 1000)]
    [InlineData("0::/a/b", "sys/fs/cgroup/a/memory.max", "1000", 1000)]
    [InlineData("0::/host/path", "sys/fs/cgroup/memory.max", "1000", 1000)]
    [InlineData("0::/a", "sys/fs/cgroup/memory.max", "99999999999999", 8_192_000_000)]
    [InlineData("4:cpu,memory:/a/b", "sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "1000", 1000)]
    [InlineData("4:memory:/docker/x", "sys/fs/cgroup/memory/memory.limit_in_bytes", "1000", 1000)]
    [InlineData("4:memory:/", "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712", 8_192_000_000)]
    [InlineData("4:memory", "sys/fs/cgroup/memory/memory.limit_in_bytes", "1000", 8_192_000_000)]
    [InlineData("0::/", "sys/fs/cgroup/memory.max", "-1", 8_192_000_000)]
    public void The_least_of_its_group_and_of_those_above_counts(string group, string file, string limit, long expected)
    {
        root.Write("proc/self/cgroup", $"9:name=systemd:/\n{group}\n");
        root.Write(file, limit + "\n");
        Assert.Equal(expected, MachineMemory.OnLinux(root.Path));
    }

    [Fact]
    public void The_machine_that_the_tests_run_on_has_some() => Assert.InRange(MachineMemory.Bytes(), 100_000_000, 1L << 50);
}
