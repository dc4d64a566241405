using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>Turns declarations into subtasks. Collects every problem; a declaration with an error gives no subtask.</summary>
internal sealed class SubtaskParser(string projectFile, string projectDirectory, IReadOnlyDictionary<string, Team> teams, List<Diagnostic> diagnostics)
{
    public ImmutableArray<Subtask> Parse(IReadOnlyList<Declaration> declarations)
    {
        var seen = new Dictionary<string, Declaration>(StringComparer.OrdinalIgnoreCase);
        var subtasks = ImmutableArray.CreateBuilder<Subtask>(declarations.Count);
        foreach (Declaration declaration in declarations)
        {
            if (CheckId(declaration, seen) && ParseOne(declaration) is { } subtask)
                subtasks.Add(subtask);
        }
        return subtasks.ToImmutable();
    }

    private bool CheckId(Declaration declaration, Dictionary<string, Declaration> seen)
    {
        string id = declaration.Id;
        if (!Values.IsId(id))
        {
            string why = id.Length > 200 ? $"it has {id.Length} characters, at most 200 are allowed" : "allowed are letters, digits and . _ - : /";
            diagnostics.Add(Diagnostic.Error(Codes.InvalidId, $"'{id}' is not a valid id of a subtask: {why}.", declaration.Origin));
            return false;
        }
        if (seen.TryAdd(id, declaration))
            return true;
        string spelled = seen[id].Id == id ? "" : $" (ids ignore case: the other one is '{seen[id].Id}')";
        diagnostics.Add(Diagnostic.Error(
            Codes.DuplicateId, $"There are two subtasks '{id}'{spelled}. Give one of them another id, or remove it.", declaration.Origin));
        return false;
    }

    private Subtask? ParseOne(Declaration declaration)
    {
        var reader = new MetadataReader(declaration, diagnostics);
        reader.CheckNames(Names.Metadata, Names.LaterMetadata);
        Work? work = ParseWork(reader);
        string workingDirectory = reader.FullPath("WorkingDirectory", projectDirectory) ?? projectDirectory;
        if (work is ProjectWork)
            reader.WarnIfPresent(Names.ProcessOnly, "the engine builds projects in its own process");

        var subtask = new Subtask
        {
            Id = declaration.Id,
            Work = work ?? new MilestoneWork(),
            Origin = declaration.Origin,
            Group = reader.Text("Group") ?? "",
            Title = reader.Text("Title") ?? "",
            DependsOn = reader.List("DependsOn"),
            Parallel = reader.Boolean("Parallel") ?? true,
            Always = reader.Boolean("Always") ?? false,
            Cores = reader.WholeNumber("Cores", least: 0) ?? (work is MilestoneWork or AgentWork ? 0 : 1),
            Pools = reader.Pools("Pools"),
            Timeout = reader.Duration("Timeout") ?? (work is AgentWork ? Subtask.AgentTimeout : null),
            Retries = reader.WholeNumber("Retries", least: 0) ?? 0,
            RetryDelay = reader.Duration("RetryDelay", zeroAllowed: true) ?? TimeSpan.Zero,
            ContinueOnError = reader.ContinueOnError("ContinueOnError"),
            EstimatedDuration = reader.Duration("EstimatedDuration", zeroAllowed: true),
            Inputs = reader.Paths("Inputs", projectDirectory),
            VersionCommand = reader.Text("VersionCommand") is { } version ? new CommandWork(version, reader.Text("Shell")) : null,
            Cache = reader.Boolean("Cache") ?? true,
            Outputs = reader.Paths("Outputs", projectDirectory),
            WorkingDirectory = workingDirectory,
            Environment = reader.Assignments("Environment"),
            Secrets = reader.List("Secrets"),
            ParseDiagnostics = reader.OneOf<ParseDiagnostics>("ParseDiagnostics") ?? ParseDiagnostics.OnFailure,
            ContextFiles = reader.ExistingFiles("ContextFiles", projectDirectory),
            AcceptanceCriteria = reader.List("AcceptanceCriteria"),
            Team = ParseTeam(reader),
            Role = reader.Text("Role") ?? "",
            Verify = reader.Text("Verify") is { } verify ? new CommandWork(verify, reader.Text("Shell")) : null,
        };
        return work is null || reader.Failed ? null : subtask;
    }

