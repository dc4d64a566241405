using System.Collections.Immutable;
using ParallelExec.Events;
using ParallelExec.Exchange;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Telemetry;

/// <summary>
/// <c>ParallelExecTelemetry=Otlp</c>: the run as a span, each subtask as one below it. A span is sent when it has ended; OTLP has no way
/// to send one that has not.
/// </summary>
internal sealed class RunTelemetry : IRunObserver, IDisposable
{
    private readonly RunOptions options;
    private readonly TraceContext trace;
    private readonly OtlpSender sender;
    private readonly SubtaskSpan spans;
    private readonly DateTimeOffset?[] starts;
    private readonly List<SpanEvent> events = [];
    private DateTimeOffset now;

    private RunTelemetry(
        ExecutionPlan plan, RunOptions options, TraceContext trace, OtlpSettings settings, string runId, Action<string> warn,
        SecretMasker? masker)
    {
        (this.options, this.trace) = (options, trace);
        spans = new SubtaskSpan(trace, runId);
        starts = new DateTimeOffset?[plan.Subtasks.Length];
        sender = new OtlpSender(settings, new OtlpJson(trace.TraceId, trace.State, Resource(settings, runId), masker), warn);
    }

    /// <returns>Null where the environment turns it off, or whoever began the trace has decided not to record it.</returns>
    public static RunTelemetry? TryBegin(
        ExecutionPlan plan, RunOptions options, IReadOnlyDictionary<string, string> environment, string runId, IRunLog log,
        SecretMasker? masker)
    {
        OtlpSettings? settings = OtlpSettings.Read(environment, problem => Warn($"{problem}. It counts as not set."));
        return settings is not null && TraceContext.For(runId, environment) is { } trace
            ? new RunTelemetry(plan, options, trace, settings, runId, Warn, masker)
            : null;

        void Warn(string problem) => log.Report(Diagnostic.Warning(Codes.Telemetry, problem));
    }

    /// <summary>What children are told.</summary>
    public TraceContext Trace => trace;

    private string Pipeline => Path.GetFileNameWithoutExtension(options.ProjectFile);

    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case RunStarted(var at):
                now = at;
                break;
            case SubtaskStarted(var subtask, var at):
                starts[subtask.Index] = now = at;
                break;
            case SubtaskEnded(var subtask, var result):
                Add(subtask, result);
                break;
            case SubtasksSkipped(var skipped):
                foreach (PlannedSubtask subtask in skipped.Subtasks)
                    Add(subtask, SubtaskResult.Skipped(skipped.Reason));
                break;
            case RunStopping(var reason):
                events.Add(new SpanEvent("stopping", now, [new("parallelexec.reason", reason)]));
                break;
            case Tick(var at):
                now = at;
                sender.Beat(now);
                break;
            case RunEnded(var result):
                now = result.StartedAt + result.Duration;
                sender.Add(Run(result));
                sender.Beat(now);
                break;
            case ServiceReady:
                break;
            default:
                throw happened.NotKnownTo(this);
        }
    }

    /// <summary>After the run: the last spans get away, or are left out, in bounded time.</summary>
    public void End(TimeSpan patience) => sender.End(now, patience);

    public void Dispose() => sender.Dispose();

    private void Add(PlannedSubtask subtask, SubtaskResult result)
    {
        foreach (Span span in spans.Of(subtask, result, starts[subtask.Index] ?? now))
            sender.Add(span);
    }

    private Span Run(RunResult run)
    {
        string[] failed =
        [
            .. run.Plan.Subtasks.Where(subtask => run.Results[subtask.Index].IsFailure
                && subtask.Subtask.ContinueOnError == ContinueOnError.False).Select(subtask => subtask.Id),
        ];
        string? error = run.Succeeded ? null
            : run.Fault is not null ? "ParallelExec failed itself"
            : run.Stopped ?? $"failed: {Wording.Ids(failed)}";
        string result = run.Succeeded ? "success" : run.Fault is not null ? "error" : run.Stopped is null ? "failure" : "cancellation";
        ImmutableArray<SpanAttribute> attributes =
        [
            new("cicd.pipeline.name", Pipeline), new("cicd.pipeline.action.name", "RUN"), new("cicd.pipeline.result", result),
            new("parallelexec.project", options.ProjectFile), new("parallelexec.schedule", options.Schedule.ToString()),
            new("parallelexec.max_parallelism", (long)options.MaxParallelism), new("parallelexec.subtasks", (long)run.Plan.Count),
            new("parallelexec.waves", (long)run.Plan.Waves.Length),
        ];
        if (run.Fault is not null || failed.Length > 0)
            attributes = attributes.Add(new("error.type", run.Fault is not null ? Codes.Bug : FirstCode(run)));
        return new Span($"RUN {Pipeline}", trace.RunSpan, trace.Parent, run.StartedAt, now)
        {
            Kind = SpanKind.Server,
            Attributes = attributes,
            Events = [.. events],
            Error = error,
        };
    }

    private static string FirstCode(RunResult run) => run.Results.First(each => each.IsFailure).Code ?? "_OTHER";

    private ImmutableArray<SpanAttribute> Resource(OtlpSettings settings, string runId)
    {
        ImmutableArray<SpanAttribute> ours =
        [
            new("service.name", "parallelexec"), new("telemetry.sdk.name", "parallelexec"), new("telemetry.sdk.language", "dotnet"),
            new("telemetry.sdk.version", OtlpJson.Version), new("process.pid", (long)Environment.ProcessId),
            new("cicd.pipeline.name", Pipeline), new("cicd.pipeline.run.id", runId),
        ];
        HashSet<string> given = [.. settings.Resource.Select(pair => pair.Key)];
        return [.. ours.Where(each => !given.Contains(each.Name)),
            .. settings.Resource.Select(pair => new SpanAttribute(pair.Key, pair.Value))];
    }
}
