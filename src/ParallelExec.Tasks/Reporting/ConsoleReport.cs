using ParallelExec.Agents;
using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting.Ci;

namespace ParallelExec.Reporting;

/// <summary>Tells people what happens: one line per change, a failure with its output, a heartbeat, a summary.</summary>
internal sealed class ConsoleReport : IRunObserver
{
    /// <summary>How much of a failed subtask's output is shown; the log file has all of it.</summary>
    private const int LinesOnFailure = 100;
    private const string Indent = "    ";

    private readonly ExecutionPlan plan;
    private readonly RunOptions options;
    private readonly IRunLog log;
    private readonly CiCommands? ci;
    private DateTimeOffset lastSaid;
    private readonly List<Reused> reused = [];
    private readonly LargeSets sets;
    private readonly RunningNow now;
    private SetProgress? progress;

    public ConsoleReport(ExecutionPlan plan, RunOptions options, IRunLog log, CiCommands? ci = null)
    {
        (this.plan, this.options, this.log, this.ci) = (plan, options, log, ci);
        sets = LargeSets.Of(plan);
        now = new RunningNow(plan, options, sets);
    }

    /// <summary>Says how far the run is while nothing else is to be told; null = nobody looks.</summary>
    public StatusLine? Status { get; init; }

    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case RunStarted(var at):
                lastSaid = at;
                log.Message(Opening());
                break;
            case SubtaskStarted(var subtask, var at):
                now.Started(subtask, at);
                break;
            case ServiceReady(var service, var serving):
                ShowReused();
                now.Serves(service);
                lastSaid = (serving.StartedAt ?? lastSaid) + serving.Duration;
                log.Message($"{Progress()} {service.Id} is ready ({Wording.Duration(serving.Duration)}{Attempts(serving)}){Port(serving)}");
                break;
            case SubtaskEnded(var subtask, var result):
                if (!(result.Status is SubtaskStatus.UpToDate or SubtaskStatus.Resumed) && SetOf(subtask) is null)
                    ShowReused();
                now.Ended(subtask);
                lastSaid = (result.StartedAt ?? lastSaid) + result.Duration;
                ShowEnd(subtask, result);
                break;
            case SubtasksSkipped(var skipped):
                ShowReused();
                now.Skipped(skipped.Subtasks);
                foreach (PlannedSubtask subtask in skipped.Subtasks.Where(subtask => SetOf(subtask) is not null))
                    ShowSet(subtask, SubtaskStatus.Skipped, lastSaid);
                log.Message($"{Progress()} {Wording.Ids([.. skipped.Subtasks.Select(subtask => subtask.Id)])} skipped: {skipped.Reason}");
                if (skipped.Code is { } code)
                    log.Report(FailureText.Skipped(skipped, code));
                break;
            case RunStopping(var reason):
                ShowReused();
                log.Message($"Stopping what runs: {reason}.");
                break;
            case Tick tick:
                ShowStatus(tick);
                break;
            case RunEnded(var result):
                ShowReused();
                foreach (string rest in progress?.Rest() ?? [])
                    log.Message($"{Progress()} {rest}");
                if (CostText.NotKept(result, options) is { } notKept)
                    log.Report(notKept);
                log.Message(SummaryText.For(result, options));
                break;
            default:
                throw happened.NotKnownTo(this);
        }
    }

    private string Opening()
    {
        string what = options.Schedule == ScheduleMode.Waves
            ? $"{Wording.Count(plan.Count, "subtask")} in {Wording.Count(plan.Waves.Length, "wave")}"
            : $"{Wording.Count(plan.Count, "subtask")}, each as soon as its dependencies have ended";
        return $"{what}, at most {options.MaxParallelism} at a time{PlanText.Agents(plan, options)}";
    }

    private string Progress() => now.Progress;

    private void ShowStatus(Tick tick)
    {
        (DateTimeOffset at, string waits) = (tick.At, tick.Waits.Length > 0 ? $"; waiting to start: {tick.Waits}" : "");
        if (Status?.IsDue(at, now.HasChanged) == true && !now.IsEmpty)
            Status.Say(now.Line(at, Status.Width));
        if (at - lastSaid < options.Heartbeat || now.IsEmpty)
            return;
        lastSaid = at;
        ShowReused();
        log.Message(now.Heartbeat(at) + waits);
    }

    private void ShowReused()
    {
        while (reused.Count > 0)
        {
            SubtaskStatus status = reused[0].Status;
            string[] ids = [.. reused.Where(each => each.Status == status).Select(each => each.Id)];
            log.Message($"{Progress()} {ids.Length} {Wording.Of(status)}: {Wording.Ids(ids)}");
            reused.RemoveAll(each => each.Status == status);
        }
    }

    /// <summary>The large set of whose members no line each is wanted; null where there is none.</summary>
    private string? SetOf(PlannedSubtask subtask) => InOneLine ? sets.Of(subtask) : null;

    private bool ShowSet(PlannedSubtask subtask, SubtaskStatus status, DateTimeOffset at)
    {
        if (SetOf(subtask) is not { } set)
            return false;
        progress ??= new SetProgress(sets);
        if (progress.Ended(set, status, at) is { } line)
            log.Message($"{Progress()} {line}");
        return true;
    }

    // Who wants all output wants to know whose it is.
    private bool InOneLine => options.LogOutput is not (LogOutput.Grouped or LogOutput.Live);

    private void ShowEnd(PlannedSubtask planned, SubtaskResult result)
    {
        Subtask subtask = planned.Subtask;
        // Where nothing was done, one line tells of all.
        bool isOfSet = ShowSet(planned, result.Status, lastSaid);
        bool isToldOfSet = isOfSet || (InOneLine && sets.IsMilestone(planned) && result.IsSuccess);
        if (!isToldOfSet && InOneLine && result.Status is (SubtaskStatus.UpToDate or SubtaskStatus.Resumed))
            reused.Add(new Reused(planned.Id, result.Status));
        else if (!isToldOfSet && result is { IsSuccess: true, Served: { } served })
            log.Message($"{Progress()} {planned.Id} stopped; it has served for {Wording.Duration(served)}");
        else if (!isToldOfSet)
            log.Message(Ended(planned, result));
        if (!result.Killed.IsEmpty)
            log.Message($"{Indent}had to be killed: {Wording.Ids(result.Killed)}");
        // Of a service and all that fails with it, only the service is the error.
        if (result.Code == Codes.TestFailed)
            FailedTests.Show(log, subtask, result, Indent);
        else if (result is { IsFailure: true, Cause: "" }
            && (result.Code != Codes.ProjectFailed || subtask.ContinueOnError == ContinueOnError.WarnAndContinue))
            ShowFailure(planned, result);
        else if (result.Status == SubtaskStatus.Blocked)
            log.Report(FailureText.Question(planned, result, options));
        ShowOutput(planned, result, isOfSet && !(result.IsFailure && progress!.IsFirstFailure(subtask.Set!.Id)));
    }

    private void ShowFailure(PlannedSubtask planned, SubtaskResult result)
    {
        log.Report(FailureText.For(planned, result));
        if (FailureText.Lines(result) is { Length: > 0 } lines)
            log.Message(string.Join('\n', lines.Take(LinesOnFailure).Select(line => Indent + line)));
    }

    private string Ended(PlannedSubtask planned, SubtaskResult result) =>
        $"{Progress()} {planned.Id} {Wording.Of(result.Status)} ({Wording.Duration(result.Duration)}{Attempts(result)}{Cost(result)})"
            + Because(result) + Counts(result);

    /// <param name="inOneLine">Its error says all that is to be said of it.</param>
    private void ShowOutput(PlannedSubtask planned, SubtaskResult result, bool inOneLine)
    {
        Subtask subtask = planned.Subtask;
        if (result.LogFile.Length == 0)
            return;
        bool parse = subtask.ParseDiagnostics switch
        {
            ParseDiagnostics.Always => true,
            ParseDiagnostics.OnFailure => result.IsFailure,
            _ => false,
        };
        // The exit code decides: of a command that succeeded, or whose failure is forgiven, no line makes an error.
        bool asWarnings = !result.IsFailure || subtask.ContinueOnError == ContinueOnError.WarnAndContinue;
        int? lines = options.LogOutput switch
        {
            LogOutput.Grouped => null,
            // Each failed test has been told.
            LogOutput.OnFailure when result.IsFailure && !inOneLine && result.Code != Codes.TestFailed => LinesOnFailure,
            _ => 0,
        };
        if (lines != 0 || parse)
            OutputBlock.Show(
                log, result.LogFile, Indent, lines, parse ? line => log.TryDiagnosticLine(line, subtask.Id, asWarnings)
                : null, AgentTranscript.For(subtask.Work), ci?.GroupOf(planned, result));
    }


    private static string Counts(SubtaskResult result) => result.Tests is { } tests ? $": {Wording.Tests(tests)}"
        : result.Proof == Proof.Believed ? ": believed, nothing proves it" : "";

    private static string Attempts(SubtaskResult result) => result.Attempts > 1 ? $", attempt {result.Attempts}" : "";

    private static string Cost(SubtaskResult result) => result.Usage is { IsKnown: true } usage ? $"; {CostText.Of(usage)}" : "";

    private static string Port(SubtaskResult serving) => serving.Values.TryGetValue(OwnPort.ValueName, out string? port) ? $", port {port}"
        : "";

    private static string Because(SubtaskResult result) =>
        result.IsReused || result.Cause.Length > 0 ? $": {result.Reason}" : result.Why.Length > 0 ? $": {result.Why}" : "";

    private sealed record Reused(string Id, SubtaskStatus Status);
}
