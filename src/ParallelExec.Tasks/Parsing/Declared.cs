using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing.TaskFolders;

namespace ParallelExec.Parsing;

/// <summary>What a <see cref="DeclarationSet"/> says, validated.</summary>
internal sealed record Declared
{
    public static readonly Declared Nothing = new() { Options = new RunOptions() };

    public required RunOptions Options { get; init; }
    public ImmutableArray<Pool> Pools { get; init; } = [];

    /// <summary>With unique ids, in declaration order: items, then task folders.</summary>
    public ImmutableArray<Subtask> Subtasks { get; init; } = [];

    /// <summary>Those that could not be understood: who depends on one must not be told that it does not exist.</summary>
    public ImmutableArray<Subtask> Unreadable { get; init; } = [];

    /// <summary>What the task folders hold.</summary>
    public ImmutableArray<Feature> Features { get; init; } = [];

    /// <summary>Hides secrets in what is reported; null where there are none.</summary>
    public SecretMasker? Masker { get; init; }
}
