using ParallelExec.Events;
using ParallelExec.Exchange;
using ParallelExec.Execution.Reusing;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.State;

namespace ParallelExec.Tests.Execution;

/// <summary>What need not run again, and why it does. Each subtask counts its runs in a file of its name.</summary>
public sealed class ReuseTests : IDisposable
{
    private readonly Run run = new();

    public ReuseTests()
    {
        run.Folder.Write("docs/a.md", "a");
        run.Folder.Write("docs/b.md", "b");
    }

    public void Dispose() => run.Dispose();

    [UnixFact]
    public async Task Nothing_changed_nothing_runs_and_values_are_handed_on_again()
    {
        Subtask[] subtasks = [Gen(), Counting("use <- gen", "test \"$PARALLELEXEC_OUTPUT_GEN_N\" = 1")];
        (await run.Async(subtasks)).AllSucceeded();
        Run.Results again = await run.Async(subtasks);
        Assert.Equal((SubtaskStatus.UpToDate, "nothing that it depends on has changed", SubtaskStatus.Succeeded), (again["gen"].Status, again["gen"].Reason, again["use"].Status));
        Assert.Equal((1, 2), (Runs("gen"), Runs("use")));
        Assert.True(again.Run.Succeeded);
    }

    public static TheoryData<string, string> Changes => new()
    {
        { "edit", "input docs/a.md changed" },
        { "add", "input docs/c.md is new" },
        { "remove", "input docs/b.md is gone" },
        { "output edited", "output out.txt was edited since" },
        { "output removed", "output out.txt is gone" },
        { "command", "Command changed" },
        { "environment", "Environment FOO was added" },
        { "verify", "Verify was added" },
        { "dependency", "dependency 'first' changed" },
        { "dependency's dependency", "dependency 'first' changed" },
        { "no cache", "" },
        { "cache off", "" },
    };

    [UnixTheory]
    [MemberData(nameof(Changes))]
    public async Task What_changed_is_why_it_runs(string change, string why)
    {
        Subtask zeroth = run.Shell("zeroth", "true"), first = run.Shell("first <- zeroth", "true");
        Subtask gen = Gen() with { DependsOn = ["first"] };
        (await run.Async(zeroth, first, gen)).AllSucceeded();
        switch (change)
        {
            case "edit":
                run.Folder.Write("docs/a.md", "A");
                break;
            case "add":
                run.Folder.Write("docs/c.md", "c");
                break;
            case "remove":
                run.Folder.Delete("docs/b.md");
                break;
            case "output edited":
                run.Folder.Write("out.txt", "edited");
                break;
            case "output removed":
                run.Folder.Delete("out.txt");
                break;
            case "command":
                gen = gen with { Work = new CommandWork(((CommandWork)gen.Work).CommandLine + "; true", null) };
                break;
            case "environment":
                gen = gen with { Environment = [new("FOO", "1")] };
                break;
            case "verify":
                gen = gen with { Verify = new CommandWork("true", null) };
                break;
            case "dependency":
                first = first with { Work = new CommandWork("true; true", null) };
                break;
            case "dependency's dependency":
                zeroth = zeroth with { Work = new CommandWork("true; true", null) };
                break;
            case "no cache":
                gen = gen with { Cache = false };
                break;
            default:
                run.Options = run.Options with { Cache = CacheMode.None };
                break;
        }
        Run.Results again = await run.Async(zeroth, first, gen);
        Assert.Equal((SubtaskStatus.Succeeded, why, 2), (again["gen"].Status, again["gen"].Why, Runs("gen")));
        // And then it is up to date again, but for what is asked to run each time.
        Run.Results third = await run.Async(zeroth, first, gen);
        Assert.Equal(change.Contains("cache", StringComparison.Ordinal) ? SubtaskStatus.Succeeded : SubtaskStatus.UpToDate, third["gen"].Status);
    }

    [UnixFact]
    public async Task A_failure_takes_back_what_was_true_before()
    {
        run.Folder.Write("ok", "");
        Subtask gen = Counting("gen", "test -f ok && cat docs/*.md > out.txt") with { Inputs = [new PathPattern("docs/*.md", run.Folder.Path)] };
        await run.Async(gen);
        run.Folder.Delete("ok");
        run.Folder.Write("docs/a.md", "broken");
        await run.Async(gen);
        // As it was when it succeeded; but since then it has failed, and who knows what it has left behind.
        run.Folder.Write("docs/a.md", "a");
        run.Folder.Write("ok", "");
        Assert.Equal((SubtaskStatus.Succeeded, 3), ((await run.Async(gen))["gen"].Status, Runs("gen")));
    }

