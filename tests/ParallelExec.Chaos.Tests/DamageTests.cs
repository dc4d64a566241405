using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using ParallelExec.TestKit;

namespace ParallelExec.Chaos.Tests;

/// <summary>State that was cut, filled with anything, or can not be written: the result says the truth, and the next run works.</summary>
public sealed class DamageTests : IDisposable
{
    private static readonly string[] StateFiles =
        ["journal.ndjson", "history.json", "hashes.txt", "run.json", "plan.json", "run.lock", "run.owner", "summary.md", ".parallelexec"];

    /// <summary>What stands in JSON where something else should.</summary>
    private static readonly string[] Odd = ["null", "9223372036854775807", "-1", "\"\\ud800\"", "\"\\u0000\"", "{}", "[[]]"];

    private readonly TestFolder folder = new("chaos");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Whatever_happens_to_the_state_up_to_date_is_never_a_lie()
    {
        TargetsProject project = Project();
        Gen.Select(Gen.Int[0, StateFiles.Length - 1], Gen.Int[0, 4], Gen.Int[0, 1000], Gen.Byte.Array[1, 400], Gen.Int[0, 2]).Try(12, async damage =>
        {
            (int which, int how, int where, byte[] garbage, int edit) = damage;
            string file = folder.Combine($"obj/parallelexec/{StateFiles[which]}");
            if (edit > 0)
                folder.Write(edit == 1 ? "in.txt" : "out.txt", $"{where} {garbage.Length}");
            if (File.Exists(file))
            {
                byte[] bytes = File.ReadAllBytes(file);
                int at = bytes.Length == 0 ? 0 : where * (bytes.Length - 1) / 1000;
                File.WriteAllBytes(file, how switch
                {
                    0 => bytes[..at],
                    1 => garbage,
                    2 => [.. bytes[..at], .. garbage, .. bytes[at..]],
                    3 => [.. bytes[..at], .. garbage],
                    4 => WithOddValue(bytes, where),
                    _ => [],
                });
                if (how == 6 && !OperatingSystem.IsWindows())
                {
                    File.Delete(file);
                    using Process pipe = Process.Start("mkfifo", [file]);
                    await pipe.WaitForExitAsync();
                }
            }
            BuildRun run = (await project.RunAsync()).EnsureSucceeded();
            Assert.True(run.Status("gen") is "Succeeded" or "UpToDate", run.ToString());
            Assert.Equal(folder.Read("in.txt"), folder.Read("out.txt"));
            BuildRun next = (await project.RunAsync()).EnsureSucceeded();
            Assert.Equal(("UpToDate", 0), (next.Status("gen"), next.WarningLines.Count));
        }, damage => $"{StateFiles[damage.Item1]}, damage {damage.Item2} at {damage.Item3}, edit {damage.Item5}");
    }

    [SmallDiskFact]
    public async Task A_full_disk_is_told_and_when_there_is_room_again_all_is_well()
    {
        using SmallDisk disk = await SmallDisk.MountAsync(folder.Combine("state"));
        TargetsProject project = Project();
        string option = $"-p:ParallelExecDirectory={disk.Path}/";
        (await project.RunAsync("RunParallelTasks", option)).EnsureSucceeded();
        foreach (int left in new[] { 0, 4_096, 20_000 })
        {
            folder.Write("in.txt", $"with {left} bytes left");
            disk.FillUpTo(left);
            BuildRun full = await project.RunAsync("RunParallelTasks", option);
            // It may fail, but not silently, and not by a crash; where it says that it is done, it is.
            Assert.True(full.ExitCode is 0 or 1, full.ToString());
            Assert.DoesNotContain(full.ErrorLines, error => error.Code == "PEX9001");
            if (full.Succeeded)
                Assert.Equal(folder.Read("in.txt"), folder.Read("out.txt"));
            else
                Assert.True(full.HasError("PEX4002"), full.ToString());
            disk.MakeRoom();
            (await project.RunAsync("RunParallelTasks", option)).EnsureSucceeded();
            Assert.Equal(folder.Read("in.txt"), folder.Read("out.txt"));
            Assert.Equal("UpToDate", (await project.RunAsync("RunParallelTasks", option)).EnsureSucceeded().Status("gen"));
        }
    }

    [SmallDiskFact]
    public async Task State_that_can_only_be_read_is_told_and_nothing_runs()
    {
        using SmallDisk disk = await SmallDisk.MountAsync(folder.Combine("state"));
        TargetsProject project = Project();
        string option = $"-p:ParallelExecDirectory={disk.Path}/";
        (await project.RunAsync("RunParallelTasks", option)).EnsureSucceeded();
        folder.Write("in.txt", "edited");
        await disk.BeReadOnlyAsync(true);
        BuildRun refused = (await project.RunAsync("RunParallelTasks", option)).EnsureFailed();
        Assert.Equal(("PEX4002", "first"), (Assert.Single(refused.ErrorLines).Code, folder.Read("out.txt")));
        // What only looks still does.
        Assert.Equal("input in.txt changed", (await project.RunAsync("PlanParallelTasks", option)).EnsureSucceeded().Plan["gen"]["Reason"]);
        (await project.RunAsync("ShowParallelTasks", option)).EnsureSucceeded();
        await disk.BeReadOnlyAsync(false);
        Assert.Equal("Succeeded", (await project.RunAsync("RunParallelTasks", option)).EnsureSucceeded().Status("gen"));
        Assert.Equal("edited", folder.Read("out.txt"));
    }

    [Theory]
    [InlineData(-400)]
    [InlineData(400)]
    public async Task A_clock_that_was_set_changes_nothing_but_times(int days)
    {
        TargetsProject project = Project();
        (await project.RunAsync()).EnsureSucceeded();
        DateTime then = DateTime.UtcNow.AddDays(days);
        // As if all had been written before, or after, the clock was set.
        foreach (string file in Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, then);
        (await project.RunAsync()).EnsureSucceeded();
        Assert.Equal("UpToDate", (await project.RunAsync()).EnsureSucceeded().Status("gen"));
        // An edit of the same length, with the time that the file had.
        DateTime time = File.GetLastWriteTimeUtc(folder.Combine("in.txt"));
        folder.Write("in.txt", "other");
        File.SetLastWriteTimeUtc(folder.Combine("in.txt"), time);
        Assert.Equal("Succeeded", (await project.RunAsync()).EnsureSucceeded().Status("gen"));
        Assert.Equal("other", folder.Read("out.txt"));
    }

    /// <summary>One text or number of a JSON file is something else.</summary>
    private static byte[] WithOddValue(byte[] bytes, int where)
    {
        string text = Encoding.UTF8.GetString(bytes);
        MatchCollection values = Regex.Matches(text, "(?<=[:,\\[] *)(\"[^\"]*\"|[0-9]+)(?= *[,}\\]])");
        if (values.Count == 0)
            return bytes;
        Match one = values[where % values.Count];
        return Encoding.UTF8.GetBytes($"{text[..one.Index]}{Odd[where % Odd.Length]}{text[(one.Index + one.Length)..]}");
    }

    private TargetsProject Project()
    {
        folder.Write("in.txt", "first");
        return TargetsProject.Create(folder, p => p
            .ParallelTask("gen", "cp in.txt out.txt", inputs: "in.txt", outputs: "out.txt")
            .ParallelTask("after", "true", dependsOn: "gen"));
    }
}
