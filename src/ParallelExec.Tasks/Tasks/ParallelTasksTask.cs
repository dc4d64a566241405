using System.Collections;
using System.Collections.Immutable;
using Microsoft.Build.Framework;
using ParallelExec.Agents;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.Planning;
using ParallelExec.State;
using ParallelExec.TaskFolders;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace ParallelExec.Tasks;

/// <summary>What all tasks of ParallelExec get: the declared items and properties, and what they come to.</summary>
public abstract class ParallelTasksTask : MSBuildTask
{
    /// <summary>The <c>ParallelTask</c> items.</summary>
    public ITaskItem[] Subtasks { get; set; } = [];

    /// <summary>The <c>ParallelPool</c> items.</summary>
    public ITaskItem[] Pools { get; set; } = [];

    /// <summary>The <c>ParallelExec…</c> properties: the name without prefix, and <c>Value</c>.</summary>
    public ITaskItem[] Options { get; set; } = [];

    /// <summary>The <c>ParallelTaskFolder</c> items.</summary>
    public ITaskItem[] TaskFolders { get; set; } = [];

    /// <summary>The <c>ParallelAgent</c> items.</summary>
    public ITaskItem[] Agents { get; set; } = [];

    /// <summary>The <c>ParallelTeam</c> items.</summary>
    public ITaskItem[] Teams { get; set; } = [];

    /// <summary>Items of types that a later version brings; each is refused.</summary>
    public ITaskItem[] LaterItems { get; set; } = [];

    /// <summary>The declaring project.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary><c>$(MSBuildNodeCount)</c>: the <c>-m</c> of this build.</summary>
    public int NodeCount { get; set; } = 1;

    /// <summary>True where the terminal logger shows this build.</summary>
    public bool TerminalLogger { get; set; }

    private protected List<Diagnostic> Diagnostics { get; } = [];

    private protected bool HasErrors => Diagnostics.Exists(diagnostic => diagnostic.Severity == Severity.Error);

    private protected RunOptions RunOptions { get; private set; } = new();

    /// <summary>Hides secrets in what is reported; null where there are none.</summary>
    private protected SecretMasker? Masker { get; private set; }

    /// <summary>What the task folders hold.</summary>
    private protected ImmutableArray<Feature> Features { get; private set; } = [];

    /// <summary>How long subtasks took in earlier runs.</summary>
    private protected History History { get; private set; } = new();

    /// <summary>Checks everything, and plans where nothing is wrong.</summary>
    /// <returns>Null where <see cref="Diagnostics"/> hold an error.</returns>
    private protected ExecutionPlan? MakePlan(IReadOnlyDictionary<string, string> environment)
    {
        ReadOptions();
        foreach (ITaskItem item in LaterItems)
            Diagnostics.Add(Diagnostic.Error(Codes.NotInThisVersion, $"There are {item.ItemSpec} items, which this version of ParallelExec does not have yet. Remove them, or use a later version."));

        ImmutableArray<Pool> pools = ParsePools();
        Dictionary<string, Team> teams = TeamParser.Parse(Declarations(Teams, "ParallelTeam"), RunOptions, Diagnostics);
        ImmutableArray<Subtask> subtasks = new SubtaskParser(ProjectFile, RunOptions.ProjectDirectory, teams, Diagnostics).Parse([.. Declarations(Subtasks, "ParallelTask")]);
        ReadFeatures();
        subtasks = [.. subtasks, .. Features.SelectMany(feature => feature.Subtasks)];
        subtasks = new AgentResolver([.. Declarations(Agents, "ParallelAgent")], RunOptions, Diagnostics).Resolve(subtasks);
        foreach (Subtask twin in Features.IsEmpty ? [] : subtasks.GroupBy(subtask => subtask.Id, StringComparer.OrdinalIgnoreCase)
            .Where(group => group.Select(subtask => subtask.TaskFile?.Feature).Distinct().Count() > 1).Select(group => group.Last()))
            Diagnostics.Add(Diagnostic.Error(Codes.DuplicateId, $"There are two subtasks '{twin.Id}'. Give one of them another id, or remove it.", twin.Origin));
        Masker = SecretMasker.For(subtasks.SelectMany(subtask => subtask.Secrets.SelectMany(name => SecretValues(subtask, name, environment))));
        History = History.Read(RunOptions);
        bool complete = !HasErrors;
        // A subtask that could not be understood is missing here: what depends on it must not be told that it does not exist.
        List<Diagnostic> planned = [];
        ImmutableArray<Subtask> known = complete ? subtasks : [.. subtasks, .. Unreadable(subtasks)];
        ExecutionPlan? plan = Planner.Plan(known, pools, RunOptions, History.Estimates, planned);
        Diagnostics.AddRange(planned);
        return complete ? plan : null;
    }

