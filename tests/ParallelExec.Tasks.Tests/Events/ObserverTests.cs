using System.Diagnostics;
using ParallelExec.Agents;
using ParallelExec.Events;
using ParallelExec.Execution.Writes;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.Reporting.Ci;
using ParallelExec.Scheduling;
using ParallelExec.State;
using ParallelExec.TaskFolders;
using ParallelExec.Tasks;
using ParallelExec.Telemetry;
using ParallelExec.Tests.Reporting;

namespace ParallelExec.Tests.Events;

/// <summary>Each observer has thought of each event: one that it does not know is a bug that shows itself.</summary>
public sealed class ObserverTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Observers => [.. typeof(RunEvent).Assembly.GetTypes()
        .Where(type => type.IsAssignableTo(typeof(IRunObserver)) && !type.IsInterface).Select(type => type.Name)];

    [Theory]
    [MemberData(nameof(Observers))]
    public void Each_event_is_known_to(string name)
    {
        ExecutionPlan plan = Given.Plan("a");
        SubtaskResult result = Given.Succeeded with { StartedAt = DateTimeOffset.UnixEpoch };
        RunEvent[] all = [
            new RunStarted(DateTimeOffset.UnixEpoch), new SubtaskStarted(plan.Find("a"), DateTimeOffset.UnixEpoch), new Tick(DateTimeOffset.UnixEpoch),
            new ServiceReady(plan.Find("a"), result),
            new RunStopping("why"), new SubtasksSkipped(new SkippedSubtasks([plan.Find("a")], "why")), new SubtaskEnded(plan.Find("a"), result),
            new RunEnded(new RunResult { Plan = plan, Results = [result], StartedAt = DateTimeOffset.UnixEpoch, Duration = TimeSpan.FromSeconds(1) })];
        Assert.Equal(
            typeof(RunEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(RunEvent))).Select(type => type.Name).Order(),
            all.Select(each => each.GetType().Name).Order());
        RunOptions options = Given.Options with { Directory = folder.Path };
        foreach (RunEvent happened in all)
        {
            IRunObserver observer = Make(name, plan, options);
            observer.On(happened);
            (observer as IDisposable)?.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Observers))]
    public void A_new_event_is_not_passed_over_in_silence_by(string name)
    {
        IRunObserver observer = Make(name, Given.Plan("a"), Given.Options with { Directory = folder.Path });
        Assert.Contains($"{name} does not know the event Unheard", Assert.Throws<UnreachableException>(() => observer.On(new Unheard())).Message, StringComparison.Ordinal);
        (observer as IDisposable)?.Dispose();
    }

    private static IRunObserver Make(string name, ExecutionPlan plan, RunOptions options)
    {
        var log = new RecordingLog();
        return name switch
        {
            nameof(CoreDemand) => new CoreDemand(_ => { }),
            nameof(ConsoleReport) => new ConsoleReport(plan, options, log),
            nameof(LiveOutput) => new LiveOutput(options, log),
            nameof(RunRecorder) => new RunRecorder(plan, options, new History(), new Lazy<FileHashes>(() => throw new InvalidOperationException()), log, masker: null),
            nameof(SharedContexts) => new SharedContexts(plan, options, log, masker: null),
            nameof(ReportWriter) => new ReportWriter(options, log, masker: null),
            nameof(TestReport) => new TestReport(plan, options, log, masker: null),
            nameof(TaskFolderWriter) => new TaskFolderWriter([], log, masker: null),
            nameof(ConvertedOutputs) => new ConvertedOutputs(plan, options, log),
            nameof(RunTelemetry) => RunTelemetry.TryBegin(
                plan, options, new Dictionary<string, string>(), new string('1', 32), log, masker: null)!,
            nameof(WriteWatch) => new WriteWatch(plan, options, new Dictionary<string, string>(), log, TimeProvider.System),
            nameof(CiReport) => new CiReport(plan, options, new GitHubActions(), new Dictionary<string, string>(), log, masker: null),
            nameof(Journal) => Journal.Begin(options, "1", DateTimeOffset.UnixEpoch, [], log, masker: null),
            _ => throw new InvalidOperationException($"{name} is new: say here how it is made"),
        };
    }

    private sealed record Unheard : RunEvent;
}
