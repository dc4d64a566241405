using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ParallelExec.Sdk.Tests.Agents;

/// <summary>
/// A language model on loopback that says what a script tells it: a prompt names its scenario with <c>[[scenario:NAME]]</c>, and each
/// answer of the model since then is one step of it. It keeps no state of conversations, so any number of agents can talk to it at once.
/// It speaks what opencode, copilot and qwen ask for (chat completions), codex (responses), claude (messages) and gemini
/// (generateContent), as streams.
/// </summary>
internal sealed partial class ScriptedModel : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly Dictionary<string, Step[]> script;
    private readonly ConcurrentDictionary<string, int> refusals = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource ended = new();

    public ScriptedModel(Dictionary<string, Step[]> script)
    {
        this.script = script;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        listener.Start();
        _ = ServeAsync();
    }

    public int Port { get; }

    /// <summary>The prompts that came, each once per request.</summary>
    public ConcurrentQueue<string> Prompts { get; } = [];

    public void Dispose()
    {
        ended.Cancel();
        listener.Close();
        ended.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await listener.GetContextAsync();
                _ = AnswerAsync(context);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            string body = await reader.ReadToEndAsync(ended.Token);
            string path = context.Request.Url!.AbsolutePath;
            if (path.EndsWith("/chat/completions", StringComparison.Ordinal))
                await ChatAsync(context.Response, JsonNode.Parse(body)!);
            else if (path.EndsWith("/responses", StringComparison.Ordinal))
                await ResponsesAsync(context.Response, JsonNode.Parse(body)!);
            else if (path.EndsWith("/messages", StringComparison.Ordinal))
                await MessagesAsync(context.Response, JsonNode.Parse(body)!);
            else if (path.EndsWith("enerateContent", StringComparison.Ordinal))
                await GenerateContentAsync(context.Response, JsonNode.Parse(body)!, path.Contains("stream", StringComparison.Ordinal));
            else if (path.EndsWith("ount_tokens", StringComparison.Ordinal) || path.EndsWith("ountTokens", StringComparison.Ordinal))
                await WholeAsync(context.Response, 200, """{"input_tokens":1,"totalTokens":1}""");
            else
                await WholeAsync(context.Response, 200, """{"object":"list","data":[{"id":"scripted","object":"model","created":0,"owned_by":"local"}]}""");
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            // The agent has gone, or the test has ended.
        }
    }

    private async Task ChatAsync(HttpListenerResponse response, JsonNode request)
    {
        // Requests for titles and summaries have no tools.
        Step? step = request["tools"] is JsonArray { Count: > 0 }
            ? await NextAsync(response, request["messages"]!.AsArray()) : new Step("a title");
        if (step is null)
            return;
        response.ContentType = "text/event-stream";
        response.SendChunked = true;
        await ChunkAsync(new { role = "assistant", content = step.Text ?? "" }, null);
        if (step.Cut)
        {
            response.Abort();
            return;
        }
        if (step.Tool is not null)
            await ChunkAsync(new { tool_calls = new[] { new { index = 0, id = $"call_{Guid.NewGuid():N}", type = "function", function = new { name = step.Tool, arguments = JsonSerializer.Serialize(step.Arguments) } } } }, null);
        await ChunkAsync(new { }, step.Tool is null ? "stop" : "tool_calls");
        await WriteAsync(response, "data: [DONE]\n\n");
        response.Close();

        Task ChunkAsync(object delta, string? finish) => WriteAsync(response, "data: " + JsonSerializer.Serialize(new
        {
            id = "chatcmpl-1",
            @object = "chat.completion.chunk",
            created = 1,
            model = "scripted",
            choices = new[] { new { index = 0, delta, finish_reason = finish } },
            usage = new { prompt_tokens = 1, completion_tokens = 1, total_tokens = 2 },
        }) + "\n\n");
    }

    private async Task ResponsesAsync(HttpListenerResponse response, JsonNode request)
    {
        if (await NextAsync(response, request["input"]!.AsArray()) is not { } step)
            return;
        response.ContentType = "text/event-stream";
        response.SendChunked = true;
        object? item = step.Tool is not null
            ? new { type = "function_call", id = "fc_1", call_id = $"call_{Guid.NewGuid():N}", name = step.Tool, arguments = JsonSerializer.Serialize(step.Arguments), status = "completed" }
            : new { type = "message", id = "msg_1", role = "assistant", status = "completed", content = new[] { new { type = "output_text", text = step.Text ?? "", annotations = Array.Empty<string>() } } };
        await EventAsync("response.created", new { type = "response.created", response = Whole("in_progress") });
        if (step.Cut)
        {
            response.Abort();
            return;
        }
        await EventAsync("response.output_item.done", new { type = "response.output_item.done", output_index = 0, item });
        await EventAsync("response.completed", new { type = "response.completed", response = Whole("completed") });
        response.Close();

        object Whole(string status) => new
        {
            id = "resp_1",
            @object = "response",
            created_at = 1,
            model = "scripted",
            status,
            output = status == "completed" ? new[] { item } : [],
            usage = new { input_tokens = 1, input_tokens_details = new { cached_tokens = 0 }, output_tokens = 1, output_tokens_details = new { reasoning_tokens = 0 }, total_tokens = 2 },
        };

        Task EventAsync(string name, object data) => WriteAsync(response, $"event: {name}\ndata: {JsonSerializer.Serialize(data)}\n\n");
    }

    private async Task MessagesAsync(HttpListenerResponse response, JsonNode request)
    {
        Step? step = request["tools"] is JsonArray { Count: > 0 }
            ? await NextAsync(response, request["messages"]!.AsArray()) : new Step("a title");
        if (step is null)
            return;
        response.ContentType = "text/event-stream";
        response.SendChunked = true;
        var usage = new { input_tokens = 1, output_tokens = 1, cache_creation_input_tokens = 0, cache_read_input_tokens = 0 };
        await EventAsync("message_start", new
        {
            type = "message_start",
            message = new
            {
                // Two of one name are one answer for it.
                id = $"msg_{Guid.NewGuid():N}",
                type = "message",
                role = "assistant",
                model = "scripted",
                content = Array.Empty<string>(),
                stop_reason = (string?)null,
                usage,
            },
        });
        object begin = step.Tool is null ? new { type = "text", text = "" }
            : new { type = "tool_use", id = $"toolu_{Guid.NewGuid():N}", name = step.Tool, input = new { } };
        object delta = step.Tool is null ? new { type = "text_delta", text = step.Text ?? "" }
            : new { type = "input_json_delta", partial_json = JsonSerializer.Serialize(step.Arguments) };
        await EventAsync("content_block_start", new { type = "content_block_start", index = 0, content_block = begin });
        await EventAsync("content_block_delta", new { type = "content_block_delta", index = 0, delta });
        if (step.Cut)
        {
            response.Abort();
            return;
        }
        await EventAsync("content_block_stop", new { type = "content_block_stop", index = 0 });
        string reason = step.Tool is null ? "end_turn" : "tool_use";
        var end = new { type = "message_delta", delta = new { stop_reason = reason }, usage = new { output_tokens = 1 } };
        await EventAsync("message_delta", end);
        await EventAsync("message_stop", new { type = "message_stop" });
        response.Close();

        Task EventAsync(string name, object data) => WriteAsync(response, $"event: {name}\ndata: {JsonSerializer.Serialize(data)}\n\n");
    }

    private async Task GenerateContentAsync(HttpListenerResponse response, JsonNode request, bool isStream)
    {
        Step? step = request["tools"] is JsonArray { Count: > 0 }
            ? await NextAsync(response, request["contents"]!.AsArray(), isGemini: true) : new Step("{}");
        if (step is null)
            return;
        object part = step.Tool is null ? new { text = step.Text ?? "" }
            : new { functionCall = new { name = step.Tool, args = step.Arguments } };
        var content = new { role = "model", parts = new[] { part } };
        string answer = JsonSerializer.Serialize(new
        {
            candidates = new[] { new { index = 0, content, finishReason = step.Cut ? null : "STOP" } },
            usageMetadata = new { promptTokenCount = 1, candidatesTokenCount = 1, totalTokenCount = 2 },
            modelVersion = "scripted",
        });
        if (!isStream)
        {
            await WholeAsync(response, 200, answer);
            return;
        }
        response.ContentType = "text/event-stream";
        response.SendChunked = true;
        await WriteAsync(response, $"data: {answer}\n\n");
        if (step.Cut)
            response.Abort();
        else
            response.Close();
    }

    /// <returns>Null where the answer was given already: an error, or none at all.</returns>
    private async Task<Step?> NextAsync(HttpListenerResponse response, JsonArray conversation, bool isGemini = false)
    {
        int start = -1;
        string scenario = "";
        for (int i = 0; start < 0 && i < conversation.Count; i++)
        {
            string text = TextOf(conversation[i]!["content"] ?? conversation[i]!["parts"]);
            if (conversation[i]!["role"]?.GetValue<string>() == "user" && Mark().Match(text) is { Success: true } match)
            {
                (start, scenario) = (i, match.Groups[1].Value);
                Prompts.Enqueue(text);
            }
        }
        if (start < 0 || !script.TryGetValue(scenario, out Step[]? steps))
            return new Step("no scenario is named");
        int answered = conversation.Skip(start).Count(entry =>
            entry!["role"]?.GetValue<string>() is "assistant" or "model" || entry["type"]?.GetValue<string>() == "function_call");
        Step step = steps[Math.Min(answered, steps.Length - 1)];
        if (step.Hangs)
            await Task.Delay(Timeout.Infinite, ended.Token);
        if (step.Status == 0 || refusals.AddOrUpdate(scenario, 1, (_, count) => count + 1) > step.Times)
            return step;
        // All of them read an error from here; gemini wants a number for its code.
        object code = isGemini ? step.Status : "scripted";
        await WholeAsync(response, step.Status, JsonSerializer.Serialize(new
        {
            type = "error",
            error = new { message = $"scripted {step.Status}", type = "scripted", code, status = "scripted" },
        }));
        return null;
    }

    private static string TextOf(JsonNode? content) => content switch
    {
        JsonArray parts => string.Join('\n', parts.Select(part => part!["text"]?.GetValue<string>() ?? "")),
        JsonValue value => value.GetValue<string>(),
        _ => "",
    };

    private static async Task WholeAsync(HttpListenerResponse response, int status, string json)
    {
        response.StatusCode = status;
        response.ContentType = "application/json";
        await WriteAsync(response, json);
        response.Close();
    }

    private static async Task WriteAsync(HttpListenerResponse response, string text)
    {
        await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
        await response.OutputStream.FlushAsync();
    }

    [GeneratedRegex(@"\[\[scenario:([\w.-]+)\]\]")]
    private static partial Regex Mark();

    /// <summary>One answer of the model: a text, a call of a tool, or one that goes wrong.</summary>
    internal sealed record Step(string? Text = null)
    {
        public string? Tool { get; init; }
        public Dictionary<string, object> Arguments { get; init; } = [];

        /// <summary>An HTTP status instead of an answer, for the first <see cref="Times"/> requests.</summary>
        public int Status { get; init; }
        public int Times { get; init; } = int.MaxValue;

        /// <summary>The connection breaks in the middle.</summary>
        public bool Cut { get; init; }

        /// <summary>There is never an answer.</summary>
        public bool Hangs { get; init; }

        public static Step Call(string tool, params (string Name, object Value)[] arguments) =>
            new() { Tool = tool, Arguments = arguments.ToDictionary(argument => argument.Name, argument => argument.Value) };
    }
}
