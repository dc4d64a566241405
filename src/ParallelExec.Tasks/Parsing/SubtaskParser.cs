using System.Collections.Immutable;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>Turns one <c>ParallelTask</c> into a subtask. Collects every problem; a declaration with an error gives none.</summary>
internal sealed class SubtaskParser(RunOptions options, IReadOnlyDictionary<string, Team> teams, List<Diagnostic> diagnostics)
{
    private readonly string projectDirectory = options.ProjectDirectory;

    public Subtask? Parse(Declaration declaration)
    {
        string id = declaration.Id;
        var reader = new MetadataReader(declaration, diagnostics);
        if (Values.IsId(id))
            return Parse(declaration, reader);
        string why = id.Length > 200
            ? $"it has {id.Length} characters, at most 200 are allowed"
            : "allowed are letters, digits and . _ - : /";
        // That it has a NUL in it the reader has told.
        if (!id.Contains('\0', StringComparison.Ordinal))
            diagnostics.Add(Diagnostic.Error(Codes.InvalidId, $"'{id}' is not a valid id of a subtask: {why}.", declaration.Origin));
        return null;
    }

    private Subtask? Parse(Declaration declaration, MetadataReader reader)
    {
        IReadOnlyList<(string Written, string Meant)> slips = reader.CheckNames(Names.Metadata, LaterNames.Metadata);
        Work? work = ParseWork(reader);
        if (Names.OnlyOfTests.FirstOrDefault(reader.Has) is { } ofTests)
            work = reader.WrongKind(
                $"has {ofTests}, which only a test suite has. Declare it as <ParallelTest Include=\"path of the test project\" />.");
        if (work is MilestoneWork)
            work = CheckMilestone(reader, slips);
        string workingDirectory = reader.FullPath("WorkingDirectory", projectDirectory) ?? projectDirectory;
        if (work is ProjectWork && !ServiceParser.IsService(reader))
            reader.WarnIfPresent(Names.ProcessOnly, "a project", "the engine builds projects in its own process");

        if (work is not AgentWork)
            reader.WarnIfPresent(Names.OfRetriedAgents, "a subtask without an agent", "it has no prompt");

        Service? service = ServiceParser.Parse(reader, work);
        if (service is not null)
            work = ServiceParser.Program(work, reader, options);
        var subtask = new Subtask
        {
            Id = declaration.Id,
            Work = work ?? new MilestoneWork(),
            Service = service,
            Origin = declaration.Origin,
            Group = reader.Text("Group") ?? "",
            Title = reader.Text("Title") ?? "",
            DependsOn = reader.Ids("DependsOn"),
            Parallel = reader.Boolean("Parallel") ?? true,
            Always = reader.Boolean("Always") ?? false,
            Cores = reader.WholeNumber("Cores", least: 0) ?? (service is null ? Subtask.DefaultCores(work) : 0),
            Pools = reader.Pools("Pools"),
            Memory = reader.Memory("Memory"),
            Timeout = reader.Duration("Timeout") ?? Subtask.DefaultTimeout(work),
            Retries = reader.WholeNumber("Retries", least: 0) ?? 0,
            RetryDelay = reader.Duration("RetryDelay", zeroAllowed: true) ?? TimeSpan.Zero,
            ContinueOnError = reader.ContinueOnError("ContinueOnError"),
            EstimatedDuration = reader.Duration("EstimatedDuration", zeroAllowed: true),
            TitledDuration = TitleEstimate.In(reader.Text("Title") ?? ""),
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
            Isolation = IsolationParser.Parse(reader, work, service, options),
            Verify = reader.Text("Verify") is { } verify ? new CommandWork(verify, reader.Text("Shell")) : null,
        };
        return work is null || reader.Failed ? null : service is null ? subtask : ServiceParser.WithoutEnd(subtask);
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
        if (reader.Has("Tasks") && reader.List("Tasks").IsEmpty)
            reader.Invalid("Tasks", reader.Text("Tasks")!, "what is to be done, one after the other, separated by ';'");
        bool hasPrompt = reader.Has("Prompt");
        if (hasPrompt == reader.Has("PromptFile") && (hasPrompt || !reader.Has("Tasks")))
        {
            reader.WrongKind("has an Agent; it needs either a Prompt or a PromptFile.");
            return null;
        }
        if (!hasPrompt && !reader.Has("PromptFile"))
            return Work("");
        if (reader.FullPath("PromptFile", projectDirectory) is not { } file)
            return Work(reader.Text("Prompt")!);
        if (RegularFile.Exists(file))
            return Work(File.ReadAllText(file));
        string expected = Path.Exists(file) ? "a file; this is a folder, or a pipe" : "a file that is there; this one is not";
        reader.Invalid("PromptFile", reader.Text("PromptFile")!, expected);
        return null;

        AgentWork Work(string prompt) => new(agent, prompt)
        {
            RetryWithFeedback = reader.Boolean("RetryWithFeedback"),
            RetryContinues = reader.Boolean("RetryContinues"),
        };
    }

