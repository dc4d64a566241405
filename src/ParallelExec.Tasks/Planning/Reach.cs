namespace ParallelExec.Planning;

/// <summary>Who depends on whom, directly or not. What was asked last is kept: questions about one subtask come together.</summary>
internal sealed class Reach(Graph graph)
{
    private readonly bool[] reached = new bool[graph.Count];
    private readonly Stack<int> open = new();
    private int start = -1;

    public bool Contains(int from, int on)
    {
        if (start != from)
        {
            Array.Clear(reached);
            start = from;
            open.Push(from);
            while (open.TryPop(out int index))
            {
                foreach (int dependency in graph.Dependencies[index])
                {
                    if (reached[dependency])
                        continue;
                    reached[dependency] = true;
                    open.Push(dependency);
                }
            }
        }
        return reached[on];
    }
}
