namespace ParallelExec.Agents;

/// <summary>The pauses that all agents of one program take when its service says that it is asked too much.</summary>
internal sealed class RateLimit(TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    private readonly Lock gate = new();
    private TimeSpan pause = FirstPause;
    private DateTimeOffset until = DateTimeOffset.MinValue;

    /// <summary>Nobody starts for a while; the next time for twice as long.</summary>
    public void Hit()
    {
        lock (gate)
        {
            DateTimeOffset now = time.GetUtcNow();
            // Those that ran beside each other are told the same thing: that is one hit.
            if (now < until)
                return;
            until = now + pause;
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>The service has answered again.</summary>
    public void Passed()
    {
        lock (gate)
            pause = FirstPause;
    }

    /// <returns>False when <paramref name="ended"/> came first.</returns>
    public async Task<bool> WaitAsync(CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            TimeSpan left;
            lock (gate)
                left = until - time.GetUtcNow();
            if (left <= TimeSpan.Zero)
                return true;
            try
            {
                await Task.Delay(left, time, ended).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
        return false;
    }
}