    /// <summary>A milestone is one on purpose: nothing to do because of a slip, or of a value that came out empty, is no success.</summary>
    private static Work? CheckMilestone(MetadataReader reader, IReadOnlyList<(string Written, string Meant)> slips)
    {
        foreach ((string written, string meant) in slips)
        {
            if (Names.WorkMetadata.Contains(meant))
                return reader.NothingButASlip(written, meant);
        }
        foreach (string name in Names.WorkMetadata.Where(reader.IsEmpty).Order(StringComparer.Ordinal))
        {
            return reader.Invalid(
                name, "", "something to run; a milestone, which only waits, has none of Command, Tool, Project, Targets and Agent");
        }
        return new MilestoneWork();
    }

    private static string WhyNoProject(MetadataReader reader, string project, string path) =>
        Path.Exists(path) ? "this is a folder, or a pipe"
        : project == reader.Id
            ? "there is no such file. %(Identity) is the subtask's own id: where Include is made from other items, "
                + "keep their path in metadata of theirs (docs/recipes.md shows it)"
        : "there is no such file";

    private Work? ParseWork(MetadataReader reader)
    {
        string? command = reader.Text("Command"), tool = reader.Text("Tool"), project = reader.Text("Project"),
            agent = reader.Text("Agent");
        ImmutableArray<string> targets = reader.List("Targets");
        List<string> kinds = [];
        AddKind("Command", command);
        AddKind("Tool", tool);
        AddKind("Project", project);
        AddKind("Agent", agent);

        if (kinds.Count > 1)
            return reader.WrongKind(
                $"has {string.Join(" and ", kinds)}; a subtask runs exactly one of them. Make two subtasks of it, joined by DependsOn.");
        if (!targets.IsEmpty && kinds is ["Command"] or ["Tool"] or ["Agent"] && reader.Has("Targets"))
            return reader.WrongKind(
                $"has {kinds[0]} and Targets; a subtask runs exactly one of them. Targets goes with Project, or stands alone.");
        if (reader.Has("Arguments") && tool is null && !(project is not null && ServiceParser.IsService(reader)))
            return reader.WrongKind("has Arguments but no Tool. Add Tool=\"program\", or write all of it in Command.");
        if (reader.Has("Properties") && project is null && targets.IsEmpty)
            return reader.WrongKind("has Properties but no Project. Add Project=\"path\" or Targets=\"name\".");
        if (reader.Has("VersionCommand") && !reader.Has("Inputs"))
            return reader.WrongKind(
                "has a VersionCommand but no Inputs, so it runs each time, whatever the version. Add Inputs, or remove it.");
        if (reader.Has("Shell") && command is null && !reader.Has("Verify") && !reader.Has("VersionCommand")
            && !reader.Has("WorktreeSetup"))
            return reader.WrongKind("has Shell but no Command. Shell says which shell runs the Command.");

        if ((reader.Has("Prompt") || reader.Has("PromptFile")) && agent is null)
            return reader.WrongKind("has a prompt but no Agent. Add Agent=\"name\".");
        if (reader.Has("Tasks") && agent is null)
            return reader.WrongKind("has Tasks, which is the work of an agent, part by part, but no Agent. "
                + (command is null && tool is null
                ? "Did you mean 'Targets'? Otherwise add Agent=\"name\"."
                : "Remove it, or make a subtask of its own with Agent=\"name\"."));
        if (agent is not null)
            return ParseAgent(reader, agent);
        if (command is not null)
            return new CommandWork(command, reader.Text("Shell"));
        if (tool is not null)
            return new ToolWork(Values.NativePath(tool), reader.List("Arguments"));
        if (project is not null)
        {
            string path = reader.FullPath("Project", projectDirectory)!;
            if (!RegularFile.Exists(path))
                return reader.Invalid("Project", project, "the path of a project file; " + WhyNoProject(reader, project, path));
            return new ProjectWork(path, targets, reader.Assignments("Properties"), IsDeclaringProject: false);
        }
        return targets.IsEmpty
            ? new MilestoneWork()
            : new ProjectWork(options.ProjectFile, targets, reader.Assignments("Properties"), IsDeclaringProject: true);

        void AddKind(string name, string? value)
        {
            if (value is not null)
                kinds.Add(name);
        }
    }
}