    [UnixFact]
    public async Task Resume_leaves_out_what_succeeded_and_runs_the_rest()
    {
        Subtask[] subtasks = [Counting("a", "echo X=1 > $PARALLELEXEC_OUTPUT; echo note > $PARALLELEXEC_NOTES"), Counting("b <- a", "test -f ok"), Counting("c <- b", "test $PARALLELEXEC_OUTPUT_A_X = 1"), Counting("clean <- a", "true") with { Always = true }];
        await run.Async(subtasks);
        run.Folder.Write("ok", "");
        run.Options = run.Options with { Resume = true };
        Run.Results resumed = await run.Async(subtasks);
        Assert.Equal((SubtaskStatus.Resumed, "succeeded in the last run", SubtaskStatus.Succeeded), (resumed["a"].Status, resumed["a"].Reason, resumed["c"].Status));
        Assert.Equal((1, 2, 1, 2), (Runs("a"), Runs("b"), Runs("c"), Runs("clean")));
        // What was resumed counts as succeeded.
        Run.Results again = await run.Async(subtasks);
        Assert.Equal("Resumed Resumed Resumed Succeeded", string.Join(' ', again.Run.Results.Select(result => result.Status)));
        // Without it all is done anew.
        run.Options = run.Options with { Resume = false };
        await run.Async(subtasks);
        Assert.Equal((2, 3, 2), (Runs("a"), Runs("b"), Runs("c")));
    }

    [UnixFact]
    public async Task Resume_runs_what_depends_on_something_that_ran_again_also_through_a_milestone()
    {
        Subtask edited = Counting("a", "true");
        Subtask[] rest = [Given.Subtask("ready <- a") with { Work = new MilestoneWork() }, Counting("b <- ready", "true"), Counting("other", "true")];
        await run.Async([edited, .. rest]);
        run.Options = run.Options with { Resume = true };
        Run.Results again = await run.Async([run.Writing(edited, "gone.txt") with { ContinueOnError = ContinueOnError.WarnAndContinue }, .. rest]);
        Assert.Equal("Failed Succeeded Succeeded Resumed", string.Join(' ', again.Run.Results.Select(result => result.Status)));
        Assert.Equal((2, 2, 1), (Runs("a"), Runs("b"), Runs("other")));
    }

    [UnixFact]
    public async Task What_hands_on_a_secret_is_kept_nowhere_and_runs_again()
    {
        run.Environment["KEY"] = "hunter2hunter2";
        Subtask gen = Counting("gen", "echo K=$KEY > $PARALLELEXEC_OUTPUT") with { Secrets = ["KEY"], Inputs = [new PathPattern("docs/*.md", run.Folder.Path)] };
        await run.Async(gen);
        await run.Async(gen);
        Assert.Equal(2, Runs("gen"));
        Assert.DoesNotContain("hunter2", run.Folder.Read("state/journal.ndjson"), StringComparison.Ordinal);
    }

    [UnixFact]
    public async Task A_journal_that_can_not_be_written_lets_no_work_begin()
    {
        int calls = 0;
        run.Happens = happened =>
        {
            // After the run has begun, whatever is written goes nowhere: as on a full disk.
            if (happened is RunStarted && calls++ == 0)
                Directory.Delete(run.Folder.Combine("state/handover"), recursive: true);
        };
        Run.Results results = await run.Async(Counting("a", "true"));
        Assert.Equal((SubtaskStatus.Failed, Codes.StateNotWritable, 0), (results["a"].Status, results["a"].Code, Runs("a")));
    }

