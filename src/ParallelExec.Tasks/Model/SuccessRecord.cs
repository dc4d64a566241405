using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>A success as later runs need it: what it was made of, what it wrote, what it handed on.</summary>
internal sealed record SuccessRecord
{
    public required Fingerprint Fingerprint { get; init; }
    public required ImmutableArray<OutputStamp> Outputs { get; init; }
    public ImmutableSortedDictionary<string, string> Values { get; init; } = SubtaskResult.NoValues;

    /// <summary>What it wrote for those after it; empty = nothing.</summary>
    public string Notes { get; init; } = "";
}

/// <summary>A file that a subtask has written.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="State">What it was like: the digest of its content, or, where nothing else was read either, its size and time.</param>
internal sealed record OutputStamp(string Path, string State);

/// <summary>All that a result depends on, part by part, so that a difference can be told in words.</summary>
/// <param name="Parts">Name and digest of each, by name: <c>Command</c>, <c>Environment FOO</c>, <c>input src/a.md</c>, <c>dependency
/// a</c>.</param>
/// <param name="Digest">Of all parts: SHA-256 in lower-case hexadecimal.</param>
internal sealed record Fingerprint(ImmutableArray<KeyValuePair<string, string>> Parts, string Digest)
{
    /// <summary>The digest of a file that is not there.</summary>
    public const string NoFile = "none";

    /// <summary>The digest of a file that is there, and can not be read.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The digest of what is no regular file: a pipe or a device, which could be read without an end.</summary>
    public const string NoRegularFile = "no-regular-file";

    private const string Unsettled = "unsettled-";

    /// <summary>False: nobody knows what an input was when it was read, so that nothing is ever the same as this.</summary>
    public bool IsSettled => !Digest.StartsWith(Unsettled, StringComparison.Ordinal);

    /// <param name="changed">Names of the parts of which nobody knows what they were.</param>
    public Fingerprint Unsettle(IReadOnlyCollection<string> changed) =>
        new([.. Parts.Select(part => changed.Contains(part.Key) ? KeyValuePair.Create(part.Key, Unsettled) : part)],
            $"{Unsettled}{Guid.NewGuid():N}");

    /// <summary>What differs from an earlier one, in words; null where nothing does.</summary>
    public string? DifferenceFrom(Fingerprint earlier)
    {
        if (Digest == earlier.Digest)
            return null;
        var before = earlier.Parts.ToDictionary(StringComparer.Ordinal);
        var differences = new List<string>();
        foreach ((string name, string digest) in Parts)
        {
            if (!before.Remove(name, out string? old))
                differences.Add(name.StartsWith("input ", StringComparison.Ordinal) ? $"{name} is new" : $"{name} was added");
            else if (digest is Unreadable)
                differences.Add($"{name} can not be read");
            else if (digest is NoRegularFile)
                differences.Add($"{name} is no regular file, so it is not read");
            else if (old != digest)
                differences.Add($"{name} {(digest == NoFile ? "is gone" : old == NoFile ? "is new" : "changed")}");
        }
        differences.AddRange(
            before.Keys.Select(name => name.StartsWith("input ", StringComparison.Ordinal) ? $"{name} is gone" : $"{name} was removed"));
        return differences.Count switch
        {
            0 => "its state was of another form",
            <= 3 => string.Join(", ", differences),
            _ => $"{string.Join(", ", differences.Take(3))} and {differences.Count - 3} more",
        };
    }
}

/// <summary>The answer to whether a subtask need not run.</summary>
/// <param name="Record">What it did before, which still holds; null = it has to run.</param>
/// <param name="Why">In words, also where it has to run; null where nobody had expected otherwise.</param>
internal sealed record Reused(SuccessRecord? Record, string? Why)
{
    /// <summary>As all was before the work; null where nothing is read of which the work could change anything.</summary>
    public Fingerprint? Fingerprint { get; init; }

    /// <summary>Of a batch: the files that are not up to date; null where all go into it.</summary>
    public ImmutableArray<BatchFile>? Stale { get; init; }

    /// <summary>The record was put together now, from those of other batches: it is to be kept.</summary>
    public bool IsNew { get; init; }

    /// <summary>Why it can never be up to date as it is declared; to be told.</summary>
    public Diagnostic? Problem { get; init; }

    public const string NeverSucceeded = "it has not succeeded before";
}
