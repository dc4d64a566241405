using ParallelExec.Agents.Transcripts;

namespace ParallelExec.Agents;

/// <summary>
/// Looks at what a command line writes while it runs, and ends it where it only waits for a service that refuses it: some ask again for
/// minutes by themselves, each for itself, where the pause of all agents is to be one. Once the model has answered it is left alone:
/// what it has done so far would be lost.
/// </summary>
internal sealed class RateLimitWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string preset;
    private readonly string logFile;
    private readonly long start;
    private readonly CancellationTokenSource end;
    private readonly Lock gate = new();

    // By the system's clock: a process is looked at, not a plan.
    private readonly Timer timer;
    private long seen;

    /// <param name="start">Where in the log file its output begins, in bytes.</param>
    /// <param name="ended">Ends it too.</param>
    public RateLimitWatch(string preset, string logFile, long start, CancellationToken ended)
    {
        (this.preset, this.logFile, this.start, seen) = (preset, logFile, start, start);
        end = CancellationTokenSource.CreateLinkedTokenSource(ended);
        timer = new Timer(_ => Look(), null, Interval, Interval);
    }

    /// <summary>Set when the command line must end.</summary>
    public CancellationToken Ended => end.Token;

    /// <summary>It was ended here, because it only waited.</summary>
    public bool HasEnded { get; private set; }

    public void Dispose()
    {
        lock (gate)
        {
            timer.Dispose();
            end.Dispose();
            seen = long.MaxValue;
        }
    }

    private void Look()
    {
        lock (gate)
        {
            try
            {
                var log = new FileInfo(logFile);
                if (!log.Exists || log.Length <= seen)
                    return;
                seen = log.Length;
                AgentReport report = Transcript.Read(preset, logFile, start);
                if (report.ModelAnswered)
                    seen = long.MaxValue;
                else if (AgentVerdict.WaitsInVain(report))
                    (HasEnded, seen) = (true, long.MaxValue);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next look, or its end, tells more.
            }
            if (HasEnded)
                end.Cancel();
        }
    }
}
