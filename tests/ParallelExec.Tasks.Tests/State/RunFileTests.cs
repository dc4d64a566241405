using System.Text.Json;
using Json.Schema;
using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.State;
using ParallelExec.TestKit;
using ParallelExec.Tests.Reporting;

namespace ParallelExec.Tests.State;

public sealed class RunFileTests : IDisposable
{
    private const string Ended = """{"schemaVersion":1,"status":"Succeeded","startedAt":"2026-11-24T18:48:33Z","subtasks":""";

    private static readonly Lazy<JsonSchema> Schema = new(() =>
        JsonSchema.FromText(File.ReadAllText(Path.Combine(SdkSource.RepositoryRoot, "docs", "run.schema.json"))));

    private readonly TestFolder folder = new("runfile");

    public void Dispose() => folder.Dispose();

    private RunOptions Options => Given.Options with { Directory = folder.Path };

    [Fact]
    public void What_is_read_again_is_what_was_written()
    {
        RunFile.WriteEnded(Options, RecordedRun.Of(Everything(), Options), null);
        string first = folder.Read(RunFile.Name);
        RunFile.WriteEnded(Options, RunFileReader.TryRead(folder.Combine(RunFile.Name))!, null);
        Assert.Equal(first, folder.Read(RunFile.Name));
    }

