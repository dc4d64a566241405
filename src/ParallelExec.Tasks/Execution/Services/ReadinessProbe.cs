using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Execution.Services;

/// <summary>Looks again and again whether a service is ready.</summary>
/// <param name="port">Its own; null where it has none.</param>
/// <param name="from">Where in its log it begins.</param>
internal sealed class ReadinessProbe(Readiness? ready, int? port, string logFile, long from) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>A service that takes a connection and says nothing is asked again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>An expression of a user that takes longer for one line would take for ever.</summary>
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    private readonly LineSplitter lines = new();
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly Regex? pattern = ready is LineReadiness line ? new Regex(line.Pattern, RegexOptions.None, PatternLimit) : null;
    private HttpClient? http;
    private long position = from;

    /// <summary>What was seen last, in words; empty where nothing was.</summary>
    public string Seen { get; private set; } = "";

    /// <returns>Null where nobody else is at the port of which it is said that the service is ready there: it would be taken for the
    /// service.</returns>
    public async Task<string?> WhyTakenAsync(CancellationToken stop)
    {
        int? fixedPort = ready switch
        {
            TcpReadiness { Port: { } declared } => declared,
            HttpReadiness web when !OwnPort.IsIn(web.Address) && new Uri(web.Address) is { IsLoopback: true } address => address.Port,
            _ => null,
        };
        return fixedPort is { } number && await ConnectsAsync(number, stop).ConfigureAwait(false)
            ? $"port {number} is taken: another program listens there already. End it, or write {OwnPort.Placeholder} for a free port"
            : null;
    }

    /// <returns>False where it was stopped before.</returns>
    public async Task<bool> WaitAsync(CancellationToken stop)
    {
        try
        {
            while (!await IsReadyAsync(stop).ConfigureAwait(false))
                await Task.Delay(Interval, stop).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => http?.Dispose();

    private async Task<bool> IsReadyAsync(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        return ready switch
        {
            null => true,
            LineReadiness => IsInLog(),
            TcpReadiness tcp => await ConnectsAsync(tcp.Port ?? port!.Value, stop).ConfigureAwait(false),
            HttpReadiness web =>
                await AnswersAsync(port is { } own ? OwnPort.Fill(web.Address, own) : web.Address, stop).ConfigureAwait(false),
            _ => throw new InvalidOperationException($"nobody has said how {ready.GetType().Name} is seen"),
        };
    }

    private bool IsInLog()
    {
        try
        {
            using var stream = new FileStream(logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Position = position;
            byte[] bytes = new byte[16 * 1024];
            char[] characters = new char[bytes.Length + 1];
            int read;
            while ((read = stream.Read(bytes)) > 0)
            {
                position += read;
                int count = decoder.GetChars(bytes.AsSpan(0, read), characters, flush: false);
                if (lines.Add(characters.AsSpan(0, count)).Exists(IsMatch))
                    return true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Seen = e.Message;
        }
        return false;
    }

    private bool IsMatch(string text)
    {
        try
        {
            return pattern!.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            Seen = $"the expression took longer than a second for the line '{Wording.Shorten(text, 60)}'";
            return false;
        }
    }

    private async Task<bool> ConnectsAsync(int number, CancellationToken stop)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(Patience);
            // The name stands for both addresses of this machine.
            using var client = new TcpClient();
            await client.ConnectAsync("localhost", number, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            Seen = $"port {number}: {e.Message}";
            return false;
        }
    }

    private async Task<bool> AnswersAsync(string address, CancellationToken stop)
    {
        // A proxy of the environment does not know the programs of this machine.
        http ??= new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Patience };
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(new Uri(address), HttpCompletionOption.ResponseHeadersRead, stop)
                .ConfigureAwait(false);
            Seen = $"{address} answered with {(int)answer.StatusCode}";
            return (int)answer.StatusCode < 400;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            Seen = $"{address}: {e.Message}";
            return false;
        }
    }
}
