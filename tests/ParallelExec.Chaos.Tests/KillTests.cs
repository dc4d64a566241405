using System.Globalization;
using System.Text.Json;
using CsCheck;
using ParallelExec.TestKit;

namespace ParallelExec.Chaos.Tests;

/// <summary>SIGKILL when random things have happened, then resume, again and again: nothing is left running, nothing that succeeded runs again, all is done at the end.</summary>
public class KillTests
{
    [Fact]
    public void Each_thing_is_done_the_right_number_of_times() => Gen.Select(RandomGraph.Gen(withFailures: false), Moments).Try(4, async round =>
    {
        (RandomGraph graph, (string What, int Times)[] moments) = round;
        using var folder = new TestFolder("chaos");
        // The work is begun, takes a while, and is done. What was begun and not done may be begun again; what was done may not.
        TargetsProject project = graph.Project(folder, node => $"echo %24%24 >> begun-{node.Id}; sleep 0.{node.Milliseconds:00}; echo x >> done-{node.Id}");
        string[] options = [.. graph.Options, "-p:ParallelExecResume=true"];
        var succeeded = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach ((string what, int times) in moments)
        {
            int already = Happened(what);
            using (RunningDotNet running = await project.StartAsync("RunParallelTasks", options))
            {
                Task<BuildRun> ended = running.ExitAsync();
                await FileWait.UntilAsync(() => ended.IsCompleted || Happened(what) >= already + times);
                running.SendIfAlive(ProcessSignal.Kill);
                await ended;
            }
            Assert.All(graph.Nodes.SelectMany(node => Lines($"begun-{node.Id}")), pid =>
                Assert.True(ProcessProbe.WaitGone(int.Parse(pid, CultureInfo.InvariantCulture)), "a process is left"));
            Assert.All(succeeded, before => Assert.Equal(before.Value, Lines($"begun-{before.Key}").Count));
            succeeded = InJournal().ToDictionary(id => id, id => Lines($"begun-{id}").Count, StringComparer.Ordinal);
            Assert.All(succeeded.Keys, id => Assert.NotEmpty(Lines($"done-{id}")));
        }
        BuildRun last = (await project.RunAsync("RunParallelTasks", options)).EnsureSucceeded();
        Assert.All(succeeded, before => Assert.Equal(("Resumed", before.Value), (last.Status(before.Key), Lines($"begun-{before.Key}").Count)));
        Assert.All(graph.Nodes, node => Assert.NotEmpty(Lines($"done-{node.Id}")));

        int Happened(string what) => what switch
        {
            "begun" => graph.Nodes.Sum(node => Lines($"begun-{node.Id}").Count),
            "done" => graph.Nodes.Sum(node => Lines($"done-{node.Id}").Count),
            _ => InJournal().Count(),
        };

        IReadOnlyList<string> Lines(string file) => folder.Exists(file) ? folder.ReadLines(file) : [];

        // As a reader of the documents would: the last line about a subtask says how it is.
        IEnumerable<string> InJournal()
        {
            var states = new Dictionary<string, bool>(StringComparer.Ordinal);
            string text = folder.Exists("obj/parallelexec/journal.ndjson") ? folder.Read("obj/parallelexec/journal.ndjson") : "";
            foreach (string line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                JsonElement json = JsonDocument.Parse(line).RootElement;
                if (json.TryGetProperty("id", out JsonElement id))
                    states[id.GetString()!] = json.GetProperty("event").GetString() is "kept" or "ended";
            }
            return states.Where(state => state.Value).Select(state => state.Key);
        }
    }, round => $"{round.Item1} | killed when {string.Join(", then ", round.Item2.Select(moment => $"{moment.Times} more {moment.What}"))}");

    /// <summary>Three times: so many more were begun, were done, or are said to have succeeded. Never by the clock: a slow machine has not begun then.</summary>
    private static Gen<(string What, int Times)[]> Moments { get; } =
        Gen.Select(Gen.Int[0, 2].Select(what => new[] { "begun", "done", "in the journal" }[what]), Gen.Int[1, 6]).Array[3];
}
