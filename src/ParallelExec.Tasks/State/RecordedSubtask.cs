using System.Collections.Immutable;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.State;

/// <summary>A subtask of a <see cref="RecordedRun"/>.</summary>
internal sealed record RecordedSubtask
{
    /// <summary>A command that is longer is cut. In characters.</summary>
    public const int LongestCommand = 2000;

    public required string Id { get; init; }
    public required SubtaskStatus Status { get; init; }
    public string Reason { get; init; } = "";
    public string Code { get; init; } = "";

    /// <summary>Its failure does not fail the run.</summary>
    public bool IsForgiven { get; init; }

    /// <summary>From 1; 0 where it was left out of the run.</summary>
    public int Wave { get; init; }
    public string Kind { get; init; } = "";
    public int? ExitCode { get; init; }
    public int Attempts { get; init; }
    public ImmutableArray<AttemptResult> EachAttempt { get; init; } = [];
    public DateTimeOffset? StartedAt { get; init; }
    public TimeSpan Duration { get; init; }
    public TimeSpan Alone { get; init; }
    public TimeSpan? Served { get; init; }
    public TimeSpan? Cpu { get; init; }

    /// <summary>What it was expected to need, and was seen to need, in bytes; 0 = nobody knows.</summary>
    public long Memory { get; init; }
    public long PeakMemory { get; init; }

    /// <summary>Of an agent's success: what there is for it.</summary>
    public Proof? Proof { get; init; }

    /// <summary>Of an agent: what it cost, as far as its command line tells it.</summary>
    public AgentUsage? Usage { get; init; }

    /// <summary>Absolute; empty where it has none.</summary>
    public string LogFile { get; init; } = "";
    public string Group { get; init; } = "";
    public string Title { get; init; } = "";

    /// <summary>The set that it is one of many in; empty where it stands for itself.</summary>
    public string Set { get; init; } = "";

    /// <summary>What it ran, for people.</summary>
    public string Command { get; init; } = "";

    /// <summary>Why it ran, where it could have been left out; empty where that was no question.</summary>
    public string Why { get; init; } = "";

    /// <summary>Ids.</summary>
    public ImmutableArray<string> DependsOn { get; init; } = [];
    public ImmutableArray<string> Criteria { get; init; } = [];
    public ImmutableSortedDictionary<string, string> Values { get; init; } = SubtaskResult.NoValues;

    /// <summary>Of a test suite: only the counts.</summary>
    public TestSummary? Tests { get; init; }

    public bool IsFailure => Status is SubtaskStatus.Failed or SubtaskStatus.TimedOut;

    /// <summary>It took time in this run, and so has a place on its time line.</summary>
    public bool HasTime => StartedAt is not null && (Attempts > 0 || Duration + (Served ?? TimeSpan.Zero) > TimeSpan.Zero)
        && Status is not SubtaskStatus.Skipped && Kind != "Milestone";

    public TimeSpan Stay => Duration + (Served ?? TimeSpan.Zero);

    public static RecordedSubtask Of(
        ExecutionPlan plan, PlannedSubtask planned, SubtaskResult result, TimeSpan alone, SecretMasker? masker)
    {
        string command = CommandOf(planned.Subtask.Work);
        Subtask subtask = planned.Subtask;
        return new RecordedSubtask
        {
            Id = planned.Id,
            Status = result.Status,
            Reason = result.Reason,
            Code = result.Code ?? "",
            IsForgiven = result.IsFailure && subtask.ContinueOnError != ContinueOnError.False,
            Wave = planned.Wave,
            Kind = subtask.Work.Kind,
            ExitCode = result.ExitCode,
            Attempts = result.Attempts,
            EachAttempt = result.EachAttempt,
            StartedAt = result.StartedAt is { } startedAt ? RecordedRun.Whole(startedAt) : null,
            Duration = RecordedRun.Whole(result.Duration),
            Alone = RecordedRun.Whole(alone),
            Served = result.Served is { } served ? RecordedRun.Whole(served) : null,
            Cpu = result is { Attempts: > 0, Cpu: { } cpu } && subtask.Service is null ? RecordedRun.Whole(cpu.Time) : null,
            Memory = subtask.Memory,
            PeakMemory = result is { Attempts: > 0, Cpu: { } used } ? used.PeakMemory : 0,
            Proof = result.Proof,
            Usage = result.Usage is { IsKnown: true } usage ? usage : null,
            LogFile = result.LogFile,
            Group = subtask.Group,
            Title = subtask.Title,
            Set = subtask.Set?.Id ?? "",
            Command = Wording.Shorten(masker?.Apply(command) ?? command, LongestCommand),
            Why = result.Why,
            DependsOn = [.. planned.Dependencies.Select(index => plan.Subtasks[index].Id)],
            Criteria = subtask.AcceptanceCriteria,
            Values = result.Values,
            Tests = result.Tests is { } tests
                ? new TestSummary(tests.Total, tests.Passed, tests.Failed, tests.Skipped, tests.Flaky, "") : null,
        };
    }

    private static string CommandOf(Work work) => work switch
    {
        CommandWork command => command.CommandLine.Trim(),
        ToolWork tool => string.Join(' ', tool.Arguments.Prepend(tool.Tool).Select(Quoted)),
        ProjectWork project => string.Join(' ', project.Targets.Select(target => $"-t:{target}")
            .Concat(project.Properties.Select(property => Quoted($"-p:{property.Key}={property.Value}")))
            .Prepend(Quoted(project.ProjectFile))),
        TestWork test => $"tests of {Path.GetFileName(test.Assembly)}{(test.Framework.Length > 0 ? $" ({test.Framework})" : "")}"
            + (test.Shards > 1 ? $", part {test.Shard} of {test.Shards}" : "") + (test.Filter.Length > 0 ? $", filter {test.Filter}" : ""),
        AgentWork agent => $"agent {agent.Agent}".TrimEnd() + (agent.Prompt.Length > 0 ? $": {agent.Prompt}" : ""),
        MilestoneWork => "",
        _ => throw work.NotKnown(),
    };

    private static string Quoted(string argument) =>
        argument.Length == 0 || argument.Any(c => char.IsWhiteSpace(c) || c is ';' or '|' or '&') ? $"\"{argument}\"" : argument;
}
