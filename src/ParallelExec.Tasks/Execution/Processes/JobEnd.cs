using System.Diagnostics;

namespace ParallelExec.Execution.Processes;

/// <summary>Ends the processes of a Job Object, which were asked to end already.</summary>
internal static class JobEnd
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(5);

    /// <param name="running">How many still run.</param>
    public static async Task<StopReport> AfterAsync(int root, Func<int> running, Action terminate, TimeSpan grace)
    {
        int stubborn = await UntilNoneAsync(running, grace).ConfigureAwait(false);
        if (stubborn == 0)
            return new StopReport([], []);
        terminate();
        int left = await UntilNoneAsync(running, KillLimit).ConfigureAwait(false);
        return new StopReport([Words(stubborn, root)], left == 0 ? [] : [Words(left, root)]);
    }

    private static async Task<int> UntilNoneAsync(Func<int> running, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        int count;
        while ((count = running()) > 0 && clock.Elapsed < limit)
            await Task.Delay(Poll).ConfigureAwait(false);
        return count;
    }

    private static string Words(int count, int root) => count == 1 ? $"1 process of {root}" : $"{count} processes of {root}";
}
