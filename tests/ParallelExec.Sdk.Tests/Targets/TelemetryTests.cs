using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>A run in a real collector, the dashboard of Aspire, with a child that OpenTelemetry's own SDK traces.</summary>
public sealed partial class TelemetryTests : IDisposable
{
    private static readonly string[] Below = ["first", "traced", "convert", "convert, in part"];

    private readonly TestFolder folder = new();
    private Process? dashboard;

    public void Dispose()
    {
        dashboard?.Kill(entireProcessTree: true);
        dashboard?.WaitForExit();
        dashboard?.Dispose();
        folder.Dispose();
    }

    [DashboardFact]
    public async Task What_traces_itself_hangs_below_its_subtask()
    {
        (string page, string collector) = await StartDashboardAsync();
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("first", "echo one")
            .ParallelTask("traced", tool: RuntimeHost.DotNetPath, arguments: TracedChild("convert"), dependsOn: "first"));
        var dotnet = new DotNet(folder)
        {
            // The second is the child's: its SDK speaks protobuf.
            Environment = { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector, ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf" },
        };
        BuildRun run = (await project.RunAsync(dotnet, "RunParallelTasks", "-p:ParallelExecTelemetry=Otlp")).EnsureSucceeded();
        Assert.Empty(run.WarningLines);

        Dictionary<string, JsonElement> spans = await SpansAsync(page, count: 5);
        Assert.Equal(["RUN build", "convert", "convert, in part", "first", "traced"], spans.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("", ParentOf("RUN build"));
        Assert.Equal(["RUN build", "RUN build", "traced", "convert"], Below.Select(name => NameOf(ParentOf(name))));

        string ParentOf(string name) => spans[name].TryGetProperty("parentSpanId", out JsonElement parent) ? parent.GetString() ?? "" : "";
        string NameOf(string id) => spans.Single(span => span.Value.GetProperty("spanId").GetString() == id).Key;
    }

    private static string TracedChild(string name) => string.Join(';', Path.Combine(AppContext.BaseDirectory,
        "ParallelExec.TracedChild.dll"), name);

    private static async Task<Dictionary<string, JsonElement>> SpansAsync(string page, int count)
    {
        using var client = new HttpClient();
        Dictionary<string, JsonElement> spans = [];
        // It takes what it gets apart on a thread of its own.
        await FileWait.UntilAsync(async () =>
        {
            using JsonDocument all = JsonDocument.Parse(await client.GetStringAsync($"{page}/api/telemetry/traces"));
            spans = all.RootElement.GetProperty("data").GetProperty("resourceSpans").EnumerateArray()
                .SelectMany(resource => resource.GetProperty("scopeSpans").EnumerateArray())
                .SelectMany(scope => scope.GetProperty("spans").EnumerateArray())
                .ToDictionary(span => span.GetProperty("name").GetString()!, span => span.Clone());
            return spans.Count >= count;
        });
        return spans;
    }

    private async Task<(string Page, string Collector)> StartDashboardAsync()
    {
        var start = new ProcessStartInfo(DashboardFactAttribute.Program!)
        {
            WorkingDirectory = folder.Path,
            RedirectStandardOutput = true,
            Environment =
            {
                ["ASPNETCORE_URLS"] = "http://127.0.0.1:0",
                ["DOTNET_DASHBOARD_OTLP_ENDPOINT_URL"] = "http://127.0.0.1:0",
                ["DOTNET_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = "http://127.0.0.1:0",
                ["DOTNET_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS"] = "true",
            },
        };
        dashboard = Process.Start(start)!;
        string? page = null, collector = null;
        while (page is null || collector is null)
        {
            string line = await dashboard.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the dashboard has ended");
            if (Listening().Match(line) is not { Success: true } listening)
                continue;
            if (listening.Groups[1].Value == "Now")
                page = listening.Groups[2].Value;
            else if (listening.Groups[1].Value == "OTLP/HTTP")
                collector = listening.Groups[2].Value;
        }
        // Read on: a full pipe would hold it up.
        _ = dashboard.StandardOutput.ReadToEndAsync();
        return (page, collector);
    }

    [GeneratedRegex(@"(\S+) listening on: (http\S+)")]
    private static partial Regex Listening();
}

/// <summary>A test that needs the dashboard of Aspire; <c>.ci/run</c> gets it.</summary>
internal sealed class DashboardFactAttribute : FactAttribute
{
    private const string Package = "aspire.dashboard.sdk.linux-x64";

    public DashboardFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = Program is null ? $"needs the package {Package}, which .ci/run gets" : null;

    public static string? Program { get; } = OperatingSystem.IsLinux() && Directory.Exists(Path.Combine(Packages, Package))
        ? Directory.EnumerateFiles(Path.Combine(Packages, Package), "Aspire.Dashboard",
            SearchOption.AllDirectories).Order(StringComparer.Ordinal).LastOrDefault()
        : null;

    private static string Packages => Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } folder ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
