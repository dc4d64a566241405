using ParallelExec.Execution.Jobserver;

namespace ParallelExec.Tests.Execution.Jobserver;

/// <summary>Children borrow cores of the run; here a child is whoever takes from its pipe.</summary>
public sealed class JobPoolTests : IDisposable
{
    private readonly JobPool pool = new(4);

    public void Dispose() => pool.Dispose();

    [Fact]
    public void What_is_free_is_lent_to_who_runs()
    {
        Assert.True(pool.TryHold(1));
        using JobShare child = pool.Open(1);
        Assert.Equal(3, child.Pipe.Take(10));
        pool.Look();
        Assert.Equal(0, child.Pipe.Count());
    }

    [Fact]
    public void Together_they_never_have_more_than_there_is()
    {
        Assert.True(pool.TryHold(2));
        using JobShare one = pool.Open(1);
        using JobShare two = pool.Open(1);
        int taken = 0;
        for (int look = 0; look < 100; look++)
        {
            taken += one.Pipe.Take(1) + two.Pipe.Take(1);
            pool.Look();
            Assert.InRange(one.Lent + two.Lent, 0, 2);
        }
        Assert.Equal(2, taken);
    }

    [Fact]
    public void What_one_leaves_another_can_use()
    {
        Assert.True(pool.TryHold(2));
        using JobShare idle = pool.Open(1);
        using JobShare busy = pool.Open(1);
        int taken = 0;
        for (int look = 0; look < 10; look++)
        {
            pool.Look();
            taken += busy.Pipe.Take(10);
        }
        Assert.Equal((2, 0), (taken, idle.Pipe.Count()));
    }

    [Fact]
    public void A_start_takes_back_what_nobody_uses_and_waits_for_what_somebody_does()
    {
        Assert.True(pool.TryHold(1));
        using JobShare child = pool.Open(1);
        Assert.Equal(2, child.Pipe.Take(2));
        Assert.True(pool.TryHold(2));
        int freed = 0;
        pool.Freed = () => freed++;
        Assert.False(pool.TryHold(3));
        pool.Look();
        Assert.Equal(0, freed);
        child.Pipe.Put(1);
        pool.Look();
        Assert.NotEqual(0, freed);
        Assert.Equal(0, child.Pipe.Count());
        Assert.True(pool.TryHold(3));
        Assert.Equal(0, pool.Free);
    }

    [Fact]
    public void What_nobody_waits_for_any_more_is_lent_again()
    {
        Assert.True(pool.TryHold(1));
        using JobShare child = pool.Open(1);
        Assert.Equal(3, child.Pipe.Take(3));
        Assert.False(pool.TryHold(2));
        child.Pipe.Put(1);
        pool.Look();
        Assert.Equal(0, child.Pipe.Count());
        pool.Hold(1);
        pool.Look();
        Assert.Equal(1, child.Pipe.Count());
    }

    [Fact]
    public void What_a_child_dies_with_is_there_again()
    {
        Assert.True(pool.TryHold(1));
        using (JobShare killed = pool.Open(1))
            Assert.Equal(3, killed.Pipe.Take(3));
        Assert.Equal(3, pool.Free);
        using JobShare next = pool.Open(1);
        Assert.Equal(3, next.Pipe.Take(10));
    }

    [Fact]
    public void Cores_beyond_the_first_are_the_child_s_own()
    {
        Assert.True(pool.TryHold(3));
        using JobShare child = pool.Open(3);
        Assert.Equal(2, child.Pipe.Count());
        Assert.True(pool.TryHold(4));
        Assert.Equal(2, child.Pipe.Take(10));
        pool.Hold(3);
        pool.Look();
        Assert.Equal(1, child.Pipe.Count());
    }

    [Fact]
    public void What_it_gives_back_without_having_had_it_counts_for_nothing()
    {
        Assert.True(pool.TryHold(1));
        using JobShare child = pool.Open(1);
        child.Pipe.Put(50);
        pool.Look();
        Assert.Equal(3, child.Pipe.Take(100));
        Assert.Equal(0, pool.Free);
    }

    [UnixFact]
    public void A_named_pipe_is_one_too_and_goes_with_its_child()
    {
        string path;
        Assert.True(pool.TryHold(1));
        using (JobShare child = pool.Open(1, named: true))
        {
            path = child.Pipe.Auth["fifo:".Length..];
            Assert.True(Path.Exists(path));
            Assert.Equal(3, child.Pipe.Take(10));
        }
        Assert.False(Path.Exists(path));
    }
}
