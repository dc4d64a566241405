using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Build.Framework;
using ParallelExec.Agents;
using ParallelExec.Execution.Git;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.Parsing.TaskFolders;
using ParallelExec.Planning;
using ParallelExec.Reporting.Ci;
using ParallelExec.State;
using MSBuildTask = Microsoft.Build.Utilities.Task;

namespace ParallelExec.Tasks;

/// <summary>What all tasks of ParallelExec get: the declared items and properties, and what they come to.</summary>
public abstract class ParallelTasksTask : MSBuildTask
{
    private const string AgentLogger = "Microsoft.TeamFoundation.DistributedTask.MSBuild.Logger";

    private Dictionary<string, string> properties = [];
    private Declared declared = Declared.Nothing;
    private Action? keepProjects;

    /// <summary>All declared items, in one list: an entry <c>&gt;TYPE</c> stands before those of each type.</summary>
    public ITaskItem[] Declarations { get; set; } = [];

    /// <summary>The <c>ParallelExec…</c> properties, and what the SDK files know, as lines <c>Name=value</c>.</summary>
    [Required]
    public string Properties { get; set; } = "";

    /// <inheritdoc />
    public sealed override bool Execute()
    {
        properties = DeclaredItems.ReadProperties(Properties);
        // The SDK files do not call a task that they know to be off; here the other spellings of it are known.
        if (Values.Boolean(Property("ParallelExecEnabled")) != false)
            return ExecuteEnabled();
        Log.LogMessage(
            MessageImportance.High, $"ParallelExec is off (ParallelExecEnabled={Property("ParallelExecEnabled")}): nothing was done.");
        return true;
    }

    private protected abstract bool ExecuteEnabled();

    /// <summary>The declaring project.</summary>
    private protected string ProjectFile => Property("_ProjectFile");

