using System.Globalization;
using System.Text.RegularExpressions;
using ParallelExec.Planning;

namespace ParallelExec.Exchange;

/// <summary>
/// Where the run stands in a trace (W3C Trace Context): below the span that the environment of the build names, else in a trace of its own.
/// What a child traces hangs below its subtask, because the child is told that span.
/// </summary>
internal sealed partial class TraceContext
{
    private const string ParentVariable = "TRACEPARENT";
    private const string StateVariable = "TRACESTATE";

    /// <summary>Of <c>TRACESTATE</c>: what is longer nobody has to hand on.</summary>
    private const int LongestState = 512;

    private readonly ulong seed;

    private TraceContext(string runId, string traceId, string parent, string state)
    {
        (TraceId, Parent, State) = (traceId, parent, state);
        seed = ulong.Parse(runId.AsSpan(16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    /// <summary>32 hexadecimal digits.</summary>
    public string TraceId { get; }

    /// <summary>The span that the run is a part of; empty = it is the first of its trace.</summary>
    public string Parent { get; }

    /// <summary>What other vendors have handed on; may be empty.</summary>
    public string State { get; }

    public string RunSpan => Id(0, 0);

    /// <param name="runId">32 hexadecimal digits, random: of a run that begins a trace, the trace's id too.</param>
    /// <returns>Null where whoever began the trace has decided not to record it.</returns>
    public static TraceContext? For(string runId, IReadOnlyDictionary<string, string> environment)
    {
        Match parent = TraceParent().Match(environment.GetValueOrDefault(ParentVariable, "").Trim());
        if (!parent.Success || IsZero(parent.Groups["trace"].Value) || IsZero(parent.Groups["span"].Value))
            return new TraceContext(runId, runId, "", "");
        bool isRecorded = (int.Parse(parent.Groups["flags"].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) & 1) != 0;
        string state = environment.GetValueOrDefault(StateVariable, "").Trim();
        return isRecorded
            ? new TraceContext(
                runId, parent.Groups["trace"].Value, parent.Groups["span"].Value,
                state.Length > LongestState || state.Any(char.IsControl) ? "" : state)
            : null;
    }

    public string SpanOf(int subtask) => Id(subtask + 1, 0);

    public string SpanOf(int subtask, int attempt) => Id(subtask + 1, attempt);

    /// <summary>Of a subtask that may be tried again each attempt is a span of its own.</summary>
    public static bool HasAttempts(PlannedSubtask planned) => planned.Subtask.Retries > 0;

    /// <param name="attempt">0 = no attempt at the work.</param>
    public void AddTo(Dictionary<string, string> environment, PlannedSubtask planned, int attempt)
    {
        string span = attempt > 0 && HasAttempts(planned) ? SpanOf(planned.Index, attempt) : SpanOf(planned.Index);
        environment[ParentVariable] = $"00-{TraceId}-{span}-01";
        if (State.Length > 0)
            environment[StateVariable] = State;
        else
            environment.Remove(StateVariable);
    }

    private static bool IsZero(string digits) => digits.All(digit => digit == '0');

    // A bijection (SplitMix64) of numbers that differ: no two spans of a run have one id, and nothing has to be kept to know it again.
    private string Id(int number, int attempt)
    {
        ulong id = unchecked(seed + (((ulong)number << 20) | ((uint)attempt & 0xFFFFF)));
        id = unchecked((id ^ (id >> 30)) * 0xBF58476D1CE4E5B9UL);
        id = unchecked((id ^ (id >> 27)) * 0x94D049BB133111EBUL);
        id ^= id >> 31;
        return (id == 0 ? 1 : id).ToString("x16", CultureInfo.InvariantCulture);
    }

    // Version 00 ends there; a later one may have more behind it, and `ff` is none.
    [GeneratedRegex(
        "^(?:00-(?=.{52}$)|(?!00|ff)[0-9a-f]{2}-(?=.{52}(?:-|$)))(?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})",
        RegexOptions.CultureInvariant)]
    private static partial Regex TraceParent();
}
