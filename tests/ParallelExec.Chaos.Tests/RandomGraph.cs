using System.Collections.Immutable;
using CsCheck;
using Microsoft.Build.Utilities.ProjectCreation;
using ParallelExec.TestKit;

namespace ParallelExec.Chaos.Tests;

/// <summary>Subtasks of a random graph; each depends only on earlier ones.</summary>
internal sealed record Node(int Index, ImmutableArray<int> DependsOn, bool Fails, bool Forgiven, bool Always, bool Parallel, int Milliseconds)
{
    public string Id => $"s{Index}";

    public override string ToString() => $"{Id}{(Fails ? " fails" : "")}{(Forgiven ? " forgiven" : "")}{(Always ? " always" : "")}{(Parallel ? "" : " alone")} <- {string.Join(' ', DependsOn)}";
}

/// <param name="KeepGoing">Otherwise the wave of a failure is finished, in waves.</param>
internal sealed record RandomGraph(ImmutableArray<Node> Nodes, bool KeepGoing, bool Eager, int Parallelism)
{
    public static Gen<RandomGraph> Gen(bool withFailures) =>
        from count in CsCheck.Gen.Int[1, 14]
        from nodes in CsCheck.Gen.Select(
            CsCheck.Gen.Int[0, 99].Array[count * count], CsCheck.Gen.Int[0, 99].Array[4 * count], CsCheck.Gen.Int[0, 60].Array[count])
        from keepGoing in CsCheck.Gen.Bool
        from eager in CsCheck.Gen.Bool
        from parallelism in CsCheck.Gen.Int[1, 6]
        select new RandomGraph([.. Enumerable.Range(0, count).Select(index => new Node(
            index,
            [.. Enumerable.Range(0, index).Where(dependency => nodes.Item1[(index * count) + dependency] < 25)],
            withFailures && nodes.Item2[4 * index] < 20,
            nodes.Item2[(4 * index) + 1] < 20,
            withFailures && nodes.Item2[(4 * index) + 2] < 12,
            nodes.Item2[(4 * index) + 3] >= 15,
            nodes.Item3[index]))], keepGoing, keepGoing && eager, parallelism);

    public TargetsProject Project(TestFolder folder, Func<Node, string> command) => TargetsProject.Create(folder, project =>
    {
        foreach (Node node in Nodes)
        {
            project.ParallelTask(node.Id, command(node), dependsOn: string.Join(';', node.DependsOn.Select(dependency => $"s{dependency}")),
                continueOnError: node.Forgiven ? "true" : null, always: node.Always, parallel: node.Parallel);
        }
    });

    public string[] Options => [$"-p:ParallelExecOnFailure={(KeepGoing ? "KeepGoing" : "FinishWave")}", $"-p:ParallelExecSchedule={(Eager ? "Eager" : "Waves")}", $"-p:ParallelExecMaxParallelism={Parallelism}"];

    /// <summary>What must become of each subtask, by the rules of the documents and nothing else.</summary>
    /// <param name="waves">In which wave each is.</param>
    public IReadOnlyDictionary<string, string> Predict(Func<string, int> waves)
    {
        var statuses = new Dictionary<string, string>(StringComparer.Ordinal);
        int lastWave = int.MaxValue;
        foreach (Node node in Nodes.OrderBy(node => waves(node.Id)).ThenBy(node => node.Index))
        {
            bool lost = node.DependsOn.Any(dependency => statuses[$"s{dependency}"] switch
            {
                "Skipped" => true,
                "Failed" => !Nodes[dependency].Forgiven,
                _ => false,
            });
            if (!node.Always && (lost || waves(node.Id) > lastWave))
            {
                statuses[node.Id] = "Skipped";
                continue;
            }
            statuses[node.Id] = node.Fails ? "Failed" : "Succeeded";
            if (node.Fails && !node.Forgiven && !KeepGoing)
                lastWave = Math.Min(lastWave, waves(node.Id));
        }
        return statuses;
    }

    public override string ToString() => $"{string.Join(", ", Nodes)} | {string.Join(' ', Options)}";
}
