using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ParallelExec.Model;
using ParallelExec.Tests.Execution;

namespace ParallelExec.Tests.Telemetry;

/// <summary>What a collector gets of a run, and what a run has to do with a collector that misbehaves.</summary>
public sealed class RunTelemetryTests : IDisposable
{
    private const string Incoming = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string NotSampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

    private readonly FakeCollector collector = new();
    private readonly Run run = new() { Options = new RunOptions { MaxParallelism = 4, NodeCount = 4, Telemetry = TelemetryMode.Otlp } };

    public RunTelemetryTests()
    {
        foreach (string name in Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => name.StartsWith("OTEL_",
            StringComparison.Ordinal)))
            run.Environment[name] = "";
        run.Environment["TRACEPARENT"] = run.Environment["TRACESTATE"] = "";
        run.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address;
    }

    public void Dispose()
    {
        run.Dispose();
        collector.Dispose();
    }

    [Fact]
    public async Task The_run_is_a_span_and_each_subtask_one_beneath_it_with_links_to_what_it_depended_on()
    {
        await run.Async(run.Child("a", "exit", "0"), run.Child("b", "exit", "3"), run.Child("c <- a", "exit", "0"), run.Child("d <- b",
            "exit", "0"));

        JsonElement root = collector.Span("RUN build"), a = collector.Span("a"), b = collector.Span("b"), c = collector.Span("c");
        Assert.Equal(5, collector.Spans.Count());
        Assert.False(root.TryGetProperty("parentSpanId", out _));
        Assert.Equal(2, root.GetProperty("kind").GetInt32());
        Assert.All(collector.Spans, span => Assert.Equal(Text(root, "traceId"), Text(span, "traceId")));
        Assert.All(new[] { a, b, c, collector.Span("d") }, span => Assert.Equal(Text(root, "spanId"), Text(span, "parentSpanId")));
        Assert.Equal(Text(a, "spanId"), Text(Assert.Single(c.GetProperty("links").EnumerateArray()), "spanId"));
        Assert.Equal(5, collector.Spans.Select(span => Text(span, "spanId")).Distinct().Count());
        Assert.True(long.Parse(Text(a, "startTimeUnixNano")) <= long.Parse(Text(a, "endTimeUnixNano")));
        Assert.True(long.Parse(Text(root, "startTimeUnixNano")) <= long.Parse(Text(a, "startTimeUnixNano")));
        Assert.Equal(("exit code 3", 2), (b.GetProperty("status").GetProperty("message").GetString(),
            b.GetProperty("status").GetProperty("code").GetInt32()));
        Assert.Equal("failed: b", root.GetProperty("status").GetProperty("message").GetString());
        Assert.Empty(a.GetProperty("status").EnumerateObject());
        Dictionary<string, string> of = FakeCollector.Attributes(b);
        Assert.Equal(("b", "failure", "3", "PEX3001", "Tool", "1"),
            (of["cicd.pipeline.task.name"], of["cicd.pipeline.task.run.result"], of["process.exit.code"], of["error.type"],
                of["parallelexec.kind"], of["parallelexec.wave"]));
        Assert.Equal("failure", FakeCollector.Attributes(root)["cicd.pipeline.result"]);
        Assert.Equal("skip", FakeCollector.Attributes(collector.Span("d"))["cicd.pipeline.task.run.result"]);
        Assert.Equal("/v1/traces", collector.Requests.First().Path);
        Assert.Equal("application/json", collector.Requests.First().Headers["Content-Type"]);
        Assert.DoesNotContain("traceparent", collector.Requests.First().Headers.Keys, StringComparer.OrdinalIgnoreCase);
        Assert.DoesNotContain(run.Log.Lines, line => line.Contains("PEX3030", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_child_is_told_the_span_of_its_subtask_in_the_trace_that_the_build_is_a_part_of()
    {
        run.Environment["TRACEPARENT"] = Incoming;
        run.Environment["TRACESTATE"] = "vendor=1";
        (await run.Async(run.Child("a", "env", "TRACEPARENT"), run.Child("s <- a", "env", "TRACESTATE"))).AllSucceeded();

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", Text(collector.Span("a"), "traceId"));
        Assert.Equal("b7ad6b7169203331", Text(collector.Span("RUN build"), "parentSpanId"));
        Assert.Equal("vendor=1", Text(collector.Span("a"), "traceState"));
        Assert.Contains($"00-0af7651916cd43dd8448eb211c80319c-{Text(collector.Span("a"), "spanId")}-01", run.LogOf("a"),
            StringComparison.Ordinal);
        Assert.Contains("vendor=1", run.LogOf("s"), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task Each_attempt_of_what_may_be_tried_again_is_a_span_and_the_parent_of_what_its_child_traces()
    {
        Subtask flaky = run.Shell("flaky", "echo $TRACEPARENT >> parents; test -e again || { touch again; exit 7; }") with { Retries = 2 };
        (await run.Async(flaky)).AllSucceeded();

        string trace = Text(collector.Span("flaky"), "traceId");
        JsonElement[] attempts = [collector.Span("flaky attempt 1"), collector.Span("flaky attempt 2")];
        Assert.All(attempts, attempt => Assert.Equal(Text(collector.Span("flaky"), "spanId"), Text(attempt, "parentSpanId")));
        Assert.Equal(attempts.Select(attempt => $"00-{trace}-{Text(attempt, "spanId")}-01"), run.Folder.Read("parents").Trim().Split('\n'));
        Assert.Equal("exit code 7", attempts[0].GetProperty("status").GetProperty("message").GetString());
        Assert.Equal("success", FakeCollector.Attributes(attempts[1])["cicd.pipeline.task.run.result"]);
    }

    [Fact]
    public async Task Spans_of_what_has_ended_are_sent_while_the_run_goes_on()
    {
        collector.Got = body =>
        {
            if (body.Contains("\"first\"", StringComparison.Ordinal))
                run.Folder.Write("go", "");
        };
        // The second ends when the span of the first has come.
        (await run.Async(run.Child("first", "exit", "0"), run.Child("second <- first", "wait", run.Folder.Path, "go"))).AllSucceeded();

        Assert.Equal(["RUN build", "first", "second"], collector.Spans.Select(span => Text(span, "name")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Secrets_do_not_leave()
    {
        run.Environment["TOKEN"] = "hush \"quoted\" secret";
        run.Environment["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.note=hush%20%22quoted%22%20secret";
        Subtask subtask = run.Child("a", "echo", "hush \"quoted\" secret");
        await run.Async(subtask with { Secrets = ["TOKEN"], Title = "with hush \"quoted\" secret" });

        string all = string.Concat(collector.Bodies);
        Assert.DoesNotContain("secret", all, StringComparison.Ordinal);
        Assert.Equal("with ***", FakeCollector.Attributes(collector.Span("a"))["parallelexec.title"]);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(302)]
    [InlineData(500)]
    public async Task A_collector_that_refuses_is_told_once_and_not_asked_again(int status)
    {
        collector.Answers = _ => status;
        (await run.Async(run.Child("a", "exit", "0"))).AllSucceeded();

        Assert.Single(collector.Requests);
        Assert.Contains($"it answered {status}", Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_is_busy_gets_the_same_spans_again()
    {
        int asked = 0;
        collector.Answers = _ =>
        {
            if (Interlocked.Increment(ref asked) == 1)
                return 503;
            run.Folder.Write("go", "");
            return 200;
        };
        (await run.Async(run.Child("a", "exit", "0"), run.Child("b <- a", "wait", run.Folder.Path, "go"))).AllSucceeded();

        Assert.Single(collector.Spans, span => Text(span, "name") == "a");
        Assert.Single(collector.Spans, span => Text(span, "name") == "RUN build");
        Assert.Contains("it answered 503", Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_is_not_there_costs_one_warning()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            run.Environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://user:pass@127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        }
        (await run.Async(run.Child("a", "exit", "0"), run.Child("b", "exit", "0"))).AllSucceeded();

        string warning = Assert.Single(Warnings());
        Assert.Contains("/v1/traces", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("pass", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_never_answers_is_not_waited_for()
    {
        collector.Answers = _ => null;
        run.Environment["OTEL_EXPORTER_OTLP_TIMEOUT"] = "600000";
        run.TelemetryPatience = TimeSpan.FromMilliseconds(100);
        (await run.Async(run.Child("a", "exit", "0"))).AllSucceeded();

        Assert.Contains("it has not answered yet", Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_for_another_protocol_is_told_which_one_is_spoken()
    {
        collector.Answers = _ => 415;
        run.Environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        await run.Async(run.Child("a", "exit", "0"));

        Assert.Contains("asks for the protocol grpc. ParallelExec speaks http/json", Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_collector_says_that_it_has_refused_is_told()
    {
        collector.Text = """{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}""";
        await run.Async(run.Child("a", "exit", "0"));

        Assert.Contains("it has refused 2 spans: too old", Assert.Single(Warnings()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OTEL_SDK_DISABLED", "TRUE", "")]
    [InlineData("TRACEPARENT", NotSampled, NotSampled)]
    public async Task Nothing_is_sent_where_the_environment_does_not_want_it(string name, string value, string told)
    {
        run.Environment[name] = value;
        (await run.Async(run.Child("a", "env", "TRACEPARENT"))).AllSucceeded();

        Assert.Empty(collector.Requests);
        Assert.Equal($"TRACEPARENT={told}", run.LogOf("a").Trim());
    }

    [Fact]
    public async Task Headers_names_and_compression_are_those_of_the_environment()
    {
        run.Environment["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = collector.Address + "/own/path";
        run.Environment["OTEL_EXPORTER_OTLP_HEADERS"] = "Authorization=Bearer%20abc%3D, x-team = one";
        run.Environment["OTEL_EXPORTER_OTLP_COMPRESSION"] = "gzip";
        run.Environment["OTEL_SERVICE_NAME"] = "nightly";
        run.Environment["OTEL_RESOURCE_ATTRIBUTES"] = "service.name=other,deployment.environment.name=ci%2Clinux";
        await run.Async(run.Child("a", "exit", "0"));

        (string path, Dictionary<string, string> headers) = collector.Requests.First();
        Assert.Equal(("/own/path", "Bearer abc=", "one", "gzip"), (path, headers["authorization"], headers["x-team"],
            headers["content-encoding"]));
        JsonElement root = JsonDocument.Parse(collector.Bodies.First()).RootElement;
        JsonElement resource = root.GetProperty("resourceSpans")[0].GetProperty("resource");
        Dictionary<string, string> attributes = FakeCollector.Attributes(resource);
        Assert.Equal(("nightly", "ci,linux", "build"), (attributes["service.name"], attributes["deployment.environment.name"],
            attributes["cicd.pipeline.name"]));
    }

    private List<string> Warnings() => [.. run.Log.Lines.Where(line => line.StartsWith("warning PEX3030", StringComparison.Ordinal))];

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;
}
