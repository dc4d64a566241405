using System.Collections.Immutable;
using ParallelExec.Exchange;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Telemetry;

/// <summary>What a subtask has come to, as spans: its own, and below it one for each attempt of one that may be tried again.</summary>
/// <param name="run">Names the run: an id that nobody else has.</param>
internal sealed class SubtaskSpan(TraceContext trace, string run)
{
    /// <summary>As OpenTelemetry's own libraries have it.</summary>
    private const int MostLinks = 128;

    /// <summary>Of failed tests: who wants all of them looks into the results.</summary>
    private const int MostEvents = 100;

    /// <param name="start">When it began, where the result does not say it.</param>
    public IEnumerable<Span> Of(PlannedSubtask planned, SubtaskResult result, DateTimeOffset start)
    {
        start = result.StartedAt ?? start;
        DateTimeOffset end = start + result.Duration + result.Waited + (result.Served ?? TimeSpan.Zero);
        yield return new Span(planned.Id, trace.SpanOf(planned.Index), trace.RunSpan, start, end)
        {
            Attributes = [.. Attributes(planned, result)],
            Events = [.. Events(result, start, end)],
            Links = [.. planned.Dependencies.Take(MostLinks).Select(index => trace.SpanOf(index))],
            LinksLeftOut = Math.Max(0, planned.Dependencies.Length - MostLinks),
            Error = ErrorOf(result.Status, result.Reason),
        };
        if (!TraceContext.HasAttempts(planned) || result.Attempts == 0)
            yield break;
        ImmutableArray<AttemptResult> attempts = result.EachAttempt.IsEmpty
            ? [new AttemptResult(start, end - start, result.Status, result.Reason)]
            : result.EachAttempt;
        for (int i = 0; i < attempts.Length; i++)
        {
            AttemptResult attempt = attempts[i];
            yield return new Span(
                $"{planned.Id} attempt {i + 1}", trace.SpanOf(planned.Index, i + 1), trace.SpanOf(planned.Index),
                attempt.StartedAt, attempt.StartedAt + attempt.Duration)
            {
                Attributes =
                [
                    new("cicd.pipeline.task.name", planned.Id),
                    new("cicd.pipeline.task.run.id", $"{run}/{planned.Id}/{i + 1}"),
                    new("cicd.pipeline.task.run.result", ResultOf(attempt.Status)),
                    new("parallelexec.attempt", i + 1L),
                ],
                Error = ErrorOf(attempt.Status, attempt.Reason),
            };
        }
    }

    /// <summary>A value of <c>cicd.pipeline.result</c> and <c>cicd.pipeline.task.run.result</c>.</summary>
    public static string ResultOf(SubtaskStatus status) => status switch
    {
        SubtaskStatus.Failed => "failure",
        SubtaskStatus.TimedOut => "timeout",
        SubtaskStatus.Cancelled => "cancellation",
        // It waits for an answer: the convention has no word for that, and it is not done.
        SubtaskStatus.Skipped or SubtaskStatus.Blocked => "skip",
        _ => "success",
    };

    private static string? ErrorOf(SubtaskStatus status, string reason) =>
        status is SubtaskStatus.Failed or SubtaskStatus.TimedOut or SubtaskStatus.Cancelled ? reason : null;

    private IEnumerable<SpanAttribute> Attributes(PlannedSubtask planned, SubtaskResult result)
    {
        Subtask subtask = planned.Subtask;
        yield return new("cicd.pipeline.task.name", planned.Id);
        yield return new("cicd.pipeline.task.run.id", $"{run}/{planned.Id}");
        yield return new("cicd.pipeline.task.run.result", ResultOf(result.Status));
        if (result.LogFile.Length > 0)
            yield return new("cicd.pipeline.task.run.url.full", new Uri(result.LogFile).AbsoluteUri);
        if (subtask.Work is TestWork or ProjectWork)
            yield return new("cicd.pipeline.task.type", subtask.Work is TestWork ? "test" : "build");
        if (result is { Code: not null, Status: not SubtaskStatus.Blocked })
            yield return new("error.type", result.Code);
        yield return new("parallelexec.kind", subtask.Work.Kind);
        yield return new("parallelexec.status", result.Status.ToString());
        yield return new("parallelexec.wave", (long)planned.Wave);
        if (result.Attempts > 0)
            yield return new("parallelexec.attempts", (long)result.Attempts);
        if (subtask.Group.Length > 0)
            yield return new("parallelexec.group", subtask.Group);
        if (subtask.Title.Length > 0)
            yield return new("parallelexec.title", subtask.Title);
        if ((result.Reason.Length > 0 ? result.Reason : result.Why) is { Length: > 0 } why)
            yield return new("parallelexec.reason", why);
        if (result.Attempts > 0)
        {
            foreach (SpanAttribute attribute in OfProcess(subtask, result))
                yield return attribute;
        }
        if (result.Tests is not { } tests)
            yield break;
        yield return new("test.suite.name", planned.Id);
        yield return new("test.suite.run.status", result.Status switch
        {
            SubtaskStatus.TimedOut => "timed_out",
            SubtaskStatus.Cancelled => "aborted",
            _ => result.IsFailure ? "failure" : "success",
        });
        yield return new("parallelexec.tests.total", (long)tests.Total);
        yield return new("parallelexec.tests.passed", (long)tests.Passed);
        yield return new("parallelexec.tests.failed", (long)tests.Failed);
        yield return new("parallelexec.tests.skipped", (long)tests.Skipped);
        yield return new("parallelexec.tests.flaky", (long)tests.Flaky);
    }

    private static IEnumerable<SpanAttribute> OfProcess(Subtask subtask, SubtaskResult result)
    {
        switch (subtask.Work)
        {
            case CommandWork command:
                yield return new("process.command_line", command.CommandLine);
                break;
            case ToolWork tool:
                yield return new("process.command", tool.Tool);
                yield return new("process.command_args", tool.Arguments.Insert(0, tool.Tool));
                break;
            case AgentWork { Command: { } agent }:
                yield return new("process.command", agent.Tool);
                break;
            case ProjectWork project:
                yield return new("parallelexec.project", project.ProjectFile);
                if (!project.Targets.IsEmpty)
                    yield return new("parallelexec.targets", project.Targets);
                break;
            case TestWork test:
                yield return new("parallelexec.project", test.ProjectFile);
                break;
        }
        if (subtask.Work is not (ProjectWork or MilestoneWork))
            yield return new("process.working_directory", subtask.WorkingDirectory);
        if (result.ExitCode is { } exitCode)
            yield return new("process.exit.code", (long)exitCode);
        if (result.Cpu is { } cpu && subtask.Service is null)
            yield return new("parallelexec.cpu_ms", (long)cpu.Time.TotalMilliseconds);
    }

    private static IEnumerable<SpanEvent> Events(SubtaskResult result, DateTimeOffset start, DateTimeOffset end)
    {
        if (result.Served is not null)
            yield return new("ready", start + result.Duration, []);
        foreach (TestFailure test in (result.Tests?.Failures ?? []).Take(MostEvents))
        {
            ImmutableArray<SpanAttribute> attributes =
            [
                new("test.case.name", test.Name), new("test.case.result.status", "fail"), new("exception.message", test.Message),
            ];
            yield return new("test.case", end, test.File.Length == 0 ? attributes
                : [.. attributes, new("code.file.path", test.File), new("code.line.number", (long)test.Line)]);
        }
        if (result.Cause.Length > 0)
            yield return new("ended with its service", end, [new("parallelexec.cause", result.Cause)]);
    }
}
