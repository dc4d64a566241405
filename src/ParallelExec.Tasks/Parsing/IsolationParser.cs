using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>Whether a subtask works in a worktree of its own, and what that needs.</summary>
internal static class IsolationParser
{
    /// <returns>Null where nobody has said anything: then the property decides, for agents.</returns>
    public static WorktreeUse? Parse(MetadataReader reader, Work? work, Service? service, RunOptions options)
    {
        IsolationMode? mode = reader.OneOf<IsolationMode>("Isolation");
        bool isAsked = mode == IsolationMode.Worktree
            || (mode is null && work is AgentWork && options.Isolation == IsolationMode.Worktree);
        if (!isAsked)
        {
            reader.WarnIfPresent(Names.OfWorktrees, "a subtask without Isolation=\"worktree\"", "it works in the project's own folder");
            return mode is null ? null : WorktreeUse.None;
        }
        if (mode is not null && (service is not null || work is not (null or CommandWork or ToolWork or AgentWork)))
        {
            string why = service is not null ? "a service serves those in all trees"
                : work is ProjectWork ? "the engine builds projects where they are; a Command such as dotnet build does it in a worktree"
                : "there is nothing that works";
            reader.Invalid("Isolation", reader.Text("Isolation")!, $"none, because {why}. A Command, a Tool and an Agent can be isolated");
            return null;
        }
        return new WorktreeUse(
            IsolationMode.Worktree,
            reader.Text("WorktreeSetup") is { } setup ? new CommandWork(setup, reader.Text("Shell")) : options.Worktrees.Setup,
            reader.Has("WorktreeFiles") ? reader.Paths("WorktreeFiles", options.ProjectDirectory) : options.Worktrees.Files);
    }

    /// <summary>What the property says of agents that say nothing themselves.</summary>
    public static Subtask Resolved(Subtask subtask, RunOptions options) =>
        subtask is { Isolation: null, Work: AgentWork, Service: null } && options.Isolation == IsolationMode.Worktree
            ? subtask with { Isolation = options.Worktrees } : subtask;

    /// <summary>What isolated subtasks have that do not say it themselves.</summary>
    public static WorktreeUse Defaults(IsolationMode mode, string? setup, ImmutableArray<string> files, string projectDirectory) =>
        new(
            mode,
            setup is null ? null : new CommandWork(setup, Shell: null),
            files.IsEmpty ? [] : PathPattern.List(files, projectDirectory));
}
