using System.Globalization;
using ParallelExec.Model;

namespace ParallelExec.Telemetry;

/// <summary>
/// Sends spans to a collector while the run goes on. Nobody waits for it: what does not get away in time is left out, and the first thing
/// that goes wrong is told once.
/// </summary>
/// <param name="warn">Told of the first thing that goes wrong.</param>
internal sealed class OtlpSender(OtlpSettings settings, OtlpJson json, Action<string> warn) : IDisposable
{
    private const int LargestBatch = 512;

    /// <summary>So many wait at most; of a collector that is slower than that, what comes then is left out.</summary>
    private const int MostWaiting = 10_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Queue<Span> waiting = new();
    private readonly CancellationTokenSource over = new();
    private readonly OtlpClient client = new(settings, json);

    private Task sending = Task.CompletedTask;
    private List<Span> held = [];
    private DateTimeOffset notBefore = DateTimeOffset.MinValue;

    /// <summary>When the request that is under way was made, or will be.</summary>
    private long askedAt;
    private int failures;
    private long leftOut;
    private bool isGivenUp;
    private bool told;

    public void Add(Span span)
    {
        lock (gate)
        {
            if (isGivenUp || waiting.Count >= MostWaiting)
                leftOut++;
            else
                waiting.Enqueue(span);
        }
    }

    /// <summary>Sends what waits, at most once a second, and not while a request is under way.</summary>
    public void Beat(DateTimeOffset now)
    {
        lock (gate)
        {
            if (isGivenUp || !sending.IsCompleted || now < notBefore || (waiting.Count == 0 && held.Count == 0))
                return;
            notBefore = now + Interval;
            askedAt = TimeProvider.System.GetTimestamp();
            sending = Task.Run(() => SendAsync(now));
        }
    }

    /// <summary>The run has ended: what waits is sent, and awaited for a moment. Who has not answered so far is not waited for.</summary>
    public void End(DateTimeOffset now, TimeSpan patience)
    {
        Task last;
        lock (gate)
        {
            if (isGivenUp || (sending.IsCompleted && failures > 0))
                (last, patience) = (Task.CompletedTask, TimeSpan.Zero);
            else if (sending.IsCompleted)
                last = sending = Task.Run(() => SendAsync(now));
            else
                (last, patience) = (sending, patience - TimeProvider.System.GetElapsedTime(Volatile.Read(ref askedAt)));
        }
        if (!last.IsCompleted && (patience <= TimeSpan.Zero || !last.Wait(patience)))
            Tell("it has not answered yet");
        lock (gate)
        {
            isGivenUp = true;
            leftOut += waiting.Count + held.Count;
        }
        over.Cancel();
        if (leftOut > 0)
            Tell($"it takes too little: {leftOut.ToString(CultureInfo.InvariantCulture)} spans were left out");
    }

    public void Dispose()
    {
        over.Cancel();
        client.Dispose();
        over.Dispose();
    }

    private async Task SendAsync(DateTimeOffset now)
    {
        while (true)
        {
            lock (gate)
            {
                while (held.Count < LargestBatch && waiting.TryDequeue(out Span? span))
                    held.Add(span);
                if (held.Count == 0 || isGivenUp)
                    return;
            }
            Volatile.Write(ref askedAt, TimeProvider.System.GetTimestamp());
            OtlpAnswer answer = await client.SendAsync(held, over.Token).ConfigureAwait(false);
            lock (gate)
            {
                // At the end of the run it is counted what was left out: that is not changed any more.
                if (isGivenUp)
                    return;
                if (answer.IsTaken)
                    (held, failures) = ([], 0);
                else if (answer.IsFinal)
                    isGivenUp = true;
                else
                    notBefore = now + Pause(answer, ++failures);
            }
            if (answer.Problem.Length > 0)
                Tell(answer.Problem);
            if (!answer.IsTaken)
                return;
        }
    }

    private static TimeSpan Pause(OtlpAnswer answer, int failures)
    {
        TimeSpan pause = answer.After ?? TimeSpan.FromSeconds(Math.Pow(2, Math.Min(failures, 5) - 1));
        return pause < LongestPause ? pause : LongestPause;
    }

    private void Tell(string problem)
    {
        lock (gate)
        {
            if (told)
                return;
            told = true;
        }
        string protocol = settings.Protocol != "grpc" ? ""
            : $" The environment asks for the protocol {settings.Protocol}. ParallelExec speaks http/json: name an address that takes "
                + "it in OTEL_EXPORTER_OTLP_TRACES_ENDPOINT.";
        warn($"The collector {Wording.WithoutUserInfo(settings.Endpoint.AbsoluteUri)} has not taken all spans: {problem.TrimEnd('.')}. "
            + $"The run goes on without.{protocol}");
    }
}
