using System.Globalization;
using ParallelExec.TestKit;

namespace ParallelExec.Chaos.Tests;

/// <summary>Random graphs, outcomes, schedules and failure modes: a model of a few lines predicts every status.</summary>
public class OutcomeTests
{
    [Fact]
    public void Every_status_is_what_the_rules_say() => RandomGraph.Gen(withFailures: true).Try(12, async graph =>
    {
        using var folder = new TestFolder("chaos");
        BuildRun run = await graph.Project(folder, node => $"echo x >> count-{node.Id}; exit {(node.Fails ? 3 : 0)}").RunAsync("RunParallelTasks", graph.Options);
        IReadOnlyDictionary<string, string> expected = graph.Predict(id => int.Parse(run.Results[id]["Wave"], CultureInfo.InvariantCulture));
        Assert.Equal(expected.OrderBy(entry => entry.Key), run.Results.Select(result => KeyValuePair.Create(result.Key, result.Value["Status"])).OrderBy(entry => entry.Key));
        bool succeeds = graph.Nodes.All(node => expected[node.Id] != "Failed" || node.Forgiven);
        Assert.Equal(succeeds ? 0 : 1, run.ExitCode);
        // What ran, ran once; what did not, did nothing; only causes are errors.
        Assert.All(graph.Nodes, node => Assert.Equal(expected[node.Id] == "Skipped" ? 0 : 1, folder.Exists($"count-{node.Id}") ? folder.ReadLines($"count-{node.Id}").Count : 0));
        Assert.Equal(graph.Nodes.Count(node => expected[node.Id] == "Failed" && !node.Forgiven), run.ErrorLines.Count);
    }, graph => graph.ToString());
}
