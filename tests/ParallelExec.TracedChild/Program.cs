using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

// One span with one below it, under whatever span the environment names.
const string Source = "ParallelExec.TracedChild";
string name = args.Length > 0 ? args[0] : "work";
using TracerProvider provider = Sdk.CreateTracerProviderBuilder()
    .AddSource(Source)
    .ConfigureResource(resource => resource.AddService("traced-child"))
    .AddOtlpExporter()
    .Build();
using var source = new ActivitySource(Source);
ActivityContext.TryParse(
    Environment.GetEnvironmentVariable("TRACEPARENT"), Environment.GetEnvironmentVariable("TRACESTATE"), isRemote: true,
    out ActivityContext parent);
using (Activity? outer = source.StartActivity(name, ActivityKind.Internal, parent))
{
    using Activity? inner = source.StartActivity($"{name}, in part");
    inner?.SetTag("answer", 42);
}
return provider.ForceFlush() ? 0 : 1;
