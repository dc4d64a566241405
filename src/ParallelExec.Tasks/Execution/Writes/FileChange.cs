using System.Collections.Immutable;

namespace ParallelExec.Execution.Writes;

/// <summary>A file of the project that is not what it was.</summary>
/// <param name="File">Absolute.</param>
/// <param name="IsRemoved">It is not there any more.</param>
/// <param name="Suspects">Who may have done it, by index, ascending: with a folder of its own just that subtask.</param>
internal sealed record FileChange(string File, bool IsRemoved, ImmutableArray<int> Suspects);
