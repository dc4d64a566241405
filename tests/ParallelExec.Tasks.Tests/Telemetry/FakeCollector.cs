using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace ParallelExec.Tests.Telemetry;

/// <summary>A collector of OpenTelemetry on loopback that keeps what it is sent, and misbehaves as a test asks it to.</summary>
internal sealed class FakeCollector : IDisposable
{
    private readonly HttpListener listener = new();

    public FakeCollector()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }
        listener.Prefixes.Add(Address + "/");
        listener.Start();
        _ = ServeAsync();
    }

    public string Address { get; }

    /// <summary>Path and headers of each request.</summary>
    public ConcurrentQueue<(string Path, Dictionary<string, string> Headers)> Requests { get; } = [];

    public ConcurrentQueue<string> Bodies { get; } = [];

    /// <summary>What it answers; null = nothing, ever.</summary>
    public Func<HttpListenerContext, int?> Answers { get; set; } = _ => 200;

    /// <summary>What stands in an answer.</summary>
    public string Text { get; set; } = "{}";

    public IEnumerable<JsonElement> Spans => Bodies.SelectMany(body =>
        JsonDocument.Parse(body).RootElement.GetProperty("resourceSpans").EnumerateArray())
        .SelectMany(resource => resource.GetProperty("scopeSpans").EnumerateArray()).SelectMany(scope =>
            scope.GetProperty("spans").EnumerateArray());

    public JsonElement Span(string name) => Spans.Single(span => span.GetProperty("name").GetString() == name);

    /// <summary>Told of what it has taken.</summary>
    public Action<string> Got { get; set; } = _ => { };

    public void Dispose() => listener.Close();

    /// <summary>The attributes of a span, an event or a resource, as texts.</summary>
    public static Dictionary<string, string> Attributes(JsonElement of) => of.GetProperty("attributes").EnumerateArray().ToDictionary(
        each => each.GetProperty("key").GetString()!,
        each => each.GetProperty("value").EnumerateObject().Single().Value.ToString());

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await listener.GetContextAsync();
                _ = Task.Run(() => AnswerAsync(context));
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        Stream content = context.Request.Headers["Content-Encoding"] == "gzip"
            ? new GZipStream(context.Request.InputStream, CompressionMode.Decompress)
            : context.Request.InputStream;
        using var reader = new StreamReader(content);
        string body = await reader.ReadToEndAsync();
        Requests.Enqueue((context.Request.Url!.PathAndQuery,
            context.Request.Headers.AllKeys.ToDictionary(name => name!, name => context.Request.Headers[name]!,
                StringComparer.OrdinalIgnoreCase)));
        int? status = Answers(context);
        if (status is 200)
        {
            Bodies.Enqueue(body);
            Got(body);
        }
        if (status is null)
            return;
        context.Response.StatusCode = status.Value;
        await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(Text));
        context.Response.Close();
    }
}
