using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.State;
using ParallelExec.Tests.Reporting;

namespace ParallelExec.Tests.State;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();
    private readonly List<Diagnostic> diagnostics = [];

    public void Dispose() => folder.Dispose();

    private RunOptions Options => Given.Options with { Directory = folder.Combine("state") };

    [Fact]
    public void A_folder_that_another_run_holds_is_PEX4001_until_that_has_ended()
    {
        // What is there of an earlier run says nothing about who is there now.
        folder.Write("state/journal.ndjson", "{\"event\":\"run\",\"schemaVersion\":1,\"processId\":1,\"at\":\"2026-01-02T03:04:05.000Z\"}\n");
        using (RunDirectory? first = RunDirectory.TryTake(Options, diagnostics))
        {
            Assert.NotNull(first);
            Assert.True(RunDirectory.IsTaken(Options));
            Assert.Null(RunDirectory.TryTake(Options, diagnostics));
        }
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal(Codes.Locked, error.Code);
        Assert.Matches($@"^Another run \(process {Environment.ProcessId}, since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ\) is using ", error.Message);
        using RunDirectory? again = RunDirectory.TryTake(Options, diagnostics);
        Assert.NotNull(again);
    }

    [Fact]
    public void A_folder_that_nobody_holds_is_not_taken()
    {
        Assert.False(RunDirectory.IsTaken(Options));
        RunDirectory.TryTake(Options, diagnostics)!.Dispose();
        Assert.False(RunDirectory.IsTaken(Options));
    }

    [Fact]
    public void A_folder_that_can_not_be_made_is_PEX4002()
    {
        folder.Write("state", "a file is in the way");
        Assert.Null(RunDirectory.TryTake(Options, diagnostics));
        Assert.Equal(Codes.StateNotWritable, Assert.Single(diagnostics).Code);
    }

    [Fact]
    public void What_an_earlier_run_handed_on_is_gone()
    {
        folder.Write("state/handover/a.output", "X=1");
        folder.Write("state/rounds/1/1", "{}");
        using RunDirectory? taken = RunDirectory.TryTake(Options, diagnostics);
        Assert.Equal(["state/.gitignore", "state/run.lock", "state/run.owner"], folder.Files());
    }

    [Fact]
    public void Clean_removes_what_ParallelExec_wrote_and_nothing_else()
    {
        RunDirectory.TryTake(Options, diagnostics)!.Dispose();
        RunFile.WriteRunning(Options, default);
        folder.Write("state/logs/a.log", "");
        folder.Write("state/mine.txt", "");
        RunDirectory.Clean(Options.Directory);
        Assert.Equal(["state/mine.txt"], folder.Files());
        folder.Delete("state/mine.txt");
        RunDirectory.Clean(Options.Directory);
        Assert.False(folder.Exists("state"));
        RunDirectory.Clean(Options.Directory);
    }

    [Fact]
    public void A_file_that_could_not_be_written_whole_leaves_the_old_one()
    {
        folder.Write("state/run.json", "old");
        Assert.Throws<InvalidOperationException>(() => WholeFile.Write(folder.Combine("state", "run.json"), stream =>
        {
            stream.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", folder.Read("state/run.json"));
        Assert.Equal(["state/run.json"], folder.Files());
    }

    [Fact]
    public void Files_carry_a_schema_version_and_no_secret()
    {
        Directory.CreateDirectory(Options.Directory);
        SecretMasker masker = SecretMasker.For(["hunter2"])!;
        ExecutionPlan plan = Given.Plan(Options, [Given.Subtask("a") with { Work = new CommandWork("login hunter2", null) }]);
        PlanFile.Write(Options, plan, masker);
        RunFile.WriteEnded(Options, ConsoleReportTests.Result(plan, 1, 1) with
        {
            Results = [Given.Failed with { Reason = "hunter2", Values = SubtaskResult.NoValues.Add("TOKEN", "hunter2") }],
        }, masker);
        foreach (string name in new[] { "plan.json", "run.json" })
        {
            string text = File.ReadAllText(folder.Combine("state", name));
            Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
            Assert.Contains("***", text, StringComparison.Ordinal);
            Assert.Equal(1, JsonDocument.Parse(text).RootElement.GetProperty("schemaVersion").GetInt32());
        }
    }
}
