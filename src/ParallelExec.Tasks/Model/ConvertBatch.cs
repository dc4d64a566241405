using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>Files that one process converts together. Each is up to date for itself: only those that are not go into it.</summary>
/// <param name="Template">How they are converted, before any file stands in it.</param>
/// <param name="WorkFor">The work for some of them.</param>
internal sealed record ConvertBatch(string Template, ImmutableArray<BatchFile> Files, Func<ImmutableArray<BatchFile>, Work> WorkFor);

/// <param name="In">As the process is given it.</param>
/// <param name="Path">Absolute.</param>
internal sealed record BatchFile(string In, string Path, ImmutableArray<PathPattern> Outputs);
