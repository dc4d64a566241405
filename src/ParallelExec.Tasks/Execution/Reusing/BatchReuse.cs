using System.Collections.Immutable;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Reusing;

/// <summary>
/// Which files of a batch are up to date. What an earlier run knows of a file is found in whichever batch of its set it was then: one new
/// file moves all that come after it.
/// </summary>
internal sealed class BatchReuse(
    ExecutionPlan plan, FingerprintBuilder fingerprints, Lazy<FileHashes> hashes, IReadOnlyDictionary<string, SuccessRecord> earlier)
{
    // By the name of a file's part in a fingerprint.
    private readonly Lazy<ILookup<string, Known>> known = new(() => plan.Subtasks
        .Select(subtask => subtask.Subtask.Set).OfType<SubtaskSet>().Distinct()
        .SelectMany(set => earlier.Where(entry => entry.Key.StartsWith(set.Id + ":", StringComparison.OrdinalIgnoreCase)))
        .Select(entry => Known.Of(entry.Value))
        .SelectMany(batch => batch.Parts.Keys.Where(FingerprintBuilder.IsInput).Select(part => (part, batch)))
        .ToLookup(entry => entry.part, entry => entry.batch, StringComparer.Ordinal));

    public ImmutableArray<BatchFile> StaleOf(PlannedSubtask planned)
    {
        ConvertBatch batch = planned.Subtask.Batch!;
        var parts = fingerprints.Of(planned).Parts.ToDictionary(StringComparer.Ordinal);
        HashSet<string> own = batch.Files.Select(file => fingerprints.PartOf(file.Path)).ToHashSet(StringComparer.Ordinal);
        KeyValuePair<string, string>[] shared = [.. parts.Where(part => !own.Contains(part.Key))];
        int named = shared.Count(part => !FingerprintBuilder.IsInput(part.Key));
        return [.. batch.Files.Where(file => !IsFresh(file))];

        bool IsFresh(BatchFile file) =>
            fingerprints.PartOf(file.Path) is var part
            && parts.TryGetValue(part, out string? digest)
            && digest is not (Fingerprint.NoFile or Fingerprint.Unreadable or Fingerprint.NoRegularFile)
            && known.Value[part].Any(before => before.Parts[part] == digest && before.Named == named
                && shared.All(one => before.Parts.GetValueOrDefault(one.Key) == one.Value)
                && file.Outputs.All(output => IsAsWritten(output.FullPath, before)));
    }

    private bool IsAsWritten(string path, Known before) =>
        before.Outputs.TryGetValue(path, out string? state) && state != Fingerprint.Unreadable && hashes.Value.Of(path) == state;

    /// <param name="Named">How many parts there are beside inputs.</param>
    private sealed record Known(Dictionary<string, string> Parts, Dictionary<string, string> Outputs, int Named)
    {
        public static Known Of(SuccessRecord record) => new(
            record.Fingerprint.Parts.ToDictionary(StringComparer.Ordinal),
            record.Outputs.ToDictionary(output => output.Path, output => output.State, StringComparer.Ordinal),
            record.Fingerprint.Parts.Count(part => !FingerprintBuilder.IsInput(part.Key)));
    }
}
