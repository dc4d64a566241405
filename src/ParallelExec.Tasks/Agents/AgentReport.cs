using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Agents;

/// <summary>
/// What an agent's command line said of one start, read from its machine-readable output. What it comes to is judged elsewhere.
/// </summary>
internal sealed record AgentReport
{
    /// <summary>It says that it has come to an end, as it does when the agent has nothing more to do.</summary>
    public bool Ended { get; init; }

    /// <summary>How it ended otherwise; null where it does not say.</summary>
    public string? EndedWith { get; init; }

    /// <summary>What went wrong for the command line itself; null where it tells nothing of the kind.</summary>
    public string? Error { get; init; }

    /// <summary>Of the service's last refusal; null where there was none, or it does not say.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>Tools that the agent was not permitted to use, each once.</summary>
    public ImmutableArray<string> Denied { get; init; } = [];

    /// <summary>Why the last tool that it used has failed; null where it has not.</summary>
    public string? FailedTool { get; init; }

    /// <summary>The last command that it ran has failed, with what; null where it has not.</summary>
    public string? FailedCommand { get; init; }

    /// <summary>What it said last of waiting for its service; null where it did not wait.</summary>
    public string? Waiting { get; init; }

    /// <summary>The agent that was asked for is not known to it; in its words.</summary>
    public string? UnknownAgent { get; init; }

    /// <summary>It came to no prompt, which had been put on its input.</summary>
    public bool LostInput { get; init; }

    /// <summary>The model has said something.</summary>
    public bool ModelAnswered { get; init; }

    /// <summary>The last line that was no machine's; null where there was none.</summary>
    public string? LastText { get; init; }

    /// <summary>The last thing that the agent has said; empty where it is not known.</summary>
    public string Summary { get; init; } = "";

    public AgentUsage Usage { get; init; } = AgentUsage.None;

    /// <summary>What its session can be continued by; empty where it does not say.</summary>
    public string SessionId { get; init; } = "";
}
