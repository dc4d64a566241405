using System.Globalization;
using System.Text;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Reporting.Ci;

/// <summary>Service messages of TeamCity. Each subtask is a flow, so that blocks that overlap in time do not get mixed up.</summary>
internal sealed class TeamCity : CiCommands
{
    protected override string BeginGroup(int number, string title, DateTimeOffset at) => Message("blockOpened", ("name", title));

    protected override string EndGroup(int number, string title, DateTimeOffset at) => Message("blockClosed", ("name", title));

    public override string Progress(int percent, string text) => $"##teamcity[progressMessage '{Escaped(text)}']";

    public override string Begin(PlannedSubtask subtask) =>
        Message("flowStarted", ("flowId", Flow(subtask))) + "\n"
            + Message("blockOpened", ("name", subtask.Id), ("description", subtask.Subtask.Title), ("flowId", Flow(subtask)));

    public override IEnumerable<string> End(PlannedSubtask subtask, SubtaskResult result)
    {
        yield return Message("blockClosed", ("name", subtask.Id), ("flowId", Flow(subtask)));
        yield return Message("flowFinished", ("flowId", Flow(subtask)));
    }

    public override IEnumerable<string> Finish(RunOptions options, RunResult run)
    {
        if (TestReport.IsNeeded(run.Plan))
            yield return Message("importData", ("type", "junit"), ("path", TestFiles.MergedJUnit(options)));
    }

    private string Flow(PlannedSubtask subtask) => string.Create(CultureInfo.InvariantCulture, $"parallelexec-{Run}-{subtask.Index}");

    private static string Message(string name, params (string Name, string Value)[] attributes)
    {
        var message = new StringBuilder("##teamcity[").Append(name);
        foreach ((string attribute, string value) in attributes)
            message.Append(' ').Append(attribute).Append("='").Append(Escaped(value)).Append('\'');
        return message.Append(']').ToString();
    }

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            switch (c)
            {
                case '|' or '\'' or '[' or ']':
                    escaped.Append('|').Append(c);
                    break;
                case '\n':
                    escaped.Append("|n");
                    break;
                case '\r':
                    escaped.Append("|r");
                    break;
                case > '~' or < ' ':
                    escaped.Append(CultureInfo.InvariantCulture, $"|0x{(int)c:X4}");
                    break;
                default:
                    escaped.Append(c);
                    break;
            }
        }
        return escaped.ToString();
    }
}
