using System.Collections.Immutable;
using ParallelExec.Agents;
using ParallelExec.Events;
using ParallelExec.Execution.Runners;
using ParallelExec.Execution.Testing;
using ParallelExec.Model;
using ParallelExec.Parsing.TaskFolders;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.State;

namespace ParallelExec.Composition;

/// <summary>What a run is made from: a checked plan, what is known of earlier runs, and the build around it.</summary>
internal sealed record RunSetup
{
    public required ExecutionPlan Plan { get; init; }
    public required RunOptions Options { get; init; }

    /// <summary>That of the build, complete.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }
    public required IRunLog Log { get; init; }

    /// <summary>Null where nothing is secret.</summary>
    public required SecretMasker? Masker { get; init; }

    /// <summary>The engine that runs this build.</summary>
    public required IProjectBuilder Projects { get; init; }

    /// <summary>The .NET that runs this build.</summary>
    public required DotnetHost Dotnet { get; init; }
    public required PromptText Prompts { get; init; }
    public required JournalReader Earlier { get; init; }
    public required History History { get; init; }

    /// <summary>What the task folders hold.</summary>
    public ImmutableArray<Feature> Features { get; init; } = [];
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Why a stop was asked for, in words.</summary>
    public Func<string> StopReason { get; init; } = () => "the build was cancelled";

    /// <summary>How long cleanup (<c>Always</c>) may take once the run was told to stop.</summary>
    public TimeSpan CleanupLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the end of a run waits for a collector of spans.</summary>
    public TimeSpan TelemetryPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Who shows how far the run is, as long as it goes on; null = nobody.</summary>
    public StatusLine? Status { get; init; }

    /// <summary>Told of each event before everybody else.</summary>
    public ImmutableArray<IRunObserver> FirstObservers { get; init; } = [];
}
