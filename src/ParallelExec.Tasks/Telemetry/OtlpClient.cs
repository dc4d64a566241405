using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ParallelExec.Model;

namespace ParallelExec.Telemetry;

/// <summary>One request to a collector, and what it answers: OTLP over HTTP, in JSON.</summary>
internal sealed class OtlpClient(OtlpSettings settings, OtlpJson json) : IDisposable
{
    private const int LongestAnswer = 64 * 1024;

    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // Else each request would be told the span of whoever runs the build.
        ActivityHeadersPropagator = null,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public void Dispose() => client.Dispose();

    /// <summary>Never throws: what goes wrong is in the answer.</summary>
    /// <param name="over">Nobody waits for it any more.</param>
    public async Task<OtlpAnswer> SendAsync(IReadOnlyList<Span> spans, CancellationToken over)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(over);
        limit.CancelAfter(settings.Timeout);
        try
        {
            return await PostAsync(spans, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            string problem = over.IsCancellationRequested ? "" : $"no answer came in {Wording.Duration(settings.Timeout)}";
            return new OtlpAnswer { Problem = problem };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new OtlpAnswer { Problem = (e.InnerException ?? e).Message };
        }
        catch (Exception e)
        {
            // Whatever the framework does not like of an address or a header: the run goes on, and it is told.
            return new OtlpAnswer { Problem = e.Message, IsFinal = true };
        }
    }

    private async Task<OtlpAnswer> PostAsync(IReadOnlyList<Span> spans, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.Endpoint) { Content = Content(spans) };
        request.Headers.TryAddWithoutValidation("User-Agent", $"ParallelExec-OTLP-Exporter/{OtlpJson.Version}");
        foreach ((string name, string value) in settings.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
        using HttpResponseMessage response = await client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
            return new OtlpAnswer { IsTaken = true, Problem = await RejectedAsync(response, cancel).ConfigureAwait(false) };
        RetryConditionHeaderValue? after = response.Headers.RetryAfter;
        return new OtlpAnswer
        {
            Problem = $"it answered {(int)response.StatusCode}"
                + (response.StatusCode == HttpStatusCode.UnsupportedMediaType ? ", so it does not take JSON" : ""),
            IsFinal = response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
                or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout),
            After = after?.Delta ?? (after?.Date is { } date ? date - TimeProvider.System.GetUtcNow() : null),
        };
    }

    private ByteArrayContent Content(IReadOnlyList<Span> spans)
    {
        using var body = new MemoryStream();
        if (settings.Compress)
        {
            using var gzip = new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true);
            json.Write(spans, gzip);
        }
        else
        {
            json.Write(spans, body);
        }
        var content = new ByteArrayContent(body.GetBuffer(), 0, (int)body.Length);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (settings.Compress)
            content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    /// <summary>A collector may take some of them only, and says so in what it answers.</summary>
    private static async Task<string> RejectedAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        using Stream stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        byte[] bytes = new byte[LongestAnswer];
        int length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel).ConfigureAwait(false);
        try
        {
            using JsonDocument answer = JsonDocument.Parse(bytes.AsMemory(0, length));
            if (answer.RootElement.ValueKind != JsonValueKind.Object
                || !answer.RootElement.TryGetProperty("partialSuccess", out JsonElement partial)
                || partial.ValueKind != JsonValueKind.Object
                || !partial.TryGetProperty("rejectedSpans", out JsonElement rejected)
                || rejected.ToString() is not { Length: > 0 } count || count == "0")
                return "";
            string why = partial.TryGetProperty("errorMessage", out JsonElement message) ? $": {message}" : "";
            return Wording.Shorten($"it has refused {count} spans{why}", 500);
        }
        catch (JsonException)
        {
            // Some answer nothing, or in another form: they have taken them.
            return "";
        }
    }
}

/// <summary>What became of a request.</summary>
internal sealed record OtlpAnswer
{
    public bool IsTaken { get; init; }

    /// <summary>It will not be another one the next time.</summary>
    public bool IsFinal { get; init; }
    public string Problem { get; init; } = "";

    /// <summary>How long it wants to be left alone; null = it does not say.</summary>
    public TimeSpan? After { get; init; }
}