    [UnixFact]
    public async Task A_forecast_says_the_same_and_runs_nothing()
    {
        Subtask[] subtasks = [Gen(), run.Writing(Counting("count <- gen", "wc -l < out.txt > count.txt"), "count.txt") with { Inputs = [new PathPattern("out.txt", run.Folder.Path)] }, Counting("plain <- count", "true")];
        Assert.Equal("runs: it has not succeeded before | runs: it has not succeeded before | -", Forecast(subtasks));
        await run.Async(subtasks);
        Assert.Equal("nothing that it depends on has changed | nothing that it depends on has changed | -", Forecast(subtasks));
        run.Folder.Write("docs/a.md", "A");
        Assert.Equal("runs: input docs/a.md changed | runs: dependency 'gen' changed | -", Forecast(subtasks));
        run.Folder.Write("docs/a.md", "a");
        run.Folder.Delete("out.txt");
        Assert.Equal("runs: output out.txt is gone | runs: input out.txt is gone | -", Forecast(subtasks));
        Assert.Equal((1, 1), (Runs("gen"), Runs("count")));
    }

    [UnixFact]
    public async Task A_value_that_changed_is_why_what_got_it_runs()
    {
        run.Folder.Write("version.txt", "1");
        // It declares no inputs, so it runs each time; what it says now is what counts.
        Subtask version = Counting("version", "echo N=$(cat version.txt) > $PARALLELEXEC_OUTPUT");
        Subtask between = Counting("between <- version", "true") with { Inputs = [new PathPattern("docs/*.md", run.Folder.Path)] };
        Subtask use = Counting("use <- between", "true") with { Inputs = [new PathPattern("docs/*.md", run.Folder.Path)] };
        (await run.Async(version, between, use)).AllSucceeded();
        Run.Results again = await run.Async(version, between, use);
        Assert.Equal((SubtaskStatus.UpToDate, SubtaskStatus.UpToDate), (again["between"].Status, again["use"].Status));
        run.Folder.Write("version.txt", "2");
        Run.Results changed = await run.Async(version, between, use);
        Assert.Equal("value N of 'version' changed", changed["between"].Why);
        Assert.Equal("dependency 'between' changed, value N of 'version' changed", changed["use"].Why);
    }