    private protected void ReadOptions()
    {
        var options = new OptionsParser(
            Options.ToDictionary(item => item.ItemSpec, item => item.GetMetadata("Value"), StringComparer.OrdinalIgnoreCase), ProjectFile, Diagnostics);
        RunOptions = options.Parse(NodeCount);
        RunOptions = RunOptions with
        {
            TaskFolders = [.. RunOptions.TaskFolders, .. TaskFolders.Select(item => Path.GetFullPath(item.ItemSpec, RunOptions.ProjectDirectory))],
        };
        if (BuildEngine is not IBuildEngine6 engine)
            return;
        IReadOnlyDictionary<string, string> globalProperties = engine.GetGlobalProperties();
        options.CheckGlobalProperties(globalProperties.Keys);
        RunOptions = RunOptions with { GlobalProperties = OptionsParser.OfProjects(globalProperties) };
    }

    /// <summary>Of a plan that has agents in it: tells what would keep them from working, and returns what puts their prompts together.</summary>
    private protected PromptText CheckAgents(ExecutionPlan plan, IReadOnlyDictionary<string, string> environment)
    {
        PromptText prompts = Prompts();
        AgentCheck.CheckContext(plan, running: true, Diagnostics);
        AgentCheck.Check(plan, prompts, environment, Diagnostics);
        return prompts;
    }

    private protected PromptText Prompts() =>
        new(RunOptions, Features.GroupBy(feature => feature.Id).ToDictionary(same => same.Key, same => same.First().Objective, StringComparer.Ordinal));

    private protected void ReadFeatures() =>
        Features = RunOptions.TaskFolders.IsEmpty ? [] : new TaskFolderReader(RunOptions, Diagnostics).Read();

    private protected bool ReportDiagnostics()
    {
        using var log = new EngineLog(TerminalLogger) { Masker = Masker };
        foreach (Diagnostic diagnostic in Diagnostics)
            log.Report(diagnostic);
        log.DrainTo(BuildEngine);
        return !HasErrors;
    }

    private protected static Dictionary<string, string> SnapshotEnvironment()
    {
        var snapshot = new Dictionary<string, string>(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            snapshot[(string)entry.Key] = (string?)entry.Value ?? "";
        return snapshot;
    }

    private IEnumerable<Declaration> Declarations(ITaskItem[] items, string type)
    {
        var occurrences = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (ITaskItem2 item in items.OfType<ITaskItem2>())
        {
            string id = item.ItemSpec;
            occurrences[id] = occurrences.GetValueOrDefault(id, -1) + 1;
            var metadata = new Dictionary<string, MetadataValue>(StringComparer.OrdinalIgnoreCase);
            foreach (DictionaryEntry entry in item.CloneCustomMetadataEscaped())
                metadata[(string)entry.Key] = MetadataValue.FromEscaped((string?)entry.Value ?? "");
            yield return new Declaration(id, metadata, new Origin(DefiningFile(item), type, id, occurrences[id]));
        }
    }

    private ImmutableArray<Pool> ParsePools()
    {
        var pools = new Dictionary<string, Pool>(StringComparer.OrdinalIgnoreCase);
        foreach (ITaskItem item in Pools)
        {
            var origin = new Origin(DefiningFile(item), "ParallelPool", item.ItemSpec);
            string capacity = item.GetMetadata("Capacity");
            int? units = capacity.Length == 0 ? 1 : Values.WholeNumber(capacity, least: 1);
            if (units is null)
                Diagnostics.Add(Diagnostic.Error(Codes.InvalidValue, $"The pool '{item.ItemSpec}' has Capacity=\"{capacity}\"; expected a whole number, 1 or more.", origin, "Capacity"));
            else if (!pools.TryAdd(item.ItemSpec, new Pool(item.ItemSpec, units.Value)))
                Diagnostics.Add(Diagnostic.Error(Codes.DuplicateId, $"There are two pools '{item.ItemSpec}'. Remove one of them.", origin with { Occurrence = 1 }));
        }
        return [.. pools.Values];
    }

    private IEnumerable<Subtask> Unreadable(ImmutableArray<Subtask> subtasks)
    {
        HashSet<string> read = subtasks.Select(subtask => subtask.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return Subtasks.Where(item => read.Add(item.ItemSpec)).Select(item => new Subtask
        {
            Id = item.ItemSpec,
            Work = new MilestoneWork(),
            Origin = new Origin(DefiningFile(item), "ParallelTask", item.ItemSpec),
            WorkingDirectory = RunOptions.ProjectDirectory,
            DependsOn = [.. item.GetMetadata("DependsOn").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)],
        });
    }

    private string DefiningFile(ITaskItem item) => item.GetMetadata("DefiningProjectFullPath") is { Length: > 0 } file ? file : ProjectFile;

    private static IEnumerable<string> SecretValues(Subtask subtask, string name, IReadOnlyDictionary<string, string> environment) =>
        subtask.Environment.Where(pair => pair.Key == name).Select(pair => pair.Value)
            .Concat(environment.TryGetValue(name, out string? value) ? [value] : []);
}
