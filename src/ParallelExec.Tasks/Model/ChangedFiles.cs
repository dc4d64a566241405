using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>What has changed since a commit, with what is not committed yet, and what git does not know yet.</summary>
/// <param name="Since">As the user named it.</param>
/// <param name="Files">Absolute, in order; also those that are gone. A folder is one that git sees as a whole, and all in it.</param>
internal sealed record ChangedFiles(string Since, ImmutableArray<string> Files);
