using System.Globalization;
using System.Text.RegularExpressions;
using ParallelExec.Model;

namespace ParallelExec.Agents;

/// <summary>
/// What one start of a command line comes to, by what it says, how it ended and what has changed. The one place where that is decided:
/// proof comes before denials, and both before anybody's word.
/// </summary>
/// <param name="Reason">Why the work is not done; empty where it is.</param>
/// <param name="Code">Of the failure; null where there is none.</param>
internal sealed partial record AgentVerdict(string Reason = "", string? Code = null)
{
    private const int LongestQuote = 200;

    /// <summary>What is known of it beside; said where <c>Verify</c>, or an output that is not there, fails it later.</summary>
    public string Remark { get; private init; } = "";

    /// <summary>Its service asks to come back later: it is started again after a pause.</summary>
    public bool IsRateLimit { get; private init; }

    /// <summary>It has not read its prompt: it is started again at once.</summary>
    public bool IsLostInput { get; private init; }

    /// <summary>It only waited for its service.</summary>
    public static AgentVerdict Later { get; } = new() { IsRateLimit = true };

    /// <param name="command">How it was started.</param>
    /// <param name="agent">As the subtask names it.</param>
    /// <param name="outputs">What has become of the declared outputs.</param>
    /// <param name="isVerified"><c>Verify</c> will be asked.</param>
    public static AgentVerdict Of(
        AgentReport report, int exitCode, AgentCommand command, string agent, OutputChange outputs, bool isVerified)
    {
        if (report.UnknownAgent is not null && command.AgentName.Length > 0)
        {
            return new(
                $"{command.Tool} does not know the agent '{command.AgentName}'{(exitCode == 0 ? ", and another one has worked" : "")}. "
                    + $"Define it for {command.Tool}, or map it with <ParallelAgent Include=\"{agent}\" ... />",
                Codes.AgentUnknown);
        }
        string? problem = Problem(report, exitCode, isKnown: command.Preset is not null);
        if (problem is not null)
        {
            if (command.Preset is not null && IsLimit(report))
                return new(problem) { IsRateLimit = true };
            if (command.Preset is not null && exitCode != 0 && report is { LostInput: true, ModelAnswered: false })
                return new(problem) { IsLostInput = true };
            return new($"the agent failed: {problem}", Codes.AgentFailed);
        }
        string refused = Refused(report);
        string remark = Remarks(report);
        bool isProven = outputs switch
        {
            OutputChange.Changed => true,
            OutputChange.NoneDeclared => isVerified,
            _ => false,
        };
        if (!isProven && refused.Length > 0)
            return new($"the agent failed: {refused}{remark}", Codes.AgentFailed);
        if (outputs == OutputChange.Unchanged)
        {
            return new(
                $"the agent says that it is done, but all declared outputs are as they were before{remark}", Codes.ChangedNothing);
        }
        return new() { Remark = (refused.Length > 0 ? $"; {refused}" : "") + remark };
    }

    /// <summary>What it said last of why it does not go on; for one whose time was up. Empty where it said nothing.</summary>
    public static string WaitingFor(AgentReport report, bool isKnown)
    {
        if ((report.Waiting ?? report.Error) is { } said)
            return $"waiting for its service: {Quote(said)}{Status(report, said)}";
        if (isKnown && !report.ModelAnswered)
            return report.LastText is { } text ? $"before its model had answered: {Quote(text)}" : "before its model had answered";
        return report.Summary.Length > 0 ? $"the agent said last: {Quote(report.Summary)}" : "";
    }

    /// <summary>What its service said last; empty where it said nothing, otherwise begins with ": ".</summary>
    public static string Said(AgentReport report) => (report.Error ?? report.Waiting ?? report.LastText) is { } said
        ? $": {Quote(said)}{Status(report, said)}" : "";

    /// <summary>The same, told as a failure.</summary>
    public AgentVerdict NotAgain(int starts) =>
        new($"the agent failed: it did not read its prompt from its input, {starts} times: {Reason}", Codes.AgentFailed);

    /// <summary>It waits for a service that asks to come back later, and has done nothing yet: it need not be that which waits.</summary>
    public static bool WaitsInVain(AgentReport report) =>
        report is { ModelAnswered: false, Waiting: not null } && IsLimit(report);

    private static string? Problem(AgentReport report, int exitCode, bool isKnown)
    {
        if (exitCode != 0)
        {
            string? said = report.Error ?? report.Waiting ?? report.LastText;
            return $"exit code {exitCode}{(said is null ? "" : $": {Quote(said)}{Status(report, said)}")}";
        }
        if (report.Error is not null)
            return $"{Quote(report.Error)}{Status(report, report.Error)}";
        if (!isKnown || report.Ended)
            return null;
        return report.EndedWith is { } how ? $"it ended with '{Quote(how)}'" : "its output does not say that it came to an end";
    }

    /// <summary>The HTTP status, where the words do not have it.</summary>
    private static string Status(AgentReport report, string said) =>
        report.HttpStatus is { } status && !said.Contains(status.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            ? $" (HTTP {status})" : "";

    private static string Refused(AgentReport report)
    {
        if (!report.Denied.IsEmpty)
            return $"it was not permitted to use {Quote(string.Join(", ", report.Denied))}";
        return report.FailedTool is { } tool ? $"its last tool call failed: {Quote(tool)}" : "";
    }

    private static string Remarks(AgentReport report) =>
        (report.FailedCommand is { } command ? $"; its last command failed: {Quote(command)}" : "")
        + (report.Summary.Length > 0 ? $"; it said last: {Quote(report.Summary)}" : "");

    // Some services say it with 403 or 503, which can mean other things too; then the words decide.
    private static bool IsLimit(AgentReport report) => report.HttpStatus is 429 or 529
        || (report.HttpStatus is null or 403 or 503 && RateLimit().IsMatch($"{report.Error} {report.Waiting} {report.LastText}"));

    // On one line: a reason stands in tables too.
    private static string Quote(string text) => Wording.Shorten(LineBreaks().Replace(text.Trim(), " "), LongestQuote);

    [GeneratedRegex(@"\s*[\r\n]\s*")]
    private static partial Regex LineBreaks();

    [GeneratedRegex(
        @"\b429\b|\b529\b|rate.?limit|too many requests|overloaded|usage limit|insufficient_quota|quota exceeded|exceeded your (current "
        + @")?quota", RegexOptions.IgnoreCase)]
    private static partial Regex RateLimit();
}

/// <summary>What has become of a subtask's declared outputs.</summary>
internal enum OutputChange
{
    NoneDeclared,

    /// <summary>Some are not there.</summary>
    Missing,

    /// <summary>All are as they were before.</summary>
    Unchanged,

    /// <summary>All are there, and at least one was written.</summary>
    Changed,
}
