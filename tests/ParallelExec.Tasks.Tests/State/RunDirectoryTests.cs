using System.Text.Json;
using ParallelExec.Events;
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
        RunDirectory.TryTake(Options, diagnostics)!.Dispose();
        folder.Write("state/handover/a.output", "X=1");
        folder.Write("state/rounds/1/1", "{}");
        using RunDirectory? taken = RunDirectory.TryTake(Options, diagnostics);
        Assert.Equal(["state/.gitignore", "state/.parallelexec", "state/run.lock", "state/run.owner"], folder.Files());
    }

    [Theory]
    [InlineData("mine.txt")]
    [InlineData("summary.md")]
    [InlineData("plan.json")]
    [InlineData("run.json")]
    [InlineData("logs/app.log")]
    [InlineData(".gitignore")]
    [InlineData("journal.ndjson")]
    public void A_folder_in_use_for_something_else_is_PEX4008_and_left_as_it_is(string file)
    {
        folder.Write($"state/{file}", "mine");
        Assert.Null(RunDirectory.TryTake(Options, diagnostics));
        Assert.Equal((Codes.NotOurs, Severity.Error), (Assert.Single(diagnostics).Code, diagnostics[0].Severity));
        Assert.StartsWith($"'{Options.Directory}' is in use for something else ({file.Split('/')[0]}), so nothing is written there.", diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Equal(Codes.NotOurs, RunDirectory.TryPrepare(Options)?.Code);
        Diagnostic? told = RunDirectory.Clean(Options.Directory);
        Assert.Equal((Codes.NotOurs, Severity.Warning), (told?.Code, told?.Severity));
        Assert.Equal([$"state/{file}"], folder.Files());
        Assert.Equal("mine", folder.Read($"state/{file}"));
    }

    [Fact]
    public void The_root_of_everything_is_not_ours()
    {
        Assert.Null(RunDirectory.TryTake(Options with { Directory = Path.GetPathRoot(folder.Path)! }, diagnostics));
        Assert.Equal(Codes.NotOurs, Assert.Single(diagnostics).Code);
    }

    [Fact]
    public void A_folder_that_is_empty_or_ours_or_only_planned_in_is_taken()
    {
        Directory.CreateDirectory(Options.Directory);
        Assert.Null(RunDirectory.TryPrepare(Options));
        folder.Write("state/mine.txt", "came later");
        RunDirectory.TryTake(Options, diagnostics)!.Dispose();
        Assert.Empty(diagnostics);
    }

    [Theory]
    [InlineData("journal.ndjson", "{\"event\":\"run\",\"schemaVersion\":1,\"run\":\"x\",\"processId\":1,\"at\":\"\"}\n", true)]
    [InlineData("run.lock", "", false)]
    [InlineData("plan.json", "{\n  \"schemaVersion\": 1,\n  \"project\": \"p\"", false)]
    public void A_folder_of_the_version_before_is_ours_too(string file, string content, bool besideOthers)
    {
        folder.Write($"state/{file}", content);
        folder.Write("state/.gitignore", "*\n");
        if (besideOthers)
            folder.Write("state/mine.txt", "mine");
        RunDirectory.TryTake(Options, diagnostics)!.Dispose();
        Assert.Empty(diagnostics);
        Assert.Null(RunDirectory.Clean(Options.Directory));
        Assert.Equal(besideOthers ? ["state/mine.txt"] : [], folder.Files());
    }

    [Fact]
    public void What_has_our_names_in_the_default_folder_is_ours_whatever_became_of_it()
    {
        RunOptions options = Options with { Directory = folder.Combine("obj", "parallelexec") + Path.DirectorySeparatorChar };
        folder.Write("obj/parallelexec/journal.ndjson", "garbage");
        RunDirectory.TryTake(options, diagnostics)!.Dispose();
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void Of_a_folder_of_the_version_before_the_logs_that_its_plan_names_are_removed()
    {
        Directory.CreateDirectory(Options.Directory);
        PlanFile.Write(Options, Given.Plan(Options, Given.Subtasks("a", "lint:b")), null);
        folder.Write("state/run.lock", "");
        folder.Write("state/logs/a.log", "");
        folder.Write($"state/logs/{LogFiles.SafeName("lint:b")}.log", "");
        folder.Write("state/logs/app.log", "mine");
        Assert.Null(RunDirectory.Clean(Options.Directory));
        Assert.Equal(["state/logs/app.log"], folder.Files());
    }

    [Theory]
    [InlineData("handover")]
    [InlineData("rounds")]
    [InlineData("logs")]
    [InlineData("teams")]
    public void Where_a_run_removes_what_it_wrote_no_other_run_writes(string inner)
    {
        RunDirectory.TryTake(Options, diagnostics)!.Dispose();
        Assert.Null(RunDirectory.TryTake(Options with { Directory = folder.Combine("state", inner, "other") }, diagnostics));
        Assert.StartsWith($"'{folder.Combine("state", inner, "other")}' lies in '{Options.Directory}'", Assert.Single(diagnostics).Message, StringComparison.Ordinal);
        Assert.Equal(Codes.NotOurs, diagnostics[0].Code);
    }

    [UnixTheory]
    [InlineData("handover")]
    [InlineData("rounds")]
    [InlineData("logs")]
    [InlineData("teams")]
    public void A_link_in_it_is_not_followed(string link)
    {
        folder.Write("elsewhere/a.output", "mine");
        folder.Write("elsewhere/a.log", "mine");
        folder.Write("elsewhere/a.restored/x", "mine");
        IReadOnlyList<string> before = folder.Files();
        RunDirectory.TryTake(Options, diagnostics)!.Dispose();
        StateFolder.Record(Options.Directory, ["logs/a.log", "teams/a.log"]);
        PlainFolder.Remove(folder.Combine("state", link));
        Directory.CreateSymbolicLink(folder.Combine("state", link), folder.Combine("elsewhere"));
        Assert.Null(RunDirectory.TryTake(Options, diagnostics));
        Assert.Equal(Codes.NotOurs, Assert.Single(diagnostics).Code);
        Assert.Contains("is a link", diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Equal(Codes.NotOurs, RunDirectory.Clean(Options.Directory)?.Code);
        Assert.Superset(before.ToHashSet(), folder.Files().ToHashSet());
    }

    [UnixFact]
    public void A_link_to_a_folder_of_its_own_may_be_named()
    {
        Directory.CreateDirectory(folder.Combine("elsewhere"));
        Directory.CreateSymbolicLink(Options.Directory, folder.Combine("elsewhere"));
        RunDirectory.TryTake(Options, diagnostics)!.Dispose();
        Assert.Null(RunDirectory.Clean(Options.Directory + "/"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Combine("elsewhere")));
        Assert.True(Directory.Exists(Options.Directory));
    }

    [Fact]
    public void Clean_removes_what_ParallelExec_wrote_by_name_and_nothing_else()
    {
        RunDirectory.TryTake(Options, diagnostics)!.Dispose();
        RunFile.WriteRunning(Options, default);
        StateFolder.Record(Options.Directory, ["logs/a.log", "teams/t.md", "../up.txt", "logs/../../up.txt", "/etc/none", "logs/.."]);
        foreach (string ours in new[] { "logs/a.log", "teams/t.md", "handover/a.context.json", "handover/a.notes.md", "handover/a.restored/0", "rounds/1/1", "run.json.12-3.tmp" })
            folder.Write($"state/{ours}", "");
        string[] mine = ["up.txt", "state/logs/app.log", "state/mine.txt", "state/mine.tmp", "state/handover/mine.txt", "state/teams/mine.md"];
        foreach (string file in mine)
            folder.Write(file, "");
        folder.Write("state/.gitignore", "mine\n");
        Assert.Null(RunDirectory.Clean(Options.Directory));
        Assert.Equal(mine.Append("state/.gitignore").Order(StringComparer.Ordinal), folder.Files().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Clean_leaves_no_empty_folder()
    {
        RunDirectory.TryTake(Options, diagnostics)!.Dispose();
        Assert.Null(RunDirectory.Clean(Options.Directory));
        Assert.False(folder.Exists("state"));
        Assert.Null(RunDirectory.Clean(Options.Directory));
    }

    [Fact]
    public void Clean_during_a_run_is_PEX4001_and_removes_nothing()
    {
        using RunDirectory? running = RunDirectory.TryTake(Options, diagnostics);
        IReadOnlyList<string> before = folder.Files();
        Diagnostic? told = RunDirectory.Clean(Options.Directory);
        Assert.Equal((Codes.Locked, Severity.Error), (told?.Code, told?.Severity));
        Assert.Equal(before, folder.Files());
        Assert.Null(RunDirectory.TryTake(Options, diagnostics));
    }

    [Fact]
    public void What_was_half_written_when_a_run_was_killed_goes_with_the_next()
    {
        RunDirectory.TryTake(Options, diagnostics)!.Dispose();
        folder.Write("state/journal.ndjson.12-3.tmp", "half");
        folder.Write("state/mine.12-3.tmp", "not ours");
        RunDirectory.TryTake(Options, diagnostics)!.Dispose();
        Assert.Equal(["state/mine.12-3.tmp"], folder.Files().Where(file => file.EndsWith(".tmp", StringComparison.Ordinal)));
    }

    [UnixFact]
    public void A_folder_where_a_file_of_ours_should_be_is_PEX4002()
    {
        RunDirectory.TryTake(Options, diagnostics)!.Dispose();
        folder.Delete("state/run.lock");
        Directory.CreateDirectory(folder.Combine("state/run.lock"));
        Assert.Null(RunDirectory.TryTake(Options, diagnostics));
        Assert.Equal(Codes.StateNotWritable, Assert.Single(diagnostics).Code);
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

    [Theory]
    [InlineData("hunter2")]
    [InlineData("say \"hunter2\"")]
    [InlineData("back\\slash")]
    [InlineData("<pässwörd & Söhne>")]
    public void Files_carry_a_schema_version_and_no_secret_in_any_field(string secret)
    {
        Directory.CreateDirectory(Options.Directory);
        SecretMasker masker = SecretMasker.For([secret])!;
        Subtask subtask = Given.Subtask("a") with { Work = new CommandWork($"login {secret}", null), Title = $"Title {secret}", Group = $"Group {secret}" };
        ExecutionPlan plan = Given.Plan(Options, [subtask]);
        PlanFile.Write(Options, plan, masker);
        RunResult run = ConsoleReportTests.Result(plan, 1, 1) with
        {
            Stopped = $"because of {secret}",
            Results = [Given.Failed with { Reason = secret, LogFile = $"/logs/{secret}.log", Values = SubtaskResult.NoValues.Add("TOKEN", $"{{\"json\":{JsonSerializer.Serialize(secret)}}}").Add(secret, "name") }],
        };
        RunFile.WriteEnded(Options, RecordedRun.Of(run, Options, masker), masker);
        foreach (string name in new[] { "plan.json", "run.json" })
        {
            string text = File.ReadAllText(folder.Combine("state", name));
            using JsonDocument json = JsonDocument.Parse(text);
            Assert.All(Strings(json.RootElement), value => Assert.DoesNotContain(secret, value, StringComparison.Ordinal));
            Assert.All(Strings(json.RootElement), value => Assert.DoesNotContain(JsonSerializer.Serialize(secret).Trim('"'), value, StringComparison.Ordinal));
            Assert.Contains("Title ***", text, StringComparison.Ordinal);
            Assert.Contains("Group ***", text, StringComparison.Ordinal);
            Assert.Equal(1, json.RootElement.GetProperty("schemaVersion").GetInt32());
        }
    }

    private static IEnumerable<string> Strings(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => [element.GetString()!],
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Strings),
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => Strings(property.Value).Prepend(property.Name)),
        _ => [],
    };
}
