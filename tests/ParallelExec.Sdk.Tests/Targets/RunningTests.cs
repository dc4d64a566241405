using System.Text.Json;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>The main job through the public surface: subtasks of all kinds run, and the result is told truthfully.</summary>
public sealed class RunningTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Subtasks_of_a_wave_run_at_the_same_time_and_waves_one_after_another()
    {
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("a", TestChildProgram.Command("meet", folder.Path, "m", "3"))
            .ParallelTask("b", TestChildProgram.Command("meet", folder.Path, "m", "3"))
            .ParallelTask("c", TestChildProgram.Command("meet", folder.Path, "m", "3"))
            .ParallelTask("after", TestChildProgram.Command("meet", folder.Path, "m", "4"), dependsOn: "b"))
            .RunAsync("RunParallelTasks", "-p:ParallelExecMaxParallelism=3");
        run.EnsureSucceeded();
        Assert.Equal("a=1 b=1 c=1 after=2", string.Join(' ', run.Results.Select(result => $"{result.Key}={result.Value["Wave"]}")));
        Assert.Contains("[4/4] after succeeded", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_result_has_all_metadata_of_the_contract()
    {
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("a/b:c", TestChildProgram.Command("output", "My-Name", "1%253B"), group: "g", title: "A title"))
            .RunAsync();
        run.EnsureSucceeded();
        IReadOnlyDictionary<string, string> result = run.Results["a/b:c"];
        Assert.Equal(("Succeeded", "", "1", "0", "1", "g", "A title"), (
            result["Status"], result["Reason"], result["Wave"], result["ExitCode"], result["Attempts"], result["Group"], result["Title"]));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", result["StartedAt"]);
        Assert.Matches(@"^\d+$", result["DurationMs"]);
        Assert.True(File.Exists(result["LogFile"]));
        Assert.Equal("1%3B", result["Output_My-Name"]);
    }

    [Fact]
    public async Task A_failed_run_returns_its_results_too_and_names_the_cause_once()
    {
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("bad", TestChildProgram.Command("exit", "3"))
            .ParallelTask("beside", TestChildProgram.Command("exit", "0"))
            .ParallelTask("after", TestChildProgram.Command("exit", "0"), dependsOn: "bad")
            .ParallelTask("last", TestChildProgram.Command("exit", "0"), dependsOn: "beside"))
            .RunAsync();
        run.EnsureFailed();
        Assert.Equal("Failed Succeeded Skipped Skipped", string.Join(' ', run.Results.Values.Select(result => result["Status"])));
        Assert.Equal(("3", "exit code 3"), (run.Results["bad"]["ExitCode"], run.Results["bad"]["Reason"]));
        Assert.Equal("dependency 'bad' failed", run.Results["after"]["Reason"]);
        DiagnosticLine error = Assert.Single(run.ErrorLines);
        Assert.Equal(("PEX3001", folder.Combine("build.proj")), (error.Code, error.File));
        Assert.StartsWith("<ParallelTask Include=\"bad\"", folder.ReadLines("build.proj")[error.Line - 1].Trim(), StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(folder.Read("obj/parallelexec/run.json"));
        Assert.Equal(("Failed", 1), (json.RootElement.GetProperty("status").GetString(), json.RootElement.GetProperty("schemaVersion").GetInt32()));
    }

    [Theory]
    [InlineData("true", "warning")]
    [InlineData("ErrorAndContinue", "error")]
    public async Task A_failure_with_ContinueOnError_does_not_stop_its_dependents(string value, string told)
    {
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("bad", TestChildProgram.Command("exit", "3"), continueOnError: value)
            .ParallelTask("after", TestChildProgram.Command("exit", "0"), dependsOn: "bad"))
            .RunAsync();
        Assert.Equal("Success", run.TargetResult("RunParallelTasks"));
        Assert.Equal(("Failed", "Succeeded"), (run.Status("bad"), run.Status("after")));
        Assert.Equal("PEX3001", Assert.Single(told == "error" ? run.ErrorLines : run.WarningLines).Code);
    }

    [Fact]
    public async Task The_exit_code_decides_and_text_only_decorates()
    {
        string line = MSBuildText.Escape("src/a.c(3,4): error C123: broken");
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("fine", TestChildProgram.Command("echo", "x") + " && " + TestChildProgram.Command("echo", "error: not really", line), outputs: null)
            .ParallelTask("bad", $"{TestChildProgram.Command("echo", line)} && {TestChildProgram.Command("exit", "1")}", continueOnError: null))
            .RunAsync();
        run.EnsureFailed();
        Assert.Equal(("Succeeded", "Failed"), (run.Status("fine"), run.Status("bad")));
        Assert.Equal(["PEX3001", "C123"], run.ErrorLines.Select(error => error.Code).Order(StringComparer.Ordinal).Reverse());
        DiagnosticLine parsed = run.ErrorLines.Single(error => error.Code == "C123");
        Assert.Equal((3, 4, "broken"), (parsed.Line, parsed.Column, parsed.Text));
        Assert.EndsWith("src/a.c", parsed.File, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Always", 0, 0, 1)]
    [InlineData("Never", 1, 1, 0)]
    public async Task ParseDiagnostics_says_when_lines_become_diagnostics(string mode, int exitCode, int errors, int warnings)
    {
        string line = MSBuildText.Escape("a.c(3,4): error C123: broken");
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("a", $"{TestChildProgram.Command("echo", line)} && {TestChildProgram.Command("exit", $"{exitCode}")}", metadata: new Dictionary<string, string?> { ["ParseDiagnostics"] = mode }))
            .RunAsync("RunParallelTasks", "-p:ParallelExecLogOutput=None");
        Assert.Equal((exitCode, errors, warnings), (run.ExitCode, run.ErrorLines.Count, run.WarningLines.Count));
    }

    [Fact]
    public async Task Arguments_with_separators_quotes_and_variables_arrive_exactly()
    {
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("tool", tool: TestChildProgram.Tool, arguments: TestChildProgram.Arguments("args") + ";a%3Bb c;\"q\";$HOME"))
            .RunAsync();
        run.EnsureSucceeded();
        Assert.Equal(["a;b c", "\"q\"", "$HOME"], JsonSerializer.Deserialize<string[]>(folder.Read("obj/parallelexec/logs/tool.log"))!);
    }

    [Fact]
    public async Task A_timeout_is_PEX3002_and_nothing_of_it_is_left()
    {
        string command = $"{TestChildProgram.Command("spawn", folder.Combine("pid"), "--detach")}; {TestChildProgram.Command("hang", folder.Combine("main"))}";
        TargetsProject project = TargetsProject.Create(folder, p => p.ParallelTask("slow", command, timeout: "$(Limit)s"));
        // A slow machine may need more than two seconds until the background process is there: then it has more the next time.
        for (int limit = 2; !folder.Exists("pid"); limit *= 2)
        {
            BuildRun run = (await project.RunAsync("RunParallelTasks", $"-p:Limit={limit}")).EnsureFailed();
            Assert.Equal("TimedOut", run.Status("slow"));
            Assert.Equal("PEX3002", Assert.Single(run.ErrorLines).Code);
        }
        Assert.True(ProcessProbe.WaitGone(int.Parse(folder.Read("pid"))));
    }

    [Fact]
    public async Task Secrets_outputs_verify_and_starts_have_codes_of_their_own()
    {
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("start", tool: "no-such-program")
            .ParallelTask("output", TestChildProgram.Command("exit", "0"), outputs: "gone.txt")
            .ParallelTask("verify", TestChildProgram.Command("exit", "0"), metadata: new Dictionary<string, string?> { ["Verify"] = TestChildProgram.Command("exit", "4") })
            .ParallelTask("values", "echo prose >> $PARALLELEXEC_OUTPUT"))
            .RunAsync();
        run.EnsureFailed();
        Assert.Equal(["PEX3003", "PEX3004", "PEX3005", "PEX3006"], run.ErrorLines.Select(error => error.Code).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Targets_of_the_declaring_project_run_in_the_engine()
    {
        BuildRun run = await TargetsProject.Create(folder, p => p
            .ParallelTask("first", targets: "One")
            .ParallelTask("second", targets: "Two", properties: "Word=hello", dependsOn: "first")
            .Target("One").Task("WriteLinesToFile", parameters: new Dictionary<string, string?> { ["File"] = "one.txt", ["Lines"] = "1" })
            .Target("Two").Task("Copy", parameters: new Dictionary<string, string?> { ["SourceFiles"] = "one.txt", ["DestinationFiles"] = "$(Word).txt" }))
            .RunAsync();
        run.EnsureSucceeded();
        Assert.True(folder.Exists("hello.txt"));
    }

    [Fact]
    public async Task Items_made_by_a_target_run_too()
    {
        folder.Write("pages/a.md", "");
        folder.Write("pages/b.md", "");
        BuildRun run = await TargetsProject.Create(folder, p => p
            .Property("RunParallelTasksDependsOn", "MakeItems")
            .Target("MakeItems")
            .TargetItemInclude("Page", "pages/*.md")
            .TargetItemInclude("ParallelTask", "@(Page->'convert-%(Filename)')", new Dictionary<string, string?> { ["Command"] = TestChildProgram.Command("exit", "0") }))
            .RunAsync();
        run.EnsureSucceeded();
        Assert.Equal(["convert-a", "convert-b"], run.Results.Keys);
    }

    [Fact]
    public async Task Enabled_false_does_nothing_and_says_so()
    {
        BuildRun run = await TargetsProject.Create(folder, p => p.ParallelTask("a", TestChildProgram.Command("exit", "1")))
            .RunAsync("RunParallelTasks", "-p:ParallelExecEnabled=false");
        run.EnsureSucceeded();
        Assert.Empty(run.Results);
        Assert.Contains("ParallelExec is off", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_project_without_subtasks_succeeds()
    {
        BuildRun run = (await TargetsProject.Create(folder, _ => { }).RunAsync()).EnsureSucceeded();
        Assert.Contains("0 subtasks", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_failure_mode_and_the_schedule_are_read_from_properties()
    {
        var project = TargetsProject.Create(folder, p => p
            .ParallelTask("bad", TestChildProgram.Command("exit", "3"))
            .ParallelTask("x", TestChildProgram.Command("exit", "0"))
            .ParallelTask("y", TestChildProgram.Command("exit", "0"), dependsOn: "x"));
        Assert.Equal("Skipped", (await project.RunAsync()).Status("y"));
        Assert.Equal("Succeeded", (await project.RunAsync("RunParallelTasks", "-p:ParallelExecOnFailure=KeepGoing")).EnsureFailed().Status("y"));
        BuildRun only = (await project.RunAsync("RunParallelTasks", "-p:ParallelExecOnly=y", "-p:ParallelExecSchedule=Eager")).EnsureSucceeded();
        Assert.Equal("Skipped Succeeded Succeeded", string.Join(' ', only.Results.Values.Select(result => result["Status"])));
        Assert.Equal(("0", "not asked for by ParallelExecOnly"), (only.Results["bad"]["Wave"], only.Results["bad"]["Reason"]));
    }
}