    private Team? ParseTeam(MetadataReader reader)
    {
        if (reader.Text("Team") is not { } name)
            return null;
        if (!teams.TryGetValue(name, out Team? team))
            reader.UnknownTeam(name, Suggestion.DidYouMean(name, teams.Keys));
        return team;
    }

    private AgentWork? ParseAgent(MetadataReader reader, string agent)
    {
        if (reader.Has("Prompt") == reader.Has("PromptFile"))
        {
            reader.WrongKind("has an Agent; it needs either a Prompt or a PromptFile.");
            return null;
        }
        if (reader.FullPath("PromptFile", projectDirectory) is not { } file)
            return new AgentWork(agent, reader.Text("Prompt")!);
        if (File.Exists(file))
            return new AgentWork(agent, File.ReadAllText(file));
        reader.Invalid("PromptFile", reader.Text("PromptFile")!, "a file that is there; this one is not");
        return null;
    }

    private Work? ParseWork(MetadataReader reader)
    {
        string? command = reader.Text("Command"), tool = reader.Text("Tool"), project = reader.Text("Project"), agent = reader.Text("Agent");
        ImmutableArray<string> targets = reader.List("Targets");
        string[] kinds = [.. new[] { ("Command", command), ("Tool", tool), ("Project", project), ("Agent", agent) }.Where(kind => kind.Item2 is not null).Select(kind => kind.Item1)];

        if (kinds.Length > 1)
            return reader.WrongKind($"has {string.Join(" and ", kinds)}; a subtask runs exactly one of them. Make two subtasks of it, joined by DependsOn.");
        if (!targets.IsEmpty && kinds is ["Command"] or ["Tool"] or ["Agent"] && reader.Has("Targets"))
            return reader.WrongKind($"has {kinds[0]} and Targets; a subtask runs exactly one of them. Targets goes with Project, or stands alone.");
        if (reader.Has("Arguments") && tool is null)
            return reader.WrongKind("has Arguments but no Tool. Add Tool=\"program\", or write all of it in Command.");
        if (reader.Has("Properties") && project is null && targets.IsEmpty)
            return reader.WrongKind("has Properties but no Project. Add Project=\"path\" or Targets=\"name\".");
        if (reader.Has("VersionCommand") && !reader.Has("Inputs"))
            return reader.WrongKind("has a VersionCommand but no Inputs, so it runs each time, whatever the version. Add Inputs, or remove it.");
        if (reader.Has("Shell") && command is null && !reader.Has("Verify") && !reader.Has("VersionCommand"))
            return reader.WrongKind("has Shell but no Command. Shell says which shell runs the Command.");

        if ((reader.Has("Prompt") || reader.Has("PromptFile")) && agent is null)
            return reader.WrongKind("has a prompt but no Agent. Add Agent=\"name\".");
        if (agent is not null)
            return ParseAgent(reader, agent);
        if (command is not null)
            return new CommandWork(command, reader.Text("Shell"));
        if (tool is not null)
            return new ToolWork(tool, reader.List("Arguments"));
        if (project is not null)
        {
            string path = reader.FullPath("Project", projectDirectory)!;
            if (!File.Exists(path))
                return reader.Invalid("Project", project, "the path of a project file; there is no such file");
            return new ProjectWork(path, targets, reader.Assignments("Properties"), IsDeclaringProject: false);
        }
        return targets.IsEmpty
            ? new MilestoneWork()
            : new ProjectWork(projectFile, targets, reader.Assignments("Properties"), IsDeclaringProject: true);
    }
}
