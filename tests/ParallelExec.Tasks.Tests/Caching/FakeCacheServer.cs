using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ParallelExec.Tests.Caching;

/// <summary>A cache server on loopback that keeps what it is given, and misbehaves as a test asks it to.</summary>
internal sealed class FakeCacheServer : IDisposable
{
    private readonly HttpListener listener = new();

    public FakeCacheServer()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/cache/");
        }
        listener.Prefixes.Add(Address.AbsoluteUri);
        listener.Start();
        _ = ServeAsync();
    }

    public Uri Address { get; }

    public ConcurrentDictionary<string, byte[]> Content { get; } = [];

    /// <summary>Method, path and authorization of each request.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>What it does instead of what it should; false = nothing special.</summary>
    public Func<HttpListenerContext, string, bool> Misbehave { get; set; } = (_, _) => false;

    public void Dispose() => listener.Close();

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
        string path = context.Request.Url!.AbsolutePath["/cache/".Length..];
        Requests.Enqueue($"{context.Request.HttpMethod} {path.Split('/')[0]} {context.Request.Headers["Authorization"]}".TrimEnd());
        if (Misbehave(context, path))
            return;
        if (context.Request.HttpMethod == "PUT")
        {
            var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            Content[path] = body.ToArray();
            context.Response.StatusCode = 201;
        }
        else if (Content.TryGetValue(path, out byte[]? content))
        {
            await context.Response.OutputStream.WriteAsync(content);
        }
        else
        {
            context.Response.StatusCode = 404;
        }
        context.Response.Close();
    }
}
