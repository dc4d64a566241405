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
        var both = new ImmutableArray<int>[dependents.Length];
        for (int i = 0; i < both.Length; i++)
            both[i] = dependents[i].ToImmutable();
        Dependents = ImmutableCollectionsMarshal.AsImmutableArray(both);
    }

    public ImmutableArray<ImmutableArray<int>> Dependencies { get; }
    public ImmutableArray<ImmutableArray<int>> Dependents { get; }
    public int Count => Dependencies.Length;

    public static Graph FromDependencies(IReadOnlyList<IEnumerable<int>> dependencies)
    {
        var ascending = new ImmutableArray<int>[dependencies.Count];
        for (int i = 0; i < ascending.Length; i++)
            ascending[i] = Ascending(dependencies[i]);
        return new Graph(ImmutableCollectionsMarshal.AsImmutableArray(ascending));
    }

    /// <summary>The same graph with further edges: <c>from</c> waits for <c>on</c>.</summary>
    public Graph With(IReadOnlyCollection<(int From, int On)> edges)
    {
        if (edges.Count == 0)
            return this;
        ILookup<int, int> added = edges.ToLookup(edge => edge.From, edge => edge.On);
        return FromDependencies([.. Dependencies.Select((list, index) => list.Concat(added[index]))]);
    }

    /// <summary>
    /// Dependencies first, lowest index first where several are possible in a round. Members of cycles are missing from it.
    /// </summary>
    public List<int> TopologicalOrder()
    {
        var waitingFor = new int[Count];
        var order = new List<int>(Count);
        for (int i = 0; i < waitingFor.Length; i++)
        {
            waitingFor[i] = Dependencies[i].Length;
            if (waitingFor[i] == 0)
                order.Add(i);
        }
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
        List<int> roots = [.. from];
        if (roots.Count == 0)
            return uncertain;
        var open = new Stack<int>(roots);
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
