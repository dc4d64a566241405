using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Planning.Dotnet;

/// <summary>
/// Two processes must not build one project at the same time: they write the same files in its <c>obj</c>, and now and then one of them
/// fails. The engine of this run builds each once, so of what it builds no two conflict.
/// </summary>
/// <param name="looked">Those of which it is known when they run, if they run.</param>
internal sealed class DotnetConflicts(
    IReadOnlyList<Subtask> subtasks, Graph graph, int[] levels, bool[] looked, RunOptions options, ProjectClosure closure)
{
    private readonly Dictionary<string, List<BuildUse>> usesOf = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> commands = [];
    private readonly Reach reach = new(graph);

    /// <summary>The first look, in every run: plain, so that nothing has to be compiled for it.</summary>
    public static bool MayBe(ImmutableArray<Subtask> subtasks)
    {
        int builders = 0, commands = 0;
        foreach (Subtask subtask in subtasks)
        {
            bool byCommand = DotnetBuilds.ByCommand(subtask);
            commands += byCommand ? 1 : 0;
            builders += byCommand || DotnetBuilds.MayHave(subtask) ? 1 : 0;
        }
        return builders > 1 && commands > 0;
    }

    /// <returns>The graph, with further edges where conflicts are serialized.</returns>
    public Graph Resolve(List<Diagnostic> diagnostics)
    {
        int[] builders = [.. Enumerable.Range(0, subtasks.Count)
            .Where(index => looked[index] && subtasks[index].Parallel && DotnetBuilds.MayHave(subtasks[index]))];
        if (!MayMeet(builders))
            return graph;
        foreach (int index in builders)
            Read(index);
        if (options.DotnetConflicts == DotnetConflictMode.Serialize)
            return graph.With([.. usesOf.Values.SelectMany(Chain)]);
        diagnostics.AddRange(Conflicts().Select(Describe));
        return graph;
    }

    /// <summary>Nothing is read before it is seen that two could run at the same time, of which one is a command.</summary>
    private bool MayMeet(int[] builders)
    {
        bool together = options.Schedule == ScheduleMode.Eager || options.DotnetConflicts == DotnetConflictMode.Serialize;
        return builders.GroupBy(index => together ? 0 : levels[index])
            .Any(level => level.Count() > 1 && level.Any(index => DotnetBuilds.ByCommand(subtasks[index])));
    }

    private void Read(int index)
    {
        var places = new BuildPlaces(closure);
        foreach (BuildOrder order in DotnetBuilds.Of(subtasks[index], options, Platform.Current))
        {
            if (order.ByCommand)
                commands.TryAdd(index, order.Command);
            foreach (BuildPlace place in places.Of(order))
            {
                if (!usesOf.TryGetValue(place.Key, out List<BuildUse>? uses))
                    usesOf[place.Key] = uses = [];
                uses.Add(new BuildUse(index, place.Project, order.ByCommand, place.Writes));
            }
        }
    }

    /// <summary>Later ones wait for earlier ones; what waits for a command that writes waits for all before that.</summary>
    private IEnumerable<(int From, int On)> Chain(List<BuildUse> uses)
    {
        var since = new List<BuildUse>();
        foreach (BuildUse use in uses.OrderBy(use => levels[use.Index]).ThenBy(use => use.Index))
        {
            foreach (BuildUse before in since.Where(before => Conflict(use, before)))
                yield return (use.Index, before.Index);
            if (use.ByCommand && use.Writes)
                since.Clear();
            since.Add(use);
        }
    }

    private static bool Conflict(BuildUse a, BuildUse b) => a.Index != b.Index && (a.ByCommand || b.ByCommand) && (a.Writes || b.Writes);

    /// <summary>Subtasks of which each conflicts with another one, with the projects; each subtask is told once.</summary>
    private (int[] Members, string[] Projects)[] Conflicts()
    {
        var groupOf = new Dictionary<int, SortedSet<int>>();
        var projects = new List<(int Member, string Project)>();
        foreach (List<BuildUse> uses in usesOf.Values)
        {
            foreach ((BuildUse a, BuildUse b) in Meeting(uses))
            {
                projects.Add((a.Index, a.Project));
                Join(a.Index, b.Index);
            }
        }
        return [.. groupOf.Values.Distinct().OrderBy(group => group.Min).Select(group => (
            group.ToArray(),
            projects.Where(each => group.Contains(each.Member)).Select(each => each.Project).Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal).ToArray()))];

        void Join(int a, int b)
        {
            SortedSet<int> one = groupOf.TryGetValue(a, out SortedSet<int>? known) ? known : [a];
            SortedSet<int> other = groupOf.TryGetValue(b, out known) ? known : [b];
            if (one.Count < other.Count)
                (one, other) = (other, one);
            one.UnionWith(other);
            foreach (int member in other)
                groupOf[member] = one;
            groupOf[a] = groupOf[b] = one;
        }
    }

    /// <summary>Pairs that may run at the same time; of a level only as many as name everybody in it.</summary>
    private IEnumerable<(BuildUse A, BuildUse B)> Meeting(List<BuildUse> uses)
    {
        foreach (IGrouping<int, BuildUse> level in uses.GroupBy(use => levels[use.Index]))
        {
            // With a command that writes everybody conflicts; without one only those that write with those commands that read.
            BuildUse[] members = [.. level];
            foreach (BuildUse center in members.OrderByDescending(use => use.Writes).ThenByDescending(use => use.ByCommand).Take(1)
                .Concat(members.Where(use => use.ByCommand).Take(1)))
            {
                foreach (BuildUse other in members.Where(other => Conflict(center, other)))
                    yield return (center, other);
            }
        }
        if (options.Schedule != ScheduleMode.Eager || uses.TrueForAll(use => levels[use.Index] == levels[uses[0].Index]))
            yield break;
        foreach (BuildUse late in uses)
        {
            foreach (BuildUse early in uses.Where(early => levels[early.Index] < levels[late.Index] && Conflict(early, late)))
            {
                if (!reach.Contains(from: late.Index, on: early.Index))
                    yield return (early, late);
            }
        }
    }

    private Diagnostic Describe((int[] Members, string[] Projects) conflict)
    {
        (int[] members, string[] projects) = conflict;
        string[] named = [.. members.Select(index => $"'{subtasks[index].Id}' ({commands.GetValueOrDefault(index, "a Project")})")];
        string who = named.Length == 2 ? $"{named[0]} and {named[1]}" : Wording.Ids(named);
        Subtask first = subtasks[members[0]], last = subtasks[members[^1]];
        string message = $"{who} may run at the same time, and each builds {Wording.Ids(projects)} in a process of its own: both write "
            + "the same files in obj, and now and then one of them fails. Build it once: make them Project subtasks (the engine builds "
            + "each project once), or let one Project subtask build it, on which they depend, and give their commands --no-build; a "
            + $"ParallelTest does that by itself. Or add DependsOn=\"{first.Id}\" to '{last.Id}', or set ParallelExecDotnetConflicts to "
            + "Serialize.";
        Severity severity = options.DotnetConflicts == DotnetConflictMode.Error ? Severity.Error : Severity.Warning;
        return new Diagnostic(
            Codes.DotnetConflict, severity, message, last.Origin, last.Work is CommandWork ? "Command" : null);
    }

    /// <param name="Index">The subtask's.</param>
    private sealed record BuildUse(int Index, string Project, bool ByCommand, bool Writes);
}
