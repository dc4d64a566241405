using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ParallelExec.Planning;

/// <summary>Who depends on whom, by index, both ways. Each list is ascending and without repeats.</summary>
internal sealed class Graph
{
    private Graph(ImmutableArray<ImmutableArray<int>> dependencies)
    {
        Dependencies = dependencies;
        var dependents = new ImmutableArray<int>.Builder[dependencies.Length];
        for (int i = 0; i < dependents.Length; i++)
            dependents[i] = ImmutableArray.CreateBuilder<int>();
        for (int i = 0; i < dependencies.Length; i++)
        {
            foreach (int dependency in dependencies[i])
                dependents[dependency].Add(i);
        }
        Dependents = [.. dependents.Select(list => list.ToImmutable())];
    }

    public ImmutableArray<ImmutableArray<int>> Dependencies { get; }
    public ImmutableArray<ImmutableArray<int>> Dependents { get; }
    public int Count => Dependencies.Length;

    public static Graph FromDependencies(IEnumerable<IEnumerable<int>> dependencies) =>
        new([.. dependencies.Select(Ascending)]);

    /// <summary>The same graph with further edges: <c>from</c> waits for <c>on</c>.</summary>
    public Graph With(IReadOnlyCollection<(int From, int On)> edges)
    {
        if (edges.Count == 0)
            return this;
        ILookup<int, int> added = edges.ToLookup(edge => edge.From, edge => edge.On);
        return FromDependencies(Dependencies.Select((list, index) => list.Concat(added[index])));
    }

    /// <summary>Dependencies first, lowest index first where several are possible in a round. Members of cycles are missing from it.</summary>
    public List<int> TopologicalOrder()
    {
        int[] waitingFor = [.. Dependencies.Select(list => list.Length)];
        var order = new List<int>(Count);
        order.AddRange(Enumerable.Range(0, Count).Where(index => waitingFor[index] == 0));
        for (int next = 0; next < order.Count; next++)
        {
            foreach (int dependent in Dependents[order[next]])
            {
                if (--waitingFor[dependent] == 0)
                    order.Add(dependent);
            }
        }
        return order;
    }

    /// <summary>From those on, all that depends on them, and all that depends on itself: nobody can say when they run.</summary>
    public bool[] Uncertain(IEnumerable<int> from)
    {
        var uncertain = new bool[Count];
        Array.Fill(uncertain, true);
        foreach (int index in TopologicalOrder())
            uncertain[index] = false;
        var open = new Stack<int>(from);
        while (open.TryPop(out int index))
        {
            if (uncertain[index])
                continue;
            uncertain[index] = true;
            foreach (int dependent in Dependents[index])
                open.Push(dependent);
        }
        return uncertain;
    }

    // Most lists are so already: of a wildcard over ten thousand ids nothing is to be done.
    private static ImmutableArray<int> Ascending(IEnumerable<int> indices)
    {
        int[] list = [.. indices];
        for (int i = 1; i < list.Length; i++)
        {
            if (list[i - 1] >= list[i])
                return [.. list.Distinct().Order()];
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(list);
    }
}
