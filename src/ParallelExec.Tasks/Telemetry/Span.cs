using System.Collections.Immutable;

namespace ParallelExec.Telemetry;

/// <summary>What took time, as OpenTelemetry has it.</summary>
/// <param name="Id">16 hexadecimal digits.</param>
/// <param name="Parent">The span that it is a part of; empty = none.</param>
internal sealed record Span(string Name, string Id, string Parent, DateTimeOffset StartedAt, DateTimeOffset EndedAt)
{
    public SpanKind Kind { get; init; } = SpanKind.Internal;
    public ImmutableArray<SpanAttribute> Attributes { get; init; } = [];
    public ImmutableArray<SpanEvent> Events { get; init; } = [];

    /// <summary>Ids of spans of the same trace that had to end before.</summary>
    public ImmutableArray<string> Links { get; init; } = [];

    /// <summary>How many there were beyond <see cref="Links"/>.</summary>
    public int LinksLeftOut { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public string? Error { get; init; }
}

/// <summary>Something that happened at one moment of a span.</summary>
internal sealed record SpanEvent(string Name, DateTimeOffset At, ImmutableArray<SpanAttribute> Attributes);

/// <param name="Value">A text, a <c>long</c>, or an array of texts.</param>
internal sealed record SpanAttribute(string Name, object Value);

/// <summary>By the numbers of OTLP.</summary>
internal enum SpanKind
{
    Internal = 1,
    Server = 2,
}
