using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Parsing.TaskFolders;

/// <summary>A feature: a folder with <c>task.json</c> and one <c>subtask_NN.json</c> for each of its subtasks.</summary>
internal sealed record Feature
{
    /// <summary>The folder's name, and the subtasks' group.</summary>
    public required string Id { get; init; }
    public required string Folder { get; init; }
    public string Name { get; init; } = "";
    public string Status { get; init; } = "active";
    public string Objective { get; init; } = "";

    /// <summary>Null where there is no <c>task.json</c> that could be read.</summary>
    public string? File { get; init; }

    /// <summary>By sequence number.</summary>
    public ImmutableArray<Subtask> Subtasks { get; init; } = [];
}
