using ParallelExec.Agents;
using ParallelExec.Composition;
using ParallelExec.Events;
using ParallelExec.Execution.Runners;
using ParallelExec.Execution.Testing;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.State;
using ParallelExec.TestKit;
using ParallelExec.Tests.Reporting;

namespace ParallelExec.Tests.Execution;

/// <summary>Runs subtasks with real child processes, without MSBuild around them: as the task does, but in the test's own process.</summary>
internal sealed class Run : IDisposable
{
    private readonly CancellationTokenSource stop = new();

    public TestFolder Folder { get; } = new("run");

    public RecordingLog Log { get; } = new();

    public RunOptions Options { get; set; } = new() { MaxParallelism = 4, NodeCount = 4 };

    /// <summary>What the environment of the build has beyond that of the tests.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The run's clock; a test that turns it by hand has no time-out to wait for.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The .NET that runs hosts of tests.</summary>
    public DotnetHost Dotnet { get; set; } = new("/no/sdk");

    /// <summary>What features are for.</summary>
    public Dictionary<string, string> Objectives { get; } = [];

    /// <summary>Told of what happens, before anybody else.</summary>
    public Action<RunEvent> Happens { get; set; } = _ => { };

    /// <summary>What stands for the engine that builds projects.</summary>
    public Func<IReadOnlyList<ProjectRequest>, Task> Builds { get; set; } = _ => throw new NotSupportedException();

    public TimeSpan CleanupLimit { get; init; } = Patience.ForABuild;

    public TimeSpan TelemetryPatience { get; set; } = Patience.ForABuild;

    /// <summary>A subtask that runs a verb of the test child.</summary>
    public Subtask Child(string text, string verb, params string[] arguments) =>
        Given.Subtask(text) with { Work = new ToolWork(TestChildProgram.Tool, [.. TestChildProgram.ArgumentList(verb, arguments)]), WorkingDirectory = Folder.Path };

    /// <summary>A subtask that runs a command line of the platform's shell.</summary>
    public Subtask Shell(string text, string command) =>
        Given.Subtask(text) with { Work = new CommandWork(command, null), WorkingDirectory = Folder.Path };

    public Subtask Writing(Subtask subtask, params string[] outputs) =>
        subtask with { Outputs = PathPattern.List(outputs, Folder.Path) };

    public void Stop() => stop.Cancel();

    public string LogOf(string id) => Folder.Read($"state/logs/{LogFiles.SafeName(id)}.log");

    public async Task<Results> Async(params Subtask[] subtasks)
    {
        RunOptions options = Options with { Directory = Folder.Combine("state"), ProjectDirectory = Folder.Path, ProjectFile = Folder.Combine("build.proj") };
        ExecutionPlan plan = Given.Plan(options, subtasks);
        Dictionary<string, string> environment = System.Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
        foreach ((string name, string value) in Environment)
            environment[name] = value;
        SecretMasker? masker = SecretMasker.For(subtasks.SelectMany(subtask => subtask.Secrets).Select(name => environment[name]));

        List<Diagnostic> diagnostics = [];
        using RunDirectory? directory = RunDirectory.TryTake(options, diagnostics);
        Assert.Empty(diagnostics);
        Log.Masker = masker;
        using var composition = new RunComposition(
            new RunSetup
            {
                Plan = plan,
                Options = options,
                Environment = environment,
                Log = Log,
                Masker = masker,
                Projects = new Builder(Builds),
                Dotnet = Dotnet,
                Prompts = new PromptText(options, Objectives),
                Earlier = JournalReader.Read(options, diagnostics),
                History = History.Read(options),
                Time = Time,
                CleanupLimit = CleanupLimit,
                TelemetryPatience = TelemetryPatience,
                FirstObservers = [new Observer(Happens)],
            },
            stop.Token);
        RunResult result = await composition.TryStart()!;
        composition.End();
        return new Results(result);
    }

    public void Dispose()
    {
        stop.Dispose();
        Folder.Dispose();
    }

    internal sealed record Results(RunResult Run)
    {
        public SubtaskResult this[string id] => Run.Results[Run.Plan.Find(id).Index];

        public void AllSucceeded() => Assert.All(Run.Results, result => Assert.Equal((SubtaskStatus.Succeeded, ""), (result.Status, result.Reason)));
    }

    private sealed class Observer(Action<RunEvent> happens) : IRunObserver
    {
        public void On(RunEvent happened) => happens(happened);
    }

    private sealed class Builder(Func<IReadOnlyList<ProjectRequest>, Task> builds) : IProjectBuilder
    {
        public Task BuildAsync(IReadOnlyList<ProjectRequest> round) => builds(round);
    }
}
