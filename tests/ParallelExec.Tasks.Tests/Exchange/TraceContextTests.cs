using ParallelExec.Exchange;

namespace ParallelExec.Tests.Exchange;

public class TraceContextTests
{
    private const string RunId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Theory]
    [InlineData($"00-{Trace}-b7ad6b7169203331-01", Trace)]
    [InlineData($"00-{Trace}-b7ad6b7169203331-03", Trace)]
    [InlineData($"cc-{Trace}-b7ad6b7169203331-01-what-later-versions-add", Trace)]
    [InlineData($"cc-{Trace}-b7ad6b7169203331-01", Trace)]
    [InlineData($"00-{Trace}-b7ad6b7169203331-01-more", RunId)]
    [InlineData($"ff-{Trace}-b7ad6b7169203331-01", RunId)]
    [InlineData($"00-{Trace}-0000000000000000-01", RunId)]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01", RunId)]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", RunId)]
    [InlineData("no trace", RunId)]
    [InlineData("", RunId)]
    public void The_trace_is_that_of_a_valid_TRACEPARENT_else_one_of_its_own(string parent, string trace)
    {
        TraceContext context = Of(parent, "a=1");
        Assert.Equal((trace, trace == Trace ? "a=1" : ""), (context.TraceId, context.State));
    }

    [Fact]
    public void No_two_spans_have_one_id()
    {
        TraceContext context = Of("", "");
        IEnumerable<string> ids = Enumerable.Range(0, 2000).SelectMany(index => new[] { context.SpanOf(index), context.SpanOf(index, 1),
            context.SpanOf(index, 2) });
        Assert.Equal(6001, ids.Append(context.RunSpan).Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{16}$", id));
    }

    [Fact]
    public void Who_did_not_want_it_recorded_is_heard() =>
        Assert.Null(TraceContext.For(RunId, new Dictionary<string, string> { ["TRACEPARENT"] = $"00-{Trace}-b7ad6b7169203331-00" }));

    private static TraceContext Of(string parent, string state) =>
        TraceContext.For(RunId, new Dictionary<string, string> { ["TRACEPARENT"] = parent, ["TRACESTATE"] = state })!;
}
