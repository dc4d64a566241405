using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ParallelExec.Model;

namespace ParallelExec.Telemetry;

/// <summary>
/// Spans as OTLP has them in JSON (opentelemetry-proto, <c>ExportTraceServiceRequest</c>): ids in hexadecimal, enumerations as numbers,
/// numbers of 64 bits as texts.
/// </summary>
/// <param name="masker">All texts pass it; null where nothing is secret.</param>
internal sealed class OtlpJson(string traceId, string traceState, IReadOnlyList<SpanAttribute> resource, SecretMasker? masker)
{
    /// <summary>The version of the semantic conventions that the names are of.</summary>
    private const string Schema = "https://opentelemetry.io/schemas/1.37.0";

    /// <summary>Collectors refuse what is much longer, and all that comes with it.</summary>
    private const int LongestText = 4096;

    public static string Version { get; } = typeof(OtlpJson).Assembly.GetName().Version?.ToString(3) ?? "";

    public void Write(IReadOnlyList<Span> spans, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteStartArray("resourceSpans");
        json.WriteStartObject();
        json.WriteStartObject("resource");
        Attributes(json, resource);
        json.WriteEndObject();
        json.WriteStartArray("scopeSpans");
        json.WriteStartObject();
        json.WriteStartObject("scope");
        json.WriteString("name", "ParallelExec");
        json.WriteString("version", Version);
        json.WriteEndObject();
        json.WriteStartArray("spans");
        foreach (Span span in spans)
            Write(json, span);
        json.WriteEndArray();
        json.WriteString("schemaUrl", Schema);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("schemaUrl", Schema);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, Span span)
    {
        json.WriteStartObject();
        json.WriteString("traceId", traceId);
        json.WriteString("spanId", span.Id);
        if (span.Parent.Length > 0)
            json.WriteString("parentSpanId", span.Parent);
        if (traceState.Length > 0)
            json.WriteString("traceState", traceState);
        json.WriteString("name", Shown(span.Name));
        json.WriteNumber("kind", (int)span.Kind);
        json.WriteString("startTimeUnixNano", Nanoseconds(span.StartedAt));
        json.WriteString("endTimeUnixNano", Nanoseconds(span.EndedAt > span.StartedAt ? span.EndedAt : span.StartedAt));
        Attributes(json, span.Attributes);
        if (!span.Events.IsEmpty)
        {
            json.WriteStartArray("events");
            foreach (SpanEvent happened in span.Events)
            {
                json.WriteStartObject();
                json.WriteString("timeUnixNano", Nanoseconds(happened.At));
                json.WriteString("name", Shown(happened.Name));
                Attributes(json, happened.Attributes);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        Links(json, span.Links, span.LinksLeftOut);
        json.WriteStartObject("status");
        if (span.Error is not null)
        {
            json.WriteString("message", Shown(span.Error));
            json.WriteNumber("code", 2);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void Links(Utf8JsonWriter json, ImmutableArray<string> links, int leftOut)
    {
        if (links.IsEmpty)
            return;
        json.WriteStartArray("links");
        foreach (string link in links)
        {
            json.WriteStartObject();
            json.WriteString("traceId", traceId);
            json.WriteString("spanId", link);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (leftOut > 0)
            json.WriteNumber("droppedLinksCount", leftOut);
    }

    private void Attributes(Utf8JsonWriter json, IReadOnlyList<SpanAttribute> attributes)
    {
        json.WriteStartArray("attributes");
        foreach (SpanAttribute attribute in attributes)
        {
            json.WriteStartObject();
            json.WriteString("key", Shown(attribute.Name));
            json.WriteStartObject("value");
            Value(json, attribute.Value);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void Value(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case long number:
                json.WriteString("intValue", number.ToString(CultureInfo.InvariantCulture));
                break;
            case IReadOnlyList<string> texts:
                json.WriteStartObject("arrayValue");
                json.WriteStartArray("values");
                foreach (string text in texts)
                {
                    json.WriteStartObject();
                    json.WriteString("stringValue", Shown(text));
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
                break;
            default:
                json.WriteString("stringValue", Shown((string)value));
                break;
        }
    }

    // Hidden before it is cut: half a secret is not known any more. JSON has no halves of characters.
    private string Shown(string text) => Wording.Shorten(PlainText.Of(masker?.Apply(text) ?? text, ci: false), LongestText);

    private static string Nanoseconds(DateTimeOffset at) =>
        ((at.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100).ToString(CultureInfo.InvariantCulture);
}
