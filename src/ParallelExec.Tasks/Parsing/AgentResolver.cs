using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>Finds the command line for each agent that subtasks name.</summary>
/// <param name="agents">The <c>ParallelAgent</c> items.</param>
internal sealed class AgentResolver(IReadOnlyList<Declaration> agents, RunOptions options, List<Diagnostic> diagnostics)
{
    private readonly Dictionary<string, AgentCommand> declared = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The subtasks, with a command line where there is one: whether one is missing matters only when it is to run.</summary>
    public ImmutableArray<Subtask> Resolve(ImmutableArray<Subtask> subtasks)
    {
        foreach (Declaration agent in agents)
        {
            if (Parse(agent) is { } command && !declared.TryAdd(agent.Id, command))
                diagnostics.Add(
                    Diagnostic.Error(Codes.DuplicateId, $"There are two agents '{agent.Id}'. Remove one of them.", agent.Origin));
        }
        if (options.AgentRunner.Length > 0 && Named(options.AgentRunner) is null)
            diagnostics.Add(
                Diagnostic.Error(
                    Codes.InvalidValue,
                    $"ParallelExecAgentRunner is '{options.AgentRunner}'; expected a ParallelAgent item or one of {Presets}."));
        return [.. subtasks.Select(
            subtask => subtask.Work is AgentWork work
                ? IsolationParser.Resolved(subtask with { Work = With(subtask, work, For(work.Agent)) }, options)
                : subtask)];
    }

    public static string Presets => string.Join(", ", AgentPreset.All.Select(preset => preset.Name));

    /// <summary>The subtask says more than its agent, and that more than the properties.</summary>
    private AgentWork With(Subtask subtask, AgentWork work, AgentCommand? command)
    {
        bool continues = work.RetryContinues ?? command?.RetryContinues ?? options.RetryContinues;
        // Of the property it is clear that it is about those that can.
        if (continues && (work.RetryContinues ?? command?.RetryContinues) is not null && command is { CanContinue: false })
        {
            diagnostics.Add(Diagnostic.Warning(
                Codes.DoesNotApply,
                $"'{subtask.Id}' has RetryContinues, but {command.Preset ?? command.Tool} can not continue a session, as far as is known "
                    + "here: each attempt begins anew. Remove it.",
                subtask.Origin,
                work.RetryContinues is null ? null : "RetryContinues"));
        }
        return work with
        {
            Command = command,
            RetryWithFeedback = work.RetryWithFeedback ?? command?.RetryWithFeedback ?? options.RetryWithFeedback,
            RetryContinues = continues && command is { CanContinue: true },
        };
    }

    private AgentCommand? For(string agent)
    {
        if (agent.Length == 0)
            return Named(options.AgentRunner);
        if (Named(agent) is { } named)
            return named;
        // The default runner may know the agent by its name.
        return Named(options.AgentRunner) is { } command ? command with { AgentName = agent } : null;
    }

    private AgentCommand? Named(string name) =>
        declared.TryGetValue(name, out AgentCommand? command) ? command : AgentPreset.Find(name) is { } preset
            ? new AgentCommand(preset.Name, preset.Name, [], []) : null;

    private AgentCommand? Parse(Declaration agent)
    {
        var reader = new MetadataReader(agent, diagnostics);
        reader.CheckNames(Names.AgentMetadata, LaterNames.None);
        string? runner = reader.Text("Runner"), tool = reader.Text("Tool");
        AgentPreset? preset = runner is null ? null : AgentPreset.Find(runner);
        if (runner is not null && preset is null)
            reader.Invalid("Runner", runner, $"one of {Presets}; or leave it out and give Tool and Arguments");
        else if (runner is null && tool is null)
            reader.WrongKind($"says neither Runner (one of {Presets}) nor Tool: how is it started?");
        AgentPermissions? permissions = reader.OneOf<AgentPermissions>("Permissions");
        if (runner is null)
            reader.WarnIfPresent(["Permissions"], "a program of your own", "its Arguments say what it lets agents do");
        // A path is the project's, as all paths in it; a name is looked for on the PATH.
        if (tool is not null && tool.AsSpan().IndexOfAny('/', '\\') >= 0)
            tool = reader.FullPath("Tool", options.ProjectDirectory);
        // An item that is called like a known command line says how that is started; no agent has that name.
        string name = preset is not null && AgentPreset.Find(agent.Id) is not null ? "" : agent.Id;
        var command = new AgentCommand(
            preset?.Name, tool ?? preset?.Name
            ?? "", reader.List("Arguments"), reader.Assignments("Environment"))
        {
            AgentName = name,
            Item = agent.Id,
            Permissions = permissions ?? AgentPermissions.EditAndRun,
            RetryWithFeedback = reader.Boolean("RetryWithFeedback"),
            RetryContinues = reader.Boolean("RetryContinues"),
            Limit = reader.Spending(),
        };
        return reader.Failed ? null : command;
    }
}
