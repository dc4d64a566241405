using ParallelExec.Telemetry;

namespace ParallelExec.Tests.Telemetry;

public class OtlpSettingsTests
{
    [Theory]
    [InlineData("", "", "http://localhost:4318/v1/traces")]
    [InlineData("http://collector:4318", "", "http://collector:4318/v1/traces")]
    [InlineData("https://collector/otlp/", "", "https://collector/otlp/v1/traces")]
    [InlineData("http://collector:4318", "http://traces:1/as/it/is?x=1", "http://traces:1/as/it/is?x=1")]
    [InlineData("", "http://traces:1", "http://traces:1/")]
    public void Spans_go_to(string all, string own, string endpoint) =>
        Assert.Equal(endpoint, Read(("OTEL_EXPORTER_OTLP_ENDPOINT", all), ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            own)).Settings!.Endpoint.AbsoluteUri);

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "expected an address that begins with http:// or https://")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://me:secret@collector", "is 'ftp://***@collector'")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", "expected milliseconds")]
    [InlineData("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "expected gzip or none")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "secret", "No header is sent")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "a=secret%0Ab", "No header is sent")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "bad name=secret", "No header is sent")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "a=%zz", "OTEL_EXPORTER_OTLP_TRACES_HEADERS can not be read")]
    [InlineData("OTEL_RESOURCE_ATTRIBUTES", "a=%FF", "can not be read")]
    public void What_can_not_be_read_is_told_and_counts_as_not_set(string name, string value, string problem)
    {
        (OtlpSettings? settings, List<string> problems) = Read((name, value));
        string told = Assert.Single(problems);
        Assert.StartsWith(name, told, StringComparison.Ordinal);
        Assert.Contains(problem, told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told, StringComparison.Ordinal);
        (OtlpSettings? plain, _) = Read();
        Assert.Equal((plain!.Endpoint, plain.Timeout, plain.Headers.Length, plain.Compress), (settings!.Endpoint, settings.Timeout,
            settings.Headers.Length, settings.Compress));
    }

    [Fact]
    public void Names_of_headers_are_in_lower_case_and_values_decoded()
    {
        OtlpSettings settings = Read(("OTEL_EXPORTER_OTLP_HEADERS", " Api-Key = a%20b%3D%2C ,other=1=2")).Settings!;
        Assert.Equal([KeyValuePair.Create("api-key", "a b=,"), KeyValuePair.Create("other", "1=2")], settings.Headers);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("True", true)]
    [InlineData("1", false)]
    [InlineData("", false)]
    public void Only_true_turns_it_off(string value, bool isOff) => Assert.Equal(isOff, Read(("OTEL_SDK_DISABLED",
        value)).Settings is null);

    private static (OtlpSettings? Settings, List<string> Problems) Read(params (string Name, string Value)[] variables)
    {
        List<string> problems = [];
        return (OtlpSettings.Read(variables.ToDictionary(each => each.Name, each => each.Value), problems.Add), problems);
    }
}