    [Fact]
    public void It_is_what_its_published_schema_says()
    {
        RunFile.WriteRunning(Options, DateTimeOffset.UnixEpoch);
        Conforms();
        RunFile.WriteEnded(Options, RecordedRun.Of(Everything(), Options), null);
        Conforms();
        JsonElement run = JsonElement.Parse(folder.Read(RunFile.Name));
        // Nothing is written that the schema does not tell of.
        JsonElement schema = JsonElement.Parse(File.ReadAllText(Path.Combine(SdkSource.RepositoryRoot, "docs", "run.schema.json")));
        Assert.Empty(Names(run).Except(Names(schema.GetProperty("properties"))));
        JsonElement subtask = schema.GetProperty("$defs").GetProperty("subtask").GetProperty("properties");
        Assert.Empty(run.GetProperty("subtasks").EnumerateArray().SelectMany(Names).Except(Names(subtask)));
        Assert.All(Enum.GetNames<SubtaskStatus>(),
            status => Assert.Contains(status, schema.GetProperty("$defs").GetProperty("status").GetProperty("enum").EnumerateArray()
            .Select(each => each.GetString())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"schemaVersion\":1,\"status\":\"Succeeded\",\"startedAt\":\"yesterday\",\"subtasks\":[]}")]
    [InlineData("{\"schemaVersion\":99999999999,\"status\":\"Succeeded\"}")]
    [InlineData("{\"schemaVersion\":1,\"status\":7,\"subtasks\":[]}")]
    [InlineData(Ended + """[{"id":"a","status":"17"}]}""")]
    [InlineData(Ended + """[{"id":"a","status":"Failed","durationMs":1e400}]}""")]
    [InlineData("{\"schemaVersion\":1,\"status\":\"Running\",\"startedAt\":\"2026-11-24T18:48:33Z\",\"subtasks\":[]}")]
    [InlineData("{\"schemaVersion\":2,\"status\":\"Succeeded\",\"startedAt\":\"2026-11-24T18:48:33Z\",\"subtasks\":[]}")]
    public void What_is_no_run_that_has_ended_is_none(string text) =>
        Assert.Null(RunFileReader.TryRead(folder.Write("run.json", text)));

    [Fact]
    public void The_file_of_an_earlier_version_is_read_as_far_as_it_goes()
    {
        string path = folder.Write("run.json", """
            {"schemaVersion":1,"status":"Failed","project":"/p/x.proj","startedAt":"2026-11-24T18:48:33.120Z","durationMs":-5,"subtasks":[
            {"id":"a","status":"Failed","wave":1,"kind":"Command","attempts":1,"durationMs":99999999999999}]}
            """);
        RecordedRun run = RunFileReader.TryRead(path)!;
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromDays(100)), (run.Duration, run.Subtasks[0].Duration));
    }

    [Fact]
    public void The_last_run_that_has_ended_stays_for_comparison()
    {
        RunFile.WriteEnded(Options, RecordedRun.Of(Everything(), Options), null);
        RunFile.WriteRunning(Options, DateTimeOffset.UnixEpoch);
        Assert.Equal("Failed", RunFileReader.TryRead(folder.Combine(RunFile.PreviousName))!.Status);
        // That one was killed: what can be compared with is still the one before it.
        RunFile.WriteRunning(Options, DateTimeOffset.UnixEpoch);
        Assert.Equal("Failed", RunFileReader.TryRead(folder.Combine(RunFile.PreviousName))!.Status);
    }

    [Fact]
    public void A_secret_is_hidden_before_a_long_command_is_cut()
    {
        string command = new string('x', RecordedSubtask.LongestCommand - 8) + " hunter2-and-more " + new string('y', 100);
        ExecutionPlan plan = Given.Plan(Options, [Given.Subtask("a") with { Work = new CommandWork(command, null) }]);
        SecretMasker masker = SecretMasker.For(["hunter2-and-more"])!;
        RunFile.WriteEnded(Options, RecordedRun.Of(ConsoleReportTests.Result(plan, 1, 1), Options, masker), masker);
        Assert.DoesNotContain("hunt", folder.Read(RunFile.Name), StringComparison.Ordinal);
    }

    /// <summary>A run in which there is something of everything.</summary>
    private static RunResult Everything()
    {
        ExecutionPlan plan = Given.Plan(
            Given.Options with { Skip = ["left-out"] },
            [
                Given.Subtask("a") with { Title = "Tïtle </script>", Group = "g", AcceptanceCriteria = ["it works"] },
                Given.Subtask("b <- a") with { Work = new ToolWork("node", ["x y", ""]),
                    ContinueOnError = ContinueOnError.WarnAndContinue, Set = new SubtaskSet("set") },
                Given.Subtask("c <- b") with { Work = new ProjectWork("/p/c.csproj", ["Build"], [new("Configuration", "Release")], false) },
                Given.Subtask("t <- b") with { Work = new TestWork("t", "/p/t.csproj", "/p/t.dll", "net10.0",
                    TestPlatform.VSTest) { Shard = 1, Shards = 2, Filter = "x" } },
                Given.Subtask("left-out"), Given.Subtask("m <- c") with { Work = new MilestoneWork() },
                Given.Subtask("agent") with { Work = new AgentWork("coder", "do it") },
            ]);
        DateTimeOffset at = new(2026, 11, 24, 18, 48, 33, 120, TimeSpan.Zero);
        return new RunResult
        {
            Plan = plan,
            StartedAt = at,
            Duration = TimeSpan.FromMilliseconds(4321.7),
            Results =
            [
                Given.Succeeded with { StartedAt = at, Duration = TimeSpan.FromSeconds(1.2345), Attempts = 1,
                    Cpu = new CpuUse(TimeSpan.FromSeconds(1)), LogFile = "/p/a.log", Why = "input x changed",
                    Values = SubtaskResult.NoValues.Add("V", "1") },
                Given.Failed with
                {
                    StartedAt = at.AddSeconds(1), Duration = TimeSpan.FromSeconds(2), Attempts = 2,
                    EachAttempt = [new AttemptResult(at.AddSeconds(1), TimeSpan.FromSeconds(1), SubtaskStatus.TimedOut,
                        "timed out after 1s"), new AttemptResult(at.AddSeconds(2), TimeSpan.FromSeconds(1), SubtaskStatus.Failed,
                        "exit code 1")],
                },
                Given.Failed with { StartedAt = at.AddSeconds(3), Duration = TimeSpan.FromSeconds(1), Attempts = 1 },
                Given.Succeeded with { StartedAt = at.AddSeconds(3), Duration = TimeSpan.FromSeconds(1), Attempts = 1,
                    Served = TimeSpan.FromSeconds(1), Tests = new TestSummary(5, 3, 1, 1, 1, "/x.trx") },
                SubtaskResult.Skipped("left out"), SubtaskResult.Skipped("dependency 'c' failed"),
                new SubtaskResult { Status = SubtaskStatus.UpToDate, StartedAt = at, Reason = "nothing has changed" },
            ],
        };
    }

    private void Conforms()
    {
        EvaluationResults results = Schema.Value.Evaluate(JsonElement.Parse(folder.Read(RunFile.Name)),
            new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(results.IsValid, string.Join('\n', (results.Details ?? []).Where(detail => detail.Errors is not null)
            .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value}"))));
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(property => property.Name);
}
