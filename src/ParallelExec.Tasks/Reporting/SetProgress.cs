using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Reporting;

/// <summary>How far each large set is: one line with a count that grows, now and then, and at its end.</summary>
internal sealed class SetProgress(LargeSets sets)
{
    /// <summary>How often a line may come that says nothing but a higher number.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly SortedDictionary<string, Tally> tallies = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>One of a large set has ended.</summary>
    /// <returns>What is to be told of the set now; null = nothing.</returns>
    public string? Ended(string set, SubtaskStatus status, DateTimeOffset at)
    {
        if (!tallies.TryGetValue(set, out Tally? tally))
            tallies[set] = tally = new Tally { ToldAt = at };
        tally.Add(status);
        bool isDue = at - tally.ToldAt >= Interval || tally.Count == sets.Count(set);
        tally.IsTold = isDue;
        if (!isDue)
            return null;
        tally.ToldAt = at;
        return Line(set);
    }

    /// <summary>It is the first failure of its set: the others are a line each.</summary>
    public bool IsFirstFailure(string set) => tallies[set].Failures == 1;

    /// <summary>What is still to be told when no more ends.</summary>
    public IEnumerable<string> Rest() => tallies.Where(entry => !entry.Value.IsTold).Select(entry => Line(entry.Key));

    private string Line(string set)
    {
        Tally tally = tallies[set];
        return $"{set}: {tally.Count} of {sets.Count(set)} ({tally.Counts})";
    }

    private sealed class Tally
    {
        private readonly SortedDictionary<SubtaskStatus, int> counts = [];

        public DateTimeOffset ToldAt { get; set; }
        public bool IsTold { get; set; }
        public int Count => counts.Values.Sum();
        public int Failures => counts.GetValueOrDefault(SubtaskStatus.Failed) + counts.GetValueOrDefault(SubtaskStatus.TimedOut);
        public string Counts => string.Join(", ", counts.Select(count => $"{count.Value} {Wording.Of(count.Key)}"));

        public void Add(SubtaskStatus status) => counts[status] = counts.GetValueOrDefault(status) + 1;
    }
}