    /// <summary><c>$(MSBuildNodeCount)</c>: the <c>-m</c> of this build.</summary>
    private protected int NodeCount => int.TryParse(Property("_NodeCount"), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
        ? count : 1;

    /// <summary>True where the terminal logger shows this build.</summary>
    private protected bool TerminalLogger => Property("_TerminalLogger") == "true";

    /// <summary>Folder of the SDK's own projects.</summary>
    private protected string SdkDirectory => Property("_SdkDirectory");

    private protected List<Diagnostic> Diagnostics { get; } = [];

    private protected bool HasErrors => Diagnostics.Exists(diagnostic => diagnostic.Severity == Severity.Error);

    private protected RunOptions RunOptions => declared.Options;

    /// <summary>Hides secrets in what is reported; null where there are none.</summary>
    private protected SecretMasker? Masker => declared.Masker;

    /// <summary>What the task folders hold.</summary>
    private protected ImmutableArray<Feature> Features => declared.Features;

    /// <summary>Those that could be understood, in declaration order.</summary>
    private protected ImmutableArray<Subtask> Subtasks => declared.Subtasks;

    /// <summary>How long subtasks took in earlier runs.</summary>
    private protected History History { get; private set; } = new();

    /// <summary>Checks everything, and plans where nothing is wrong.</summary>
    /// <returns>Null where <see cref="Diagnostics"/> hold an error.</returns>
    private protected ExecutionPlan? MakePlan(IReadOnlyDictionary<string, string> environment)
    {
        using AskedProjects asked = Declare(environment, asksProjects: true);
        History = History.Read(RunOptions);
        ChangedFiles? changes = RunOptions.AffectedSince.Length == 0 ? null : Changes(environment);
        bool complete = !HasErrors;
        List<Diagnostic> planned = [];
        ExecutionPlan? plan = Planner.Plan(
            [.. declared.Subtasks, .. declared.Unreadable], declared.Pools, RunOptions, History.Estimates, planned, asked, changes,
            History.Peaks);
        Diagnostics.AddRange(planned);
        return complete ? plan : null;
    }

    private ChangedFiles? Changes(IReadOnlyDictionary<string, string> environment)
    {
        ChangedFiles? changes = GitChanges.Since(RunOptions.AffectedSince, RunOptions.ProjectDirectory, environment, out string problem);
        if (changes is null)
        {
            Diagnostics.Add(Diagnostic.Error(
                Codes.ChangesUnknown,
                $"What has changed since '{RunOptions.AffectedSince}' (ParallelExecAffectedSince) can not be told: {problem} "
                    + "Without ParallelExecAffectedSince all subtasks run."));
        }
        return changes;
    }

    /// <summary>Reads and checks all that is declared, without a plan.</summary>
    /// <param name="asksProjects">Test projects are asked what they are, which they know once they are restored.</param>
    /// <returns>Whom projects are asked through, to be disposed; nothing is read before the first is asked.</returns>
    private protected AskedProjects Declare(IReadOnlyDictionary<string, string> environment, bool asksProjects = false)
    {
        AskedProjects? asked = null;
        declared = new DeclarationParser(Declaration(environment), Diagnostics, asksProjects ? Ask : null).Parse();
        AskedProjects one = Ask(declared.Options);
        keepProjects = one.Keep;
        return one;

        AskedProjects Ask(RunOptions options) =>
            asked ??= new AskedProjects(options, BuildEngine.GetType().Assembly.Location, environment);
    }

    /// <summary>Keeps what projects have said for the next run, once the folder is known to be ours.</summary>
    private protected void KeepProjects() => keepProjects?.Invoke();

    /// <summary>Reads the options and the task folders, without items and plan.</summary>
    private protected void ReadTaskFolders() =>
        declared = new DeclarationParser(Declaration(ImmutableDictionary<string, string>.Empty), Diagnostics).ParseTaskFolders();

    /// <summary>Tells what would keep agents from working.</summary>
    /// <returns>What puts their prompts together; null where there is no plan.</returns>
    private protected PromptText? CheckAgents(ExecutionPlan? plan, IReadOnlyDictionary<string, string> environment)
    {
        if (plan is null)
        {
            // Who would be left out is not known then.
            if (RunOptions.Only.IsEmpty && RunOptions.Skip.IsEmpty)
                AgentCheck.CheckRunners(declared.Subtasks, Diagnostics);
            return null;
        }
        PromptText prompts = Prompts();
        AgentCheck.CheckContext(plan, running: true, Diagnostics);
        ToldFiles.Check(plan, RunOptions, Diagnostics);
        AgentCheck.Check(plan, prompts, environment, Diagnostics);
        return prompts;
    }

    private protected PromptText Prompts() =>
        new(RunOptions,
            Features.GroupBy(feature => feature.Id).ToDictionary(same => same.Key, same => same.First().Objective, StringComparer.Ordinal));

    private protected bool ReportDiagnostics()
    {
        using var log = new EngineLog(TerminalLogger) { Masker = Masker };
        TellCi(log, isBeforeRun: true);
        foreach (Diagnostic diagnostic in Diagnostics)
            log.Report(diagnostic);
        log.DrainTo(BuildEngine);
        return !HasErrors;
    }

    /// <summary>The log is read by a CI engine: it is told of errors, and nobody else's text gives it commands.</summary>
    private protected void TellCi(EngineLog log, bool isBeforeRun)
    {
        if (CiCommands.For(RunOptions.Ci) is not { } commands)
            return;
        log.InCi = true;
        // Where a task of the agent runs the build, it has a logger of its own that makes issues of MSBuild's errors.
        if (RunOptions.Ci == CiEngine.AzurePipelines && Environment.CommandLine.Contains(AgentLogger, StringComparison.OrdinalIgnoreCase))
            return;
        log.Issues = new CiIssues(commands, isBeforeRun && RunOptions.Ci == CiEngine.GitHubActions ? ProjectFile : null);
    }

    private protected static Dictionary<string, string> SnapshotEnvironment()
    {
        var snapshot = new Dictionary<string, string>(
            OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
            snapshot[(string)entry.Key] = (string?)entry.Value ?? "";
        return snapshot;
    }

    private protected string Property(string name) => properties.GetValueOrDefault(name, "");

    private DeclarationSet Declaration(IReadOnlyDictionary<string, string> environment) => new(ProjectFile)
    {
        Items = DeclaredItems.Read(Declarations, ProjectFile),
        Properties = properties.Where(property => property.Key.StartsWith(OptionsParser.Prefix, StringComparison.Ordinal))
            .ToDictionary(
                property => property.Key[OptionsParser.Prefix.Length..], property => property.Value, StringComparer.OrdinalIgnoreCase),
        GlobalProperties = BuildEngine is IBuildEngine6 engine ? engine.GetGlobalProperties() : ImmutableDictionary<string, string>.Empty,
        Environment = environment,
        SdkDirectory = SdkDirectory,
        Files = Values.List(Property("_Files")),
        PathValues = Values.List(Property("_PathValues")),
        NodeCount = NodeCount,
    };
}
