using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Reporting.Ci;

/// <summary>Tells a CI engine what happens, beside what people read.</summary>
internal sealed class CiReport(
    ExecutionPlan plan, RunOptions options, CiCommands commands, IReadOnlyDictionary<string, string> environment, IRunLog log,
    SecretMasker? masker) : IRunObserver
{
    private readonly LargeSets sets = LargeSets.Of(plan);
    private int ended;
    private int percent;

    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case RunStarted:
                Write("its problem matcher", () => Say(commands.Start(options)));
                break;
            case SubtaskStarted(var subtask, _) when IsShown(subtask) && commands.Begin(subtask) is { } begin:
                Say(begin.Split('\n'));
                break;
            case SubtaskEnded(var subtask, var result):
                if (IsShown(subtask))
                    Say(commands.End(subtask, result));
                Advance(1, subtask.Id);
                break;
            case SubtasksSkipped(var skipped):
                Advance(skipped.Subtasks.Count, "skipped");
                break;
            case RunEnded(var result):
                Finish(result);
                break;
            case SubtaskStarted or ServiceReady or RunStopping or Tick:
                break;
            default:
                throw happened.NotKnownTo(this);
        }
    }

    // Of a set of ten thousand nobody wants to open each. What nothing is done for is no block either.
    private bool IsShown(PlannedSubtask subtask) => sets.Of(subtask) is null && subtask.Subtask.Work is not MilestoneWork;

    private void Advance(int more, string what)
    {
        ended += more;
        int now = plan.Count == 0 ? 100 : (int)(100L * ended / plan.Count);
        // A line for each percent at most, however many subtasks there are.
        if (now == percent)
            return;
        percent = now;
        if (commands.Progress(now, $"[{ended}/{plan.Count}] {what}") is { } progress)
            log.Command(progress);
    }

    private void Finish(RunResult run)
    {
        if (options.Ci == CiEngine.GitHubActions && environment.GetValueOrDefault(GitHubSummary.Variable) is { Length: > 0 } file)
        {
            Write("the summary of the job", () =>
            {
                string text = MarkdownReport.For(options, run);
                GitHubSummary.Append(file, masker?.Apply(text) ?? text);
            });
        }
        Say(commands.Finish(options, run));
    }

    private void Say(IEnumerable<string> lines)
    {
        foreach (string line in lines)
            log.Command(line);
    }

    private void Write(string what, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Report(Diagnostic.Warning(Codes.Ci, $"For {options.Ci}, {what} could not be written: {e.Message}"));
        }
    }
}
