using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.Tests.Files;

namespace ParallelExec.Tests.Reporting;

public sealed class LiveOutputTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();
    private readonly RecordingLog log = new();
    private readonly ExecutionPlan plan = Given.Plan("a");
    private readonly LiveOutput live;

    public LiveOutputTests() => live = new LiveOutput(Given.Options with { Directory = folder.Path }, log);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_log_of_one_that_is_up_to_date_is_kept_and_not_shown()
    {
        string file = folder.Write("logs/a.log", "what it once said\n");
        Tell(new SubtaskStarted(plan.Find("a"), default), new Tick(default), new SubtaskEnded(plan.Find("a"), new SubtaskResult { Status = SubtaskStatus.UpToDate }));
        Assert.Empty(log.Lines);
        Assert.Equal("what it once said\n", File.ReadAllText(file));
    }

    [Fact]
    public void What_an_earlier_run_left_is_not_taken_for_output_of_this_one()
    {
        File.SetLastWriteTimeUtc(folder.Write("logs/a.log", "earlier\n"), DateTime.UnixEpoch);
        Tell(new SubtaskStarted(plan.Find("a"), default), new Tick(default));
        folder.Write("logs/a.log", "of now\nand");
        Tell(new Tick(default));
        Assert.Equal(["a | of now"], log.Lines);
        Tell(new SubtaskEnded(plan.Find("a"), Given.Succeeded));
        Assert.Equal(["a | of now", "a | and"], log.Lines);
    }

    [UnixFact]
    public void A_log_that_has_become_a_device_or_a_pipe_is_not_followed()
    {
        Directory.CreateDirectory(folder.Combine("logs"));
        Tell(new SubtaskStarted(plan.Find("a"), default));
        File.CreateSymbolicLink(folder.Combine("logs/a.log"), "/dev/zero");
        Tell(new Tick(default));
        File.Delete(folder.Combine("logs/a.log"));
        Pipe.Make(folder.Combine("logs/a.log"));
        Tell(new Tick(default), new SubtaskEnded(plan.Find("a"), Given.Succeeded));
        Assert.Empty(log.Lines);
    }

    [Fact]
    public void Of_a_log_without_bounds_only_the_end_is_shown()
    {
        Tell(new SubtaskStarted(plan.Find("a"), default));
        folder.Write("logs/a.log", "");
        using (FileStream file = File.OpenWrite(folder.Combine("logs/a.log")))
        {
            file.SetLength(5_000_000_000);
            file.Seek(0, SeekOrigin.End);
            file.Write("\nlast\n"u8);
        }
        Tell(new Tick(default), new SubtaskEnded(plan.Find("a"), Given.Succeeded));
        Assert.Equal(["a | (what is before the last 64 MB is in " + folder.Combine("logs", "a.log") + ")", "a | last"], [log.Lines[0], log.Lines[^1]]);
    }

    [Fact]
    public void A_log_folder_that_was_removed_ends_nothing()
    {
        folder.Write("logs/a.log", "x\n");
        Tell(new SubtaskStarted(plan.Find("a"), default));
        Directory.Delete(folder.Combine("logs"), recursive: true);
        Tell(new Tick(default), new SubtaskEnded(plan.Find("a"), Given.Succeeded));
        Assert.Empty(log.Lines);
    }

    private void Tell(params RunEvent[] events)
    {
        foreach (RunEvent happened in events)
            live.On(happened);
    }
}
