using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.TestResults;

namespace ParallelExec.Execution.Testing;

/// <summary>
/// How the classes of a suite are shared out: the longest first, each to the part that has least. The last part has no list: it runs what
/// none of the others does, so that a class that nobody knew is run once too.
/// </summary>
/// <remarks>
/// It is kept in a file, and stays as it is while the assembly does, until all parts have succeeded by it: a later run that leaves out
/// parts that succeeded must not give their classes to another part.
/// </remarks>
internal sealed class ShardPlan
{
    private const string Heading = "ParallelExec shards 1";
    private const int LongestFile = 100_000_000;

    private readonly string file;
    private readonly string key;
    private readonly ImmutableArray<ImmutableArray<string>> parts;
    private readonly HashSet<int> succeeded;
    private readonly Lock gate = new();

    private ShardPlan(string file, string key, ImmutableArray<ImmutableArray<string>> parts, IEnumerable<int> succeeded) =>
        (this.file, this.key, this.parts, this.succeeded) = (file, key, parts, [.. succeeded]);

    /// <param name="subtaskIds">Of its parts: what they took before is in their results.</param>
    /// <param name="isWhole">All parts are in this run.</param>
    public static ShardPlan Make(TestWork work, RunOptions options, IEnumerable<string> subtaskIds, bool isWhole)
    {
        string file = Path.Combine(TestFiles.Folder(options), "parts", LogFiles.SafeName($"{work.Suite}-{work.Framework}") + ".shards");
        ImmutableArray<(string Name, int Methods)> classes = TestClasses.In(work.Assembly, out string version);
        string key = string.Create(CultureInfo.InvariantCulture, $"{version} {work.Shards}");
        ShardPlan? kept = TryRead(file, key);
        if (kept is not null && !(isWhole && kept.succeeded.Count == work.Shards))
            return kept;
        var plan = new ShardPlan(file, key,
            Share(classes, Times(subtaskIds.Select(id => TestFiles.ResultOf(options, id))), work.Shards), []);
        plan.Write();
        return plan;
    }

    /// <summary>Longest first, each to the part that has least; the last part's classes are not listed anywhere.</summary>
    public static ImmutableArray<ImmutableArray<string>> Share(
        IEnumerable<(string Name, int Methods)> classes, IReadOnlyDictionary<string, TimeSpan> times, int count)
    {
        (string Name, int Methods)[] all = [.. classes];
        int known = all.Sum(one => times.ContainsKey(one.Name) ? one.Methods : 0);
        // A method of a class that has not run yet takes what one takes on the average.
        double average = known == 0 ? 1 : Math.Max(1e-6, all.Sum(one => times.GetValueOrDefault(one.Name).TotalSeconds) / known);
        var lists = Enumerable.Range(0, count).Select(_ => new List<string>()).ToArray();
        double[] loads = new double[count];
        IEnumerable<(string Name, double Load)> longestFirst = all
            .Select(one => (one.Name, Load: times.TryGetValue(one.Name, out TimeSpan time) ? time.TotalSeconds : one.Methods * average))
            .OrderByDescending(one => one.Load).ThenBy(one => one.Name, StringComparer.Ordinal);
        foreach ((string name, double load) in longestFirst)
        {
            int least = Array.IndexOf(loads, loads.Min());
            lists[least].Add(name);
            // Each has a cost of its own, also where its tests take no time.
            loads[least] += load + 1e-4;
        }
        return [.. lists.Take(count - 1).Select(list => list.Order(StringComparer.Ordinal).ToImmutableArray())];
    }

    /// <summary>
    /// Part k runs what it names and no part before it does: however a host understands a name, no test is run twice or by nobody.
    /// </summary>
    public TestSelection Selection(int shard)
    {
        string before = string.Join('&', parts.Take(shard - 1).SelectMany(names => names)
            .Select(name => $"FullyQualifiedName!~{Pattern(name)}"));
        if (shard > parts.Length)
            return new TestSelection(before) { NotClasses = [.. parts.SelectMany(names => names)] };
        // A part without a class: a name that no class can have.
        ImmutableArray<string> own = parts[shard - 1].IsEmpty ? ["-"] : parts[shard - 1];
        string mine = string.Join('|', own.Select(name => $"FullyQualifiedName~{Pattern(name)}"));
        return new TestSelection(before.Length == 0 ? mine : $"({before})&({mine})") { Classes = own };
    }

    public void Ended(int shard, bool succeeded)
    {
        lock (gate)
        {
            if (succeeded ? this.succeeded.Add(shard) : this.succeeded.Remove(shard))
                Write();
        }
    }

    // Behind a class stands a point; behind a generic one of NUnit its arguments.
    private static string Pattern(string name) =>
        TestSelection.FirstWord(name) is { } word ? TestSelection.Escape(word)
            : name.LastIndexOf('`') is > 0 and int at ? TestSelection.Escape(name[..at]) + "<" : TestSelection.Escape(name) + ".";

    private static Dictionary<string, TimeSpan> Times(IEnumerable<string> resultFiles)
    {
        var times = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (string trx in resultFiles)
        {
            foreach (TestCase test in TrxReader.TryRead(trx)?.Cases ?? [])
                times[test.ClassName] = times.GetValueOrDefault(test.ClassName) + test.Duration;
        }
        return times;
    }

    private static ShardPlan? TryRead(string file, string key)
    {
        if (PlainFile.TryRead(file, LongestFile) is not { } bytes)
            return null;
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length < 3 || lines[0] != Heading || lines[1] != key)
            return null;
        int[] done = [.. lines[2].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0)];
        return new ShardPlan(file, key,
            [.. lines[3..].Select(line => line[1..].Split('\t', StringSplitOptions.RemoveEmptyEntries).ToImmutableArray())], done);
    }

    private void Write()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        IEnumerable<string> lines = [Heading, key, " " + string.Join(' ', succeeded.Order()), .. parts
            .Select(names => "\t" + string.Join('\t', names))];
        byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
        WholeFile.Write(file, stream => stream.Write(text));
    }
}
