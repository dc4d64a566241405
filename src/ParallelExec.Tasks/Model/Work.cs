using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>What a subtask runs: exactly one of these.</summary>
internal abstract record Work
{
    /// <summary>The name that plans and reports show.</summary>
    public abstract string Kind { get; }
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

/// <summary>A coding agent's work. <paramref name="Agent"/> empty = whichever is the default.</summary>
internal sealed record AgentWork(string Agent) : Work
{
    public override string Kind => "Agent";
}

/// <summary>Nothing: it only waits for its dependencies.</summary>
internal sealed record MilestoneWork : Work
{
    public override string Kind => "Milestone";
}
