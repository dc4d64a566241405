using System.Collections.Immutable;
using System.Diagnostics;

namespace ParallelExec.Model;

/// <summary>What a subtask runs: exactly one of these.</summary>
internal abstract record Work
{
    /// <summary>The name that plans and reports show.</summary>
    public abstract string Kind { get; }

    /// <summary>Ends a switch over kinds: what is new has to be thought about in each of them.</summary>
    public Exception NotKnown() => new UnreachableException($"nobody has said what this means for work of the kind {Kind}");
}

/// <summary>A command line for a shell. <paramref name="Shell"/> null = the platform's own.</summary>
internal sealed record CommandWork(string CommandLine, string? Shell) : Work
{
    public override string Kind => "Command";
}

/// <summary>A program and its arguments, passed one by one, without a shell.</summary>
internal sealed record ToolWork(string Tool, ImmutableArray<string> Arguments) : Work
{
    public override string Kind => "Tool";
}

/// <summary>Targets of an MSBuild project, built by the engine that runs this build.</summary>
/// <param name="ProjectFile">Absolute.</param>
/// <param name="Targets">None = the project's default targets.</param>
/// <param name="Properties">Global properties on top of those of this build.</param>
/// <param name="IsDeclaringProject">True where only <c>Targets</c> was given.</param>
internal sealed record ProjectWork(
    string ProjectFile,
    ImmutableArray<string> Targets,
    ImmutableArray<KeyValuePair<string, string>> Properties,
    bool IsDeclaringProject) : Work
{
    public override string Kind => IsDeclaringProject ? "Targets" : "Project";
}

/// <summary>A coding agent's work.</summary>
/// <param name="Agent">As the subtask names it; empty = whichever is the default.</param>
/// <param name="Prompt">What is to be done, beside title, criteria and context; may be empty.</param>
internal sealed record AgentWork(string Agent, string Prompt) : Work
{
    public override string Kind => "Agent";

    /// <summary>How it is started; null where nobody has said so.</summary>
    public AgentCommand? Command { get; init; }
}

/// <summary>An agent's command line.</summary>
/// <param name="Preset">One of the known ones; null = the user's own.</param>
/// <param name="Arguments">Of the user's own: all, with placeholders. Of a preset: further ones.</param>
internal sealed record AgentCommand(
    string? Preset, string Tool, ImmutableArray<string> Arguments, ImmutableArray<KeyValuePair<string, string>> Environment)
{
    /// <summary>What <c>{agent}</c> stands for; empty where the subtask named none.</summary>
    public string AgentName { get; init; } = "";

    /// <summary>What a known command line lets the agent do without asking.</summary>
    public AgentPermissions Permissions { get; init; } = AgentPermissions.EditAndRun;

    /// <summary>The <c>ParallelAgent</c> item that says it; empty where none does.</summary>
    public string Item { get; init; } = "";
}

/// <summary>Nothing: it only waits for its dependencies.</summary>
internal sealed record MilestoneWork : Work
{
    public override string Kind => "Milestone";
}
