using System.Diagnostics;
using System.Globalization;
using ParallelExec.Execution.Processes;
using ParallelExec.Model;
using ParallelExec.State;

namespace ParallelExec.Tests.Execution;

/// <summary>What is known of the memory that children have needed.</summary>
public sealed class MemoryUseTests : IDisposable
{
    private const long Mega = 1 << 20;

    private readonly Run run = new();

    public void Dispose() => run.Dispose();

    [UnixFact]
    public async Task The_peak_of_a_command_is_learned_for_the_next_run_and_told()
    {
        if (!SpawnedProcess.IsSupported)
            return;
        // More than the tests themselves have ever had: what a child has below that is not known to be its own.
        using var self = Process.GetCurrentProcess();
        long needed = self.PeakWorkingSet64 + (200 * Mega);
        string large = string.Create(CultureInfo.InvariantCulture, $"head -c {needed} /dev/zero | tail | wc -c");
        Run.Results results = await run.Async(run.Shell("large", large), run.Shell("small", "true"));
        results.AllSucceeded();
        long peak = results["large"].Cpu!.PeakMemory;
        Assert.InRange(peak, needed, needed * 2);
        History history = History.Read(Given.Options with { Directory = run.Folder.Combine("state") });
        Assert.Equal(peak, history.Peaks!["large"]);
        string told = string.Create(CultureInfo.InvariantCulture, $"\"peakMemoryBytes\": {peak}");
        Assert.Contains(told, run.Folder.Read("state/run.json"), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_tree_each_process_counts_and_what_they_share_once()
    {
        if (!OperatingSystem.IsLinux())
            return;
        var one = new TreeMemory();
        one.Add(Environment.ProcessId);
        Assert.Equal(0, one.Peak);
        one.EndLook();
        var two = new TreeMemory();
        two.Add(Environment.ProcessId);
        two.Add(Environment.ProcessId);
        two.Add(int.MaxValue);
        two.EndLook();
        Assert.InRange(one.Peak, Mega, two.Peak - Mega);
        long before = two.Peak;
        two.EndLook();
        Assert.Equal(before, two.Peak);
    }

    [Fact]
    public void The_largest_of_the_last_nine_runs_counts_and_little_is_not_kept()
    {
        RunOptions options = Given.Options with { Directory = run.Folder.Path };
        foreach (long mega in (long[])[900, 100, 500, 100, 100, 100, 100, 100, 100, 100])
        {
            History history = History.Read(options);
            history.Add("a", TimeSpan.FromSeconds(1));
            history.Add("b", TimeSpan.FromSeconds(1));
            history.AddMemory("a", mega * Mega);
            history.AddMemory("b", 1 * Mega);
            history.Write(options, ["a", "b"]);
        }
        KeyValuePair<string, long> only = Assert.Single(History.Read(options).Peaks!);
        Assert.Equal(("a", 500 * Mega), (only.Key, only.Value));
    }

    [Theory]
    [InlineData("{\"a\": [-1, 1.5, 1e400, \"x\", 99999999999999999999]}", 0)]
    [InlineData("{\"a\": [9223372036854775807]}", 1)]
    [InlineData("null", 0)]
    [InlineData("{\"a\": null}", 0)]
    public void Peaks_that_can_not_be_read_are_none(string peaks, int known)
    {
        run.Folder.Write("history.json", $"{{\"schemaVersion\": 1, \"durationsMs\": {{}}, \"memoryBytes\": {peaks}}}");
        Assert.Equal(known, History.Read(Given.Options with { Directory = run.Folder.Path }).Peaks?.Count ?? 0);
    }
}
