using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>How a subtask ended.</summary>
internal enum SubtaskStatus
{
    Succeeded,
    Failed,
    TimedOut,
    Cancelled,
    Skipped,

    /// <summary>It had succeeded in the last run, or its task folder says so, and was not run again.</summary>
    Resumed,

    /// <summary>Nothing that it depends on has changed since it succeeded, and what it wrote is still there.</summary>
    UpToDate,

    /// <summary>What it would write came from the cache.</summary>
    Restored,

    /// <summary>It has asked a person, and goes on when it is answered.</summary>
    Blocked,
}

/// <summary>What became of one subtask.</summary>
internal sealed record SubtaskResult
{
    public required SubtaskStatus Status { get; init; }

    /// <summary>Why it did not succeed, in words; empty when it did.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The code of the failure: one of <see cref="Codes"/>, null when there was none.</summary>
    public string? Code { get; init; }
    public int? ExitCode { get; init; }
    public int Attempts { get; init; }
    /// <summary>Each of them, where there was more than one.</summary>
    public ImmutableArray<AttemptResult> EachAttempt { get; init; } = [];
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How long it worked: without <see cref="Waited"/>.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>
    /// Of a service that was ready, how long it then was there; its <see cref="Duration"/> is what it took to be ready. Null of all else.
    /// </summary>
    public TimeSpan? Served { get; init; }

    /// <summary>The service whose death ended it; empty where it has ended by itself.</summary>
    public string Cause { get; init; } = "";

    /// <summary>Of all attempts; null where it is not known, as of projects, which the engine builds.</summary>
    public CpuUse? Cpu { get; init; }

    /// <summary>How long it waited, after its turn had come, for a node of the engine to build it.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>The whole output, absolute; empty when it has none.</summary>
    public string LogFile { get; init; } = "";

    /// <summary>Of a test suite, or a part of one; null of all else.</summary>
    public TestSummary? Tests { get; init; }

    /// <summary>Values handed on through <c>PARALLELEXEC_OUTPUT</c>.</summary>
    public ImmutableSortedDictionary<string, string> Values { get; init; } = NoValues;

    /// <summary>What an agent says of its work; empty where nobody has said anything.</summary>
    public string Summary { get; init; } = "";

    /// <summary>What there is for an agent's success; null of all else.</summary>
    public Proof? Proof { get; init; }

    /// <summary>What an agent has cost in all attempts, as its command line tells; null where it tells nothing.</summary>
    public AgentUsage? Usage { get; init; }

    /// <summary>What an agent's session can be continued by; empty where nobody says so.</summary>
    public string SessionId { get; init; } = "";

    /// <summary>Why it was not left out, where that could have been expected; empty otherwise.</summary>
    public string Why { get; init; } = "";

    /// <summary>What later runs compare with; null where its result is not to be used again.</summary>
    public SuccessRecord? Record { get; init; }

    /// <summary>Processes that had to be ended by force, in words.</summary>
    public ImmutableArray<string> Killed { get; init; } = [];

    public static readonly ImmutableSortedDictionary<string, string> NoValues =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Its work is done, now or before.</summary>
    public bool IsSuccess => Status is SubtaskStatus.Succeeded || IsReused;

    /// <summary>Its work was done before.</summary>
    public bool IsReused => Status is SubtaskStatus.Resumed or SubtaskStatus.UpToDate or SubtaskStatus.Restored;

    public bool IsFailure => Status is SubtaskStatus.Failed or SubtaskStatus.TimedOut;

    /// <param name="question">In the words of the subtask.</param>
    public static SubtaskResult Blocked(string question) =>
        new() { Status = SubtaskStatus.Blocked, Code = Codes.NeedsInput, Reason = AsksPrefix + question };

    /// <summary>What the reason of a blocked one begins with.</summary>
    public const string AsksPrefix = "asks: ";

    public static SubtaskResult Resumed(string reason) => new() { Status = SubtaskStatus.Resumed, Reason = reason };

    public static SubtaskResult Failed(string code, string reason) => new() { Status = SubtaskStatus.Failed, Code = code, Reason = reason };

    public static SubtaskResult Skipped(string reason) => new() { Status = SubtaskStatus.Skipped, Reason = reason };
}

/// <summary>What became of one attempt at a subtask.</summary>
internal sealed record AttemptResult(DateTimeOffset StartedAt, TimeSpan Duration, SubtaskStatus Status, string Reason);
