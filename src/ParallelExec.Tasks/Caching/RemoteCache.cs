using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using ParallelExec.Events;
using ParallelExec.Model;

namespace ParallelExec.Caching;

/// <summary>
/// A cache over HTTP: GET and PUT of <c>/ac/SHA256</c> and <c>/cas/SHA256</c>, as Bazel's caches and any WebDAV server speak it. The first
/// thing that goes wrong is one warning, and then it is not asked again in this run.
/// </summary>
internal sealed class RemoteCache : IDisposable
{
    /// <summary>The environment variable with the bearer token.</summary>
    public const string TokenVariable = "PARALLELEXEC_REMOTE_CACHE_TOKEN";

    /// <summary>What comes more slowly costs more than it brings, in bytes per second.</summary>
    private const int SlowestRate = 20_000;

    private readonly Uri address;
    private readonly bool canWrite;
    private readonly IRunLog log;
    private readonly HttpClient client = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), AllowAutoRedirect = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private int given;

    public RemoteCache(Uri address, bool canWrite, string? token, IRunLog log)
    {
        (this.address, this.canWrite, this.log) = (new Uri(address.AbsoluteUri.TrimEnd('/') + "/"), canWrite, log);
        if (!string.IsNullOrEmpty(token))
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>So long without a byte, and it counts as gone.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    public bool CanWrite => canWrite && !IsGivenUp;

    private bool IsGivenUp => Volatile.Read(ref given) != 0;

    public byte[]? ReadEntry(string fingerprint, CancellationToken cancel)
    {
        var bytes = new MemoryStream();
        return TryGet($"ac/{fingerprint}", bytes, CacheFolder.LongestEntry, cancel) ? bytes.ToArray() : null;
    }

    /// <param name="longest">It can not be longer than that, in bytes.</param>
    public bool TryDownload(string digest, string file, long longest, CancellationToken cancel)
    {
        using FileStream content = File.Create(file);
        if (!TryGet($"cas/{digest}", content, longest, cancel))
            return false;
        content.Position = 0;
        if (Convert.ToHexStringLower(SHA256.HashData(content)) == digest)
            return true;
        Lies($"the content of cas/{digest} has another digest");
        return false;
    }

    public bool TryUpload(string path, Stream content, CancellationToken cancel) => Try(async patience =>
    {
        using var body = new StreamContent(new CountedStream(content, patience.Moved));
        body.Headers.ContentLength = content.Length;
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(address, path)) { Content = body };
        using HttpResponseMessage response = await client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"PUT {path} was answered with {(int)response.StatusCode}");
        return true;
    }, cancel);

    /// <summary>It has sent something that it should not have.</summary>
    public void Lies(string how) => GiveUp(how);

    public void Dispose() => client.Dispose();

    private bool TryGet(string path, Stream to, long longest, CancellationToken cancel) => Try(async patience =>
    {
        using HttpResponseMessage response = await client
            .GetAsync(new Uri(address, path), HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return false;
        if (response.StatusCode != HttpStatusCode.OK)
            throw new HttpRequestException($"GET {path} was answered with {(int)response.StatusCode}");
        if (response.Content.Headers.ContentLength > longest)
            throw new HttpRequestException($"what it has for {path} is too long");
        using Stream content = await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
        byte[] buffer = new byte[64 * 1024];
        int read;
        long all = 0;
        while ((read = await content.ReadAsync(buffer, patience.Token).ConfigureAwait(false)) > 0)
        {
            if ((all += read) > longest)
                throw new HttpRequestException($"what it sends for {path} does not end");
            patience.Moved(read);
            to.Write(buffer, 0, read);
        }
        return true;
    }, cancel);

    private bool Try(Func<Conversation, Task<bool>> talk, CancellationToken cancel)
    {
        if (IsGivenUp || cancel.IsCancellationRequested)
            return false;
        using var conversation = new Conversation(Patience, cancel);
        try
        {
            return talk(conversation).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // Nobody waits for it any more, which is not its fault.
        }
        catch (OperationCanceledException)
        {
            GiveUp(conversation.Problem);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            GiveUp((e.InnerException ?? e).Message);
        }
        return false;
    }

    private void GiveUp(string why)
    {
        if (Interlocked.Exchange(ref given, 1) != 0)
            return;
        string told = $"The remote cache {address} is not used any more in this run: {why.TrimEnd('.')}.";
        log.Report(Diagnostic.Warning(Codes.RemoteCache, Wording.WithoutUserInfo(told)));
    }

    /// <summary>One request and its answer: over when nothing moves for as long as our patience lasts, or all too little does.</summary>
    private sealed class Conversation : IDisposable
    {
        private readonly CancellationTokenSource over;
        private readonly TimeSpan patience;
        private readonly long started = Stopwatch.GetTimestamp();
        private long moved;

        public Conversation(TimeSpan patience, CancellationToken cancel)
        {
            this.patience = patience;
            over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            over.CancelAfter(patience);
        }

        public CancellationToken Token => over.Token;

        /// <summary>What it was over for.</summary>
        public string Problem => string.Create(
            CultureInfo.InvariantCulture,
            $"{(moved == 0 ? "nothing" : $"only {moved} bytes")} came in {Wording.Duration(Stopwatch.GetElapsedTime(started))}");

        public void Moved(int bytes)
        {
            moved += bytes;
            TimeSpan left = patience + TimeSpan.FromSeconds((double)moved / SlowestRate) - Stopwatch.GetElapsedTime(started);
            over.CancelAfter(TimeSpan.FromTicks(Math.Clamp(left.Ticks, 0, patience.Ticks)));
        }

        public void Dispose() => over.Dispose();
    }
}