    [UnixTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_input_that_was_edited_while_it_was_read_is_seen(bool putBack)
    {
        Subtask gen = run.Writing(Counting("gen", "cat docs/a.md > out.txt; test -f docs/edited || { touch docs/edited; echo edited > docs/a.md; }"), "out.txt") with { Inputs = [new PathPattern("docs/a.md", run.Folder.Path)] };
        Subtask use = Counting("use <- gen", "true") with { Inputs = [new PathPattern("docs/b.md", run.Folder.Path)] };
        await run.Async(gen, use);
        Assert.Equal("a", run.Folder.Read("out.txt"));
        // Also where it is put back: nobody knows which of the two was read.
        if (putBack)
            run.Folder.Write("docs/a.md", "a");
        Run.Results again = await run.Async(gen, use);
        Assert.Equal(("input docs/a.md changed", "dependency 'gen' changed"), (again["gen"].Why, again["use"].Why));
        Assert.Equal(SubtaskStatus.UpToDate, (await run.Async(gen, use))["gen"].Status);
    }

    [UnixFact]
    public async Task What_it_writes_itself_among_its_inputs_counts_as_it_is_afterwards()
    {
        // A formatter, and a generator that writes beside its sources.
        Subtask format = run.Writing(Counting("format", "for f in docs/*.md; do echo formatted > $f; done"), "docs/*.md") with { Inputs = [new PathPattern("docs/*.md", run.Folder.Path)] };
        await run.Async(format);
        Assert.Equal(SubtaskStatus.UpToDate, (await run.Async(format))["format"].Status);
        run.Folder.Write("docs/c.md", "new");
        Assert.Equal(SubtaskStatus.Succeeded, (await run.Async(format))["format"].Status);
        Assert.Equal(SubtaskStatus.UpToDate, (await run.Async(format))["format"].Status);
    }

    [UnixTheory]
    [InlineData("same size and time", false)]
    [InlineData("touched", true)]
    public async Task Outputs_are_what_is_in_them(string how, bool intact)
    {
        await run.Async(Gen());
        string file = run.Folder.Combine("out.txt");
        DateTime time = File.GetLastWriteTimeUtc(file);
        if (!intact)
            File.WriteAllText(file, "xy");
        File.SetLastWriteTimeUtc(file, intact ? time.AddDays(1) : time);
        Assert.Equal((how, intact ? SubtaskStatus.UpToDate : SubtaskStatus.Succeeded), (how, (await run.Async(Gen()))["gen"].Status));
    }

    [UnixFact]
    public async Task A_copy_of_the_folder_looks_at_its_own_outputs()
    {
        await run.Async(Gen());
        using var copy = new Run();
        await run.Async(Gen());
        foreach (string file in run.Folder.Files())
            copy.Folder.Write(file, run.Folder.Read(file));
        Subtask gen = Gen() with { WorkingDirectory = copy.Folder.Path, Inputs = [new PathPattern("docs/*.md", copy.Folder.Path)], Outputs = [new PathPattern("out.txt", copy.Folder.Path)] };
        Assert.Equal(SubtaskStatus.UpToDate, (await copy.Async(gen))["gen"].Status);
        copy.Folder.Write("out.txt", "edited");
        Assert.Equal("output out.txt was edited since", (await copy.Async(gen))["gen"].Why);
    }

    [UnixFact]
    public void Another_agent_or_another_global_property_is_another_work()
    {
        Subtask project = Given.Subtask("p") with { Work = new ProjectWork(run.Folder.Combine("p.proj"), [], [], false), Inputs = [new PathPattern("docs/*.md", run.Folder.Path)] };
        string first = Fingerprint(project);
        Assert.Equal(first, Fingerprint(project));
        run.Options = run.Options with { GlobalProperties = [new("Configuration", "Release")] };
        Assert.NotEqual(first, Fingerprint(project));
        var agent = new AgentWork("coder", "do it");
        Assert.NotEqual(Fingerprint(project with { Work = agent with { Command = new AgentCommand("codex", "codex", [], []) } }), Fingerprint(project with { Work = agent with { Command = new AgentCommand("claude", "claude", [], []) } }));
    }

    [UnixFact]
    public async Task Another_version_of_the_tool_is_why_it_runs_and_is_asked_once_in_a_run()
    {
        run.Folder.Write("version", "1.0");
        Subtask[] subtasks = [.. "ab".Select(id => Counting($"{id}", "true") with { Inputs = [new PathPattern("docs/*.md", run.Folder.Path)], VersionCommand = new CommandWork("echo x >> asked; cat version; echo $FLAVOUR", null), Environment = [new("FLAVOUR", "sweet")] })];
        (await run.Async(subtasks)).AllSucceeded();
        Assert.Equal("UpToDate UpToDate", string.Join(' ', (await run.Async(subtasks)).Run.Results.Select(result => result.Status)));
        run.Folder.Write("version", "1.1");
        Run.Results again = await run.Async(subtasks);
        Assert.Equal(("tool version changed", "tool version changed", 3), (again["a"].Why, again["b"].Why, run.Folder.ReadLines("asked").Count));
        Assert.DoesNotContain(run.Folder.Files("state"), file => file.EndsWith(".version", StringComparison.Ordinal));
    }

    [UnixFact]
    public async Task A_version_that_nobody_knows_is_a_warning_and_never_the_same()
    {
        Subtask gen = Gen() with { VersionCommand = new CommandWork("echo no such tool; exit 3", null) };
        await run.Async(gen);
        await run.Async(gen);
        Assert.Equal(2, Runs("gen"));
        Assert.Equal($"warning {Codes.VersionUnknown}: The VersionCommand of 'gen' failed with exit code 3, so the version of its tool is not known, and it runs. It wrote: no such tool", run.Log.Lines.First(line => line.StartsWith("warning", StringComparison.Ordinal)));
    }

    private string Fingerprint(Subtask subtask)
    {
        RunOptions options = run.Options with { Directory = run.Folder.Combine("state"), ProjectDirectory = run.Folder.Path };
        ExecutionPlan plan = Given.Plan(options, [subtask]);
        HandOver handOver = HandOver(plan, options);
        return new FingerprintBuilder(plan, options, handOver, Hashes(options), Versions(handOver).Of).Of(plan.Subtasks[0]).Digest;
    }

    private HandOver HandOver(ExecutionPlan plan, RunOptions options) => new(plan, options, run.Environment, "plan", new HandOverFiles(options, masker: null), _ => { });

    // Of what declares no version nobody is asked.
    private ToolVersions Versions(HandOver handOver) => new(handOver, null!, run.Log, CancellationToken.None);

    private static Lazy<FileHashes> Hashes(RunOptions options) => new(() => FileHashes.Load(options.Directory));

    private string Forecast(Subtask[] subtasks)
    {
        RunOptions options = run.Options with { Directory = run.Folder.Combine("state"), ProjectDirectory = run.Folder.Path };
        ExecutionPlan plan = Given.Plan(options, subtasks);
        HandOver handOver = HandOver(plan, options);
        ExecutionPlan forecast = new Reuse(plan, options, handOver, Hashes(options), Versions(handOver), JournalReader.Read(options, []).Records, masker: null).Forecast();
        return string.Join(" | ", forecast.Subtasks.Select(subtask => subtask.Reused is { Why: { } why } reused ? (reused.Record is null ? "runs: " : "") + why : "-"));
    }

    [UnixTheory]
    [InlineData("dosc/*.md", "'dosc/*.md'")]
    [InlineData("docs/*.txt", "'docs/*.txt'")]
    [InlineData("docs/gone.md;docs/*.txt", "'docs/gone.md', 'docs/*.txt'")]
    [InlineData("docs/*.md;dosc/*.md", "'dosc/*.md'")]
    public async Task Inputs_that_match_nothing_are_told_and_it_runs(string inputs, string told)
    {
        Subtask[] subtasks = [Counting("lint", "true") with { Inputs = PathPattern.List(inputs.Split(';'), run.Folder.Path) }, Counting("use <- lint", "true")];
        for (int times = 1; times <= 3; times++)
        {
            run.Log.Lines.Clear();
            Run.Results results = await run.Async(subtasks);
            Assert.Equal((SubtaskStatus.Succeeded, times), (results["lint"].Status, Runs("lint")));
            Assert.Equal(
                $"warning {Codes.NoInput}: Inputs of 'lint' match no file: {told}, in '{run.Folder.Path}'. So nothing tells whether it is up to date, and it runs. Correct the path, or remove it.",
                Assert.Single(run.Log.Lines, line => line.StartsWith("warning", StringComparison.Ordinal)));
        }
        Assert.Equal("runs: its Inputs match no file | -", Forecast(subtasks));
    }

    [UnixFact]
    public async Task Inputs_that_a_dependency_writes_are_looked_for_when_it_has()
    {
        Subtask[] subtasks = [run.Shell("gen", "mkdir -p made; echo 1 > made/a.txt"), Counting("use <- gen", "true") with { Inputs = [new PathPattern("made/*.txt", run.Folder.Path)] }];
        Run.Results first = await run.Async(subtasks);
        Run.Results again = await run.Async(subtasks);
        Assert.DoesNotContain(run.Log.Lines, line => line.StartsWith("warning", StringComparison.Ordinal));
        Assert.Equal((SubtaskStatus.Succeeded, SubtaskStatus.UpToDate), (first["use"].Status, again["use"].Status));
    }

    [UnixTheory]
    [InlineData("mkfifo odd", "odd", "input odd is no regular file, so it is not read")]
    [InlineData("printf x > $(printf 'odd\\377')", "odd*", "input odd\uFFFD can not be read")]
    public async Task What_can_not_be_read_is_never_the_same(string made, string input, string why)
    {
        Subtask use = Counting("use", "true") with { Inputs = [new PathPattern(input, run.Folder.Path)] };
        await run.Async(run.Shell("make", made), use with { DependsOn = ["make"] });
        await run.Async(use);
        Run.Results again = await run.Async(use);
        Assert.Equal((SubtaskStatus.Succeeded, why, 3), (again["use"].Status, again["use"].Why, Runs("use")));
    }

    private Subtask Gen() => run.Writing(Counting("gen", "cat docs/*.md > out.txt; echo N=1 > $PARALLELEXEC_OUTPUT"), "out.txt") with { Inputs = [new PathPattern("docs/*.md", run.Folder.Path)] };

    private Subtask Counting(string text, string command) => run.Shell(text, $"echo x >> runs-$PARALLELEXEC_TASK_ID; {command}");

    private int Runs(string id) => run.Folder.Exists($"runs-{id}") ? run.Folder.ReadLines($"runs-{id}").Count : 0;
}
