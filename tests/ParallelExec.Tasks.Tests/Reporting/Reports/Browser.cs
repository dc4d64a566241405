using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Reporting.Reports;

/// <summary>
/// A headless Chromium, driven by its own protocol: https://chromedevtools.github.io/devtools-protocol/. A library for it would be a
/// hundred times as large as what is needed here.
/// </summary>
public sealed class Browser : IAsyncDisposable
{
    private static readonly JsonSerializerOptions WithoutNull = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly TestFolder profile = new("browser");
    private readonly Process process;
    private readonly ClientWebSocket socket = new();
    private readonly CancellationTokenSource limit = new(Patience.ForABuild);
    private string session = "";
    private int lastId;
    private bool isLoaded;

    private Browser(string program)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                    "--disable-background-networking", "--lang=en",
                "--remote-debugging-port=0", $"--user-data-dir={profile.Path}", "about:blank",
            },
        };
        process = Process.Start(start)!;
    }

    /// <summary>Null where there is none.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome",
            "chrome.exe" }.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>What went wrong on the page, and what it wanted to load.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<Browser> StartAsync()
    {
        var browser = new Browser(Program!);
        string? line;
        do
        {
            line = await browser.process.StandardError.ReadLineAsync(browser.limit.Token);
            Assert.NotNull(line);
        }
        while (!line.StartsWith("DevTools listening on ", StringComparison.Ordinal));
        _ = browser.process.StandardError.ReadToEndAsync(browser.limit.Token);
        await browser.socket.ConnectAsync(new Uri(line["DevTools listening on ".Length..].Trim()), browser.limit.Token);
        string target = (await browser.SendAsync("Target.createTarget", new { url = "about:blank" })).GetProperty("targetId").GetString()!;
        browser.session = (await browser.SendAsync("Target.attachToTarget", new { targetId = target, flatten = true }))
            .GetProperty("sessionId").GetString()!;
        foreach (string domain in new[] { "Page", "Runtime", "Log", "Network" })
            await browser.SendAsync(domain + ".enable");
        return browser;
    }

    /// <summary>Opens a report and waits until it is drawn.</summary>
    public async Task OpenAsync(string file, int width = 1440, int height = 1000, string scheme = "light", string hash = "")
    {
        await SendAsync("Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = false });
        await SendAsync("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = scheme } } });
        isLoaded = false;
        await SendAsync("Page.navigate", new { url = new Uri(file).AbsoluteUri + hash });
        while (!isLoaded)
            Listen(await ReceiveAsync());
        Assert.Equal("true", (await JsAsync("document.documentElement.dataset.ready")).GetString());
        await FrameAsync();
    }

    /// <summary>The value of an expression; of a promise, what it comes to.</summary>
    public async Task<JsonElement> JsAsync(string expression)
    {
        JsonElement answer = await SendAsync("Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true });
        Assert.False(answer.TryGetProperty("exceptionDetails", out JsonElement wrong), wrong.ToString());
        return answer.GetProperty("result").TryGetProperty("value", out JsonElement value) ? value : default;
    }

    public async Task<string> TextAsync(string selector) => (await JsAsync($"document.querySelector({Quoted(selector)}).textContent"))
        .GetString()!;

    public async Task<int> CountAsync(string selector) => (await JsAsync($"document.querySelectorAll({Quoted(selector)}).length"))
        .GetInt32();

    /// <summary>As a mouse does it: what lies above it gets the click.</summary>
    public async Task ClickAsync(string selector)
    {
        JsonElement at = await JsAsync($$"""
            (() => {
              const e = document.querySelector({{Quoted(selector)}});
              e.scrollIntoView({ block: "center" });
              const r = e.getBoundingClientRect();
              return [r.x + r.width / 2, r.y + r.height / 2];
            })()
            """);
        await ClickAsync(at[0].GetDouble(), at[1].GetDouble());
    }

    public async Task ClickAsync(double x, double y)
    {
        foreach (string type in new[] { "mouseMoved", "mousePressed", "mouseReleased" })
            await SendAsync("Input.dispatchMouseEvent",
                new
                {
                    type,
                    x,
                    y,
                    button = type == "mouseMoved" ? "none" : "left",
                    buttons = type == "mousePressed" ? 1 : 0,
                    clickCount = 1
                });
        await FrameAsync();
    }

    /// <param name="key">A key's name or its character.</param>
    public async Task PressAsync(string key)
    {
        string? text = key.Length == 1 ? key : key == "Enter" ? "\r" : null;
        await SendAsync("Input.dispatchKeyEvent", new { type = text is null ? "rawKeyDown" : "keyDown", key, text });
        await SendAsync("Input.dispatchKeyEvent", new { type = "keyUp", key });
        await FrameAsync();
    }

    public async Task TypeAsync(string text)
    {
        await SendAsync("Input.insertText", new { text });
        // The page waits a moment for the next letter.
        await JsAsync("new Promise(done => setTimeout(done, 120))");
    }

    /// <summary>A picture of what is seen. <c>PARALLELEXEC_SCREENSHOTS=FOLDER</c> keeps it.</summary>
    public async Task<byte[]> ScreenshotAsync(string name)
    {
        byte[] png = (await SendAsync("Page.captureScreenshot", new { format = "png" })).GetProperty("data").GetBytesFromBase64();
        if (Environment.GetEnvironmentVariable("PARALLELEXEC_SCREENSHOTS") is { Length: > 0 } folder)
            await File.WriteAllBytesAsync(Path.Combine(folder, name + ".png"), png);
        return png;
    }

    public Task<JsonElement> SendAsync(string method) => SendAsync(method, new { });

    public async Task<JsonElement> SendAsync(string method, object parameters)
    {
        int id = ++lastId;
        byte[] message = JsonSerializer.SerializeToUtf8Bytes(session.Length == 0
            ? new { id, method, @params = parameters } : (object)new { id, method, @params = parameters, sessionId = session },
            WithoutNull);
        await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        while (true)
        {
            JsonElement answer = await ReceiveAsync();
            if (answer.TryGetProperty("id", out JsonElement of))
            {
                if (of.GetInt32() != id)
                    continue;
                Assert.False(answer.TryGetProperty("error", out JsonElement error), $"{method}: {error}");
                return answer.GetProperty("result");
            }
            Listen(answer);
        }
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        socket.Dispose();
        limit.Dispose();
        profile.Dispose();
    }

    private Task<JsonElement> FrameAsync() =>
        JsAsync("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))");

    private void Listen(JsonElement happened)
    {
        JsonElement what = happened.GetProperty("params");
        switch (happened.GetProperty("method").GetString())
        {
            case "Page.loadEventFired":
                isLoaded = true;
                break;
            case "Runtime.exceptionThrown":
                Complaints.Add(what.GetProperty("exceptionDetails").ToString());
                break;
            case "Log.entryAdded" when what.GetProperty("entry").GetProperty("level").GetString() is "error" or "warning":
                Complaints.Add(what.GetProperty("entry").GetProperty("text").GetString()!);
                break;
            case "Network.requestWillBeSent" when what.GetProperty("request").GetProperty("url")
                .GetString()!.StartsWith("http", StringComparison.Ordinal):
                Complaints.Add("it loads " + what.GetProperty("request").GetProperty("url").GetString());
                break;
        }
    }

    private async Task<JsonElement> ReceiveAsync()
    {
        using var message = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            message.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonElement.Parse(Encoding.UTF8.GetString(message.ToArray()));
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
