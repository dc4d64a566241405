using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ParallelExec.Model;

namespace ParallelExec.Telemetry;

/// <summary>
/// Where spans go, and what is said of who sends them: the variables that OpenTelemetry's specification has for it. A value that can not
/// be read is told, and counts as not set.
/// </summary>
internal sealed record OtlpSettings
{
    private const string Exporter = "OTEL_EXPORTER_OTLP_";

    private static readonly Uri Default = new("http://localhost:4318/v1/traces");
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public Uri Endpoint { get; private init; } = Default;

    /// <summary>Names in lower case, values as they are sent. They may be secrets.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; private init; } = [];

    /// <summary>Of one request.</summary>
    public TimeSpan Timeout { get; private init; } = TimeSpan.FromSeconds(10);
    public bool Compress { get; private init; }

    /// <summary>The protocol that the environment asks for; empty = it does not say.</summary>
    public string Protocol { get; private init; } = "";

    /// <summary>Of <c>OTEL_RESOURCE_ATTRIBUTES</c> and <c>OTEL_SERVICE_NAME</c>.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Resource { get; private init; } = [];

    /// <param name="problem">Told of each value that can not be read; it does not quote what may be a secret.</param>
    /// <returns>Null where the environment turns it all off.</returns>
    public static OtlpSettings? Read(IReadOnlyDictionary<string, string> environment, Action<string> problem)
    {
        if (Variable(environment, "OTEL_SDK_DISABLED").Equals("true", StringComparison.OrdinalIgnoreCase))
            return null;
        string compression = OfTraces("COMPRESSION").Value;
        if (compression is not ("" or "gzip" or "none"))
            problem($"{OfTraces("COMPRESSION").Name} is '{compression}'; expected gzip or none");
        return new OtlpSettings
        {
            Endpoint = EndpointOf(environment, problem),
            Headers = HeadersOf(OfTraces("HEADERS"), problem),
            Timeout = TimeoutOf(OfTraces("TIMEOUT"), problem),
            Compress = compression == "gzip",
            Protocol = OfTraces("PROTOCOL").Value,
            Resource = ResourceOf(environment, problem),
        };

        (string Name, string Value) OfTraces(string name) =>
            Variable(environment, $"{Exporter}TRACES_{name}") is { Length: > 0 } own
                ? ($"{Exporter}TRACES_{name}", own)
                : (Exporter + name, Variable(environment, Exporter + name));
    }

    private static string Variable(IReadOnlyDictionary<string, string> environment, string name) =>
        environment.GetValueOrDefault(name, "").Trim();

    // That of traces is used as it is; to the one for all signals the path of traces is added.
    private static Uri EndpointOf(IReadOnlyDictionary<string, string> environment, Action<string> problem)
    {
        if (Variable(environment, Exporter + "TRACES_ENDPOINT") is { Length: > 0 } own)
            return Address(Exporter + "TRACES_ENDPOINT", own, problem) ?? Default;
        if (Variable(environment, Exporter + "ENDPOINT") is not { Length: > 0 } all
            || Address(Exporter + "ENDPOINT", all, problem) is not { } address)
            return Default;
        var path = new UriBuilder(address);
        path.Path = path.Path.TrimEnd('/') + "/v1/traces";
        return path.Uri;
    }

    private static Uri? Address(string name, string text, Action<string> problem)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https")
            return address;
        problem($"{name} is '{Wording.WithoutUserInfo(text)}'; expected an address that begins with http:// or https://");
        return null;
    }

    private static TimeSpan TimeoutOf((string Name, string Value) timeout, Action<string> problem)
    {
        if (timeout.Value.Length == 0)
            return TimeSpan.FromSeconds(10);
        if (int.TryParse(timeout.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int milliseconds) && milliseconds > 0)
            return TimeSpan.FromMilliseconds(milliseconds);
        problem($"{timeout.Name} is '{timeout.Value}'; expected milliseconds, 1 or more");
        return TimeSpan.FromSeconds(10);
    }

    private static ImmutableArray<KeyValuePair<string, string>> HeadersOf((string Name, string Value) headers, Action<string> problem)
    {
        ImmutableArray<KeyValuePair<string, string>>? pairs = Pairs(headers.Value);
        if (pairs?.Any(pair => !pair.Key.All(IsOfToken) || pair.Value.Any(c => char.IsControl(c) || c > '~')) ?? true)
        {
            // Not a word of them: they are what lets somebody in.
            problem($"{headers.Name} can not be read; expected name=value, separated by ',', values percent-encoded. No header is sent");
            return [];
        }
        return [.. pairs.Value.Select(pair => KeyValuePair.Create(pair.Key.ToLowerInvariant(), pair.Value))];

        static bool IsOfToken(char c) => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal);
    }

    private static ImmutableArray<KeyValuePair<string, string>> ResourceOf(
        IReadOnlyDictionary<string, string> environment, Action<string> problem)
    {
        ImmutableArray<KeyValuePair<string, string>>? pairs = Pairs(Variable(environment, "OTEL_RESOURCE_ATTRIBUTES"));
        if (pairs is null)
            problem("OTEL_RESOURCE_ATTRIBUTES can not be read; expected name=value, separated by ',', values percent-encoded");
        string service = Variable(environment, "OTEL_SERVICE_NAME");
        return service.Length == 0
            ? pairs ?? []
            : [.. (pairs ?? []).Where(pair => pair.Key != "service.name"), KeyValuePair.Create("service.name", service)];
    }

    /// <returns>Null where one of them is none: then nobody knows what was meant by the others.</returns>
    private static ImmutableArray<KeyValuePair<string, string>>? Pairs(string list)
    {
        var pairs = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (string entry in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int at = entry.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || Decoded(entry[..at].Trim()) is not { Length: > 0 } name || Decoded(entry[(at + 1)..].Trim()) is not { } value)
                return null;
            pairs.Add(KeyValuePair.Create(name, value));
        }
        return pairs.ToImmutable();
    }

    /// <returns>Null where a <c>%</c> stands for nothing, or for what is no UTF-8.</returns>
    private static string? Decoded(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != '%')
                bytes[length++] = bytes[i];
            else if (i + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[i + 1]) && char.IsAsciiHexDigit((char)bytes[i + 2]))
            {
                bytes[length++] = Convert.FromHexString(Encoding.ASCII.GetString(bytes, i + 1, 2))[0];
                i += 2;
            }
            else
                return null;
        }
        try
        {
            return Strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
