using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Runners;

/// <summary>How one piece of work ended, before outputs and <c>Verify</c> are looked at.</summary>
internal sealed record RunnerResult(RunnerEnd End)
{
    public int? ExitCode { get; init; }

    /// <summary>When it really started, where that is later than it was asked to; null = then.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Null where it is not known.</summary>
    public CpuUse? Cpu { get; init; }

    /// <summary>How long it really worked, where it waited before; null = all the time.</summary>
    public TimeSpan? Ran { get; init; }

    /// <summary>
    /// Why it could not be started, why a project or an agent failed, what of its log is missing, or what a stopped one was waiting for.
    /// </summary>
    public string Problem { get; init; } = "";

    /// <summary>What an agent says of its work.</summary>
    public string Summary { get; init; } = "";

    /// <summary>What an agent has cost; null where its command line tells nothing.</summary>
    public AgentUsage? Usage { get; init; }

    /// <summary>What an agent's session can be continued by; empty where nobody says so.</summary>
    public string SessionId { get; init; } = "";

    /// <summary>
    /// What else is known of an agent's work; told where it fails by what is looked at later. Empty, or begins with "; ".
    /// </summary>
    public string Remark { get; init; } = "";

    /// <summary>Of a test suite, or a part of one.</summary>
    public TestSummary? Tests { get; init; }

    /// <summary>Of an agent's or a test suite's failure.</summary>
    public string? Code { get; init; }

    /// <summary>Processes that did not end when asked, in words.</summary>
    public ImmutableArray<string> Killed { get; init; } = [];
    public bool HasLog { get; init; }

    public static RunnerResult Exited(int exitCode) => new(RunnerEnd.Exited) { ExitCode = exitCode, Cpu = CpuUse.None };
}

internal enum RunnerEnd
{
    Exited,
    ProjectEnded,
    NotStarted,

    /// <summary>Its command line has exited, but the work is not done.</summary>
    AgentFailed,

    /// <summary>The tests were run, or should have been, and that is no success.</summary>
    TestsFailed,

    /// <summary>It has ended, but what it wrote is not all in its log.</summary>
    LogNotWritten,

    /// <summary>Ended by us: its time was up, or the run was stopped.</summary>
    Stopped,
}

/// <summary>What one attempt at a subtask works with.</summary>
/// <param name="Environment">Complete: the child gets this and nothing else.</param>
/// <param name="LogFile">Absolute.</param>
/// <param name="Ended">Set when the attempt must end: its time is up, or the run is stopped.</param>
internal sealed record AttemptContext(
    PlannedSubtask Planned, int Attempt, IReadOnlyDictionary<string, string> Environment, string LogFile, CancellationToken Ended)
{
    public bool AppendToLog { get; init; } = Attempt > 1;

    /// <summary>What it has left in the background when it ends by itself is ended too.</summary>
    public bool EndsRest { get; init; }

    /// <summary>Of a project that others wait for: to be disposed when it waits too.</summary>
    public IDisposable? Expected { get; init; }

    /// <summary>What stands on its input; null = nothing.</summary>
    public string? InputFile { get; init; }
}
