using ParallelExec.Telemetry;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Telemetry;

public sealed class OtlpSenderTests : IDisposable
{
    private readonly FakeCollector collector = new();

    public void Dispose() => collector.Dispose();

    [Fact]
    public void What_is_more_than_the_queue_holds_is_left_out_and_told()
    {
        List<string> warnings = [];
        using var sender = new OtlpSender(Settings(), new OtlpJson(new string('a', 32), "", [], masker: null), warnings.Add);
        for (int i = 0; i < 10_500; i++)
            sender.Add(Span(i));
        sender.End(DateTimeOffset.UnixEpoch, Patience.ForAnEvent);

        Assert.Equal(10_000, collector.Spans.Count());
        Assert.Equal(20, collector.Requests.Count);
        Assert.Contains("500 spans were left out", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_that_are_none_or_too_long_are_sent_as_ones_that_can_be_read()
    {
        using var sender = new OtlpSender(Settings(), new OtlpJson(new string('a', 32), "", [], masker: null), _ => { });
        sender.Add(Span(1) with
        {
            Error = "\0 \e[31m \ud800 " + new string('x', 10_000),
            Attributes = [new SpanAttribute("list", (string[])["\udc00", "b"]), new SpanAttribute("number", long.MaxValue)],
        });
        sender.End(DateTimeOffset.UnixEpoch, Patience.ForAnEvent);

        System.Text.Json.JsonElement span = Assert.Single(collector.Spans);
        string error = span.GetProperty("status").GetProperty("message").GetString()!;
        Assert.StartsWith("\ufffd \ufffd[31m \ufffd xxx", error, StringComparison.Ordinal);
        Assert.Equal(4096, error.Length);
        Dictionary<string, string> attributes = FakeCollector.Attributes(span);
        Assert.Equal("9223372036854775807", attributes["number"]);
        Assert.Contains("[{\"stringValue\":\"\\uFFFD\"},{\"stringValue\":\"b\"}]", attributes["list"], StringComparison.Ordinal);
    }

    private static Span Span(int number) =>
        new("span", number.ToString("x16"), "", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(1));

    private OtlpSettings Settings() =>
        OtlpSettings.Read(new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address }, _ => { })!;
}
