using System.Runtime.InteropServices;

namespace ParallelExec.Execution.Processes;

/// <summary>Ends all processes of one attempt on Unix: SIGTERM, a grace period, SIGKILL, and a look whether any is left.</summary>
internal static partial class ProcessTree
{
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>After this long a process that SIGKILL did not end (it hangs in the kernel) is reported as a survivor.</summary>
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(5);

    public static async Task<StopReport> StopAsync(int root, string cookie, TimeSpan grace)
    {
        await SignalUntilGoneAsync(root, cookie, SigTerm, grace, again: false).ConfigureAwait(false);
        IReadOnlyList<RunningProcess> stubborn = ProcessTable.Members(root, cookie);
        if (stubborn.Count == 0)
            return new StopReport([], []);
        // What a dying process still starts is found by the next look: the signal goes out again until none is left.
        IReadOnlyList<RunningProcess> left = await SignalUntilGoneAsync(root, cookie, SigKill, KillLimit, again: true)
            .ConfigureAwait(false);
        return new StopReport([.. stubborn.Select(process => process.ToString())], [.. left.Select(process => process.ToString())]);
    }

    /// <summary>SIGKILL to all of it, once, without a look at what comes of it.</summary>
    public static void KillAll(int root, string cookie)
    {
        // What is nearest first: the rest is found by a look that can fail.
        _ = Kill(root, SigKill);
        try
        {
            foreach (RunningProcess process in ProcessTable.Members(root, cookie))
                _ = Kill(process.Id, SigKill);
        }
        catch (Exception e)
            when (e is IOException or UnauthorizedAccessException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // Then only what was nearest is ended.
        }
    }

    private static async Task<IReadOnlyList<RunningProcess>> SignalUntilGoneAsync(
        int root, string cookie, int signal, TimeSpan limit, bool again)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var signalled = new HashSet<int>();
        while (true)
        {
            IReadOnlyList<RunningProcess> members = ProcessTable.Members(root, cookie);
            foreach (RunningProcess process in members)
            {
                if (signalled.Add(process.Id) || again)
                    _ = Kill(process.Id, signal);
            }
            if (members.Count == 0 || clock.Elapsed > limit)
                return members;
            await Task.Delay(Poll).ConfigureAwait(false);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}

/// <summary>A process that runs, as a person would look for it.</summary>
internal sealed record RunningProcess(int Id, int Parent, string Name)
{
    public override string ToString() => $"{Name} ({Id})";
}
