using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.Planning;

namespace ParallelExec.Tests;

/// <summary>Subtasks and plans in a few words. <c>"c &lt;- a, b"</c> is a subtask c that depends on a and b.</summary>
internal static class Given
{
    public const string Root = "/repo/project";

    public static Subtask Subtask(string text)
    {
        string[] parts = text.Split("<-", StringSplitOptions.TrimEntries);
        return new Subtask
        {
            Id = parts[0],
            Work = new CommandWork($"run {parts[0]}", Shell: null),
            Origin = new Origin($"{Root}/build.proj", "ParallelTask", parts[0]),
            WorkingDirectory = Root,
            DependsOn = parts.Length == 1 ? [] : [.. parts[1].Split(',', StringSplitOptions.TrimEntries)],
        };
    }

    public static Subtask Writing(this Subtask subtask, params string[] outputs) =>
        subtask with { Outputs = PathPattern.List(outputs, Root) };

    public static ImmutableArray<Subtask> Subtasks(params string[] texts) => [.. texts.Select(Subtask)];

    public static RunOptions Options { get; } = new()
    {
        MaxParallelism = 2,
        NodeCount = 2,
        ProjectDirectory = Root,
        ProjectFile = $"{Root}/build.proj",
        Directory = $"{Root}/obj/parallelexec",
    };

    public static ExecutionPlan Plan(params string[] texts) => Plan(Options, Subtasks(texts));

    public static ExecutionPlan Plan(RunOptions options, IEnumerable<Subtask> subtasks, params Pool[] pools)
    {
        List<Diagnostic> diagnostics = [];
        ExecutionPlan? plan = Planner.Plan([.. subtasks], [.. pools], options, NoDurations, diagnostics);
        Assert.Empty(diagnostics);
        return plan!;
    }

    /// <summary>What the planner has to say; a plan is made or not.</summary>
    public static List<Diagnostic> Problems(RunOptions options, IEnumerable<Subtask> subtasks, params Pool[] pools)
    {
        List<Diagnostic> diagnostics = [];
        ExecutionPlan? plan = Planner.Plan([.. subtasks], [.. pools], options, NoDurations, diagnostics);
        Assert.Equal(diagnostics.Exists(diagnostic => diagnostic.Severity == Severity.Error), plan is null);
        return diagnostics;
    }

    public static List<Diagnostic> Problems(params string[] texts) => Problems(Options, Subtasks(texts));

    public static IReadOnlyDictionary<string, TimeSpan> NoDurations => ImmutableDictionary<string, TimeSpan>.Empty;

    /// <summary>The waves as text: <c>a b | c</c>.</summary>
    public static string Waves(this ExecutionPlan plan) =>
        string.Join(" | ", plan.Waves.Select(wave => string.Join(' ', wave.Select(subtask => subtask.Id))));

    public static PlannedSubtask Find(this ExecutionPlan plan, string id) => plan.Subtasks.Single(subtask => subtask.Id == id);

    public static Declaration Declaration(string id, params (string Name, string Value)[] metadata) => new(
        id,
        metadata.ToDictionary(entry => entry.Name, entry => MetadataValue.FromEscaped(entry.Value), StringComparer.OrdinalIgnoreCase),
        new Origin($"{Root}/build.proj", "ParallelTask", id));

    public static SubtaskResult Succeeded { get; } = new() { Status = SubtaskStatus.Succeeded };

    public static SubtaskResult Failed { get; } = new() { Status = SubtaskStatus.Failed, Code = Codes.ExitCode, Reason = "exit code 1", ExitCode = 1 };
}
