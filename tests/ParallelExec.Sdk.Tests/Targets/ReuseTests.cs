using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>Nothing is done twice, and nothing is lost: up to date, resume, and two runs at once, as a project sees them.</summary>
public sealed class ReuseTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_build_that_changed_nothing_runs_nothing_and_the_plan_says_so()
    {
        folder.Write("docs/a.md", "a");
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("gen", TestChildProgram.Command("append", folder.Combine("out.txt"), "x"), inputs: "docs/*.md", outputs: "out.txt")
            .ParallelTask("always", TestChildProgram.Command("append", folder.Combine("count"), "x"), dependsOn: "gen"));
        (await project.RunAsync()).EnsureSucceeded();
        BuildRun again = (await project.RunAsync()).EnsureSucceeded();
        Assert.Equal(("UpToDate", "Succeeded", 1), (again.Status("gen"), again.Status("always"), folder.ReadLines("out.txt").Count));
        Assert.Contains("(1 succeeded, 1 up to date)", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("] gen ", again.Output, StringComparison.Ordinal);

        BuildRun plan = (await project.RunAsync("PlanParallelTasks")).EnsureSucceeded();
        Assert.Equal(("UpToDate", "Waiting"), (plan.Plan["gen"]["Status"], plan.Plan["always"]["Status"]));
        folder.Write("docs/b.md", "b");
        plan = (await project.RunAsync("PlanParallelTasks")).EnsureSucceeded();
        Assert.Equal(("Ready", "input docs/b.md is new"), (plan.Plan["gen"]["Status"], plan.Plan["gen"]["Reason"]));
        BuildRun third = (await project.RunAsync()).EnsureSucceeded();
        Assert.Matches(@"\] gen succeeded \([^)]*\): input docs/b\.md is new", third.Output);
        Assert.Equal("Succeeded", (await project.RunAsync("RunParallelTasks", "-p:ParallelExecCache=None")).Status("gen"));
    }

    [Fact]
    public async Task Another_version_of_a_tool_and_another_global_property_are_changes_too()
    {
        folder.Write("in.txt", "");
        folder.Write("version", "1");
        folder.Write("lib.proj", "<Project><Target Name=\"Build\" /></Project>");
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("gen", TestChildProgram.Command("exit", "0"), inputs: "in.txt", metadata: new Dictionary<string, string?> { ["VersionCommand"] = "cat version" })
            .ParallelTask("lib", project: "lib.proj", inputs: "in.txt"));
        (await project.RunAsync()).EnsureSucceeded();
        Assert.Contains("(2 up to date)", (await project.RunAsync()).Output, StringComparison.Ordinal);
        folder.Write("version", "2");
        BuildRun plan = (await project.RunAsync("PlanParallelTasks", "-p:Configuration=Release")).EnsureSucceeded();
        Assert.Equal(("tool version changed", "property Configuration was added"), (plan.Plan["gen"]["Reason"], plan.Plan["lib"]["Reason"]));
        BuildRun run = (await project.RunAsync("RunParallelTasks", "-p:Configuration=Release")).EnsureSucceeded();
        Assert.Contains("): tool version changed", run.Output, StringComparison.Ordinal);
        Assert.Contains("): property Configuration was added", run.Output, StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task After_a_kill_resume_does_the_rest_and_each_thing_once()
    {
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("first", TestChildProgram.Command("append", folder.Combine("first"), "x"))
            .ParallelTask("second", $"{TestChildProgram.Command("append", folder.Combine("second"), "x")} && (test -f go || {TestChildProgram.Command("hang", folder.Combine("pid"))})", dependsOn: "first")
            .ParallelTask("third", TestChildProgram.Command("append", folder.Combine("third"), "x"), dependsOn: "second"));
        using (RunningDotNet running = await project.StartAsync())
        {
            await running.WaitForPidAsync("pid");
            BuildRun meanwhile = (await project.RunAsync("ShowParallelTasks")).EnsureSucceeded();
            Assert.Matches(@"A run is under way: process \d+", meanwhile.Output);
            Assert.Matches(@"Progress: 33% \(1/3\)\s+Running:\s+second\s+Waiting:\s+third \(waiting: second\)", meanwhile.Output);
            running.Send(ProcessSignal.Kill);
            await running.ExitAsync();
        }
        folder.Write("go", "");
        BuildRun shown = (await project.RunAsync("ShowParallelTasks")).EnsureSucceeded();
        Assert.Matches(@"The last run was interrupted: process \d+.*\s+\[build\]\s+Status: active \| Progress: 33% \(1/3\)\s+Ready:\s+second", shown.Output);
        BuildRun resumed = (await project.RunAsync("RunParallelTasks", "-p:ParallelExecResume=true")).EnsureSucceeded();
        Assert.Equal("first Resumed, second Succeeded, third Succeeded", string.Join(", ", resumed.Results.Select(result => $"{result.Key} {result.Value["Status"]}")));
        Assert.Equal((1, 2, 1), (folder.ReadLines("first").Count, folder.ReadLines("second").Count, folder.ReadLines("third").Count));
    }

    [Fact]
    public async Task A_second_run_can_wait_for_the_first_and_sees_what_that_has_done()
    {
        folder.Write("in.txt", "");
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("gen", $"{TestChildProgram.Command("signal", folder.Path, "started")} && {TestChildProgram.Command("wait", folder.Path, "go")} && {TestChildProgram.Command("append", folder.Combine("count"), "x")}", inputs: "in.txt"));
        using RunningDotNet first = await project.StartAsync();
        await first.WaitForFileAsync("started");
        using RunningDotNet second = await project.StartAsync("RunParallelTasks", "-p:ParallelExecOnLocked=Wait");
        await second.WaitForOutputAsync("Another run (process ");
        folder.Write("go", "");
        (await first.ExitAsync()).EnsureSucceeded();
        BuildRun waited = (await second.ExitAsync()).EnsureSucceeded();
        Assert.Contains("(1 up to date)", waited.Output, StringComparison.Ordinal);
        Assert.Single(folder.ReadLines("count"));
    }

    [Fact]
    public async Task Projects_with_inputs_are_built_together_and_only_when_they_have_to_be()
    {
        foreach (string name in new[] { "a", "b" })
        {
            folder.Write($"{name}.txt", "1");
            folder.Write($"{name}.proj", $"<Project><Target Name=\"Build\"><WriteLinesToFile File=\"{name}.log\" Lines=\"built\" /></Target></Project>");
        }
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("a", project: "a.proj", inputs: "a.txt", outputs: "a.log")
            .ParallelTask("b", project: "b.proj", inputs: "b.txt", outputs: "b.log")
            .ParallelTask("after", TestChildProgram.Command("exit", "0"), dependsOn: "a;b"));
        (await project.RunAsync()).EnsureSucceeded();
        folder.Write("b.txt", "2");
        BuildRun again = (await project.RunAsync()).EnsureSucceeded();
        Assert.Equal(("UpToDate", "Succeeded", "Succeeded"), (again.Status("a"), again.Status("b"), again.Status("after")));
        Assert.Equal((1, 2), (folder.ReadLines("a.log").Count, folder.ReadLines("b.log").Count));
    }

    [Fact]
    public async Task State_of_a_newer_version_is_PEX4003_and_damaged_state_PEX4004()
    {
        folder.Write("in.txt", "");
        TargetsProject project = TargetsProject.Create(folder, p => p.ParallelTask("gen", TestChildProgram.Command("append", folder.Combine("count"), "x"), inputs: "in.txt"));
        folder.Write("obj/parallelexec/journal.ndjson", "{\"event\":\"run\",\"schemaVersion\":99,\"processId\":1,\"at\":\"\"}\n");
        BuildRun newer = (await project.RunAsync()).EnsureFailed();
        Assert.Equal("PEX4003", Assert.Single(newer.ErrorLines).Code);
        Assert.False(folder.Exists("count"));
        folder.Write("obj/parallelexec/journal.ndjson", "\0\u0001 no journal\n");
        BuildRun damaged = (await project.RunAsync()).EnsureSucceeded();
        Assert.Equal(("PEX4004", "Succeeded"), (Assert.Single(damaged.WarningLines).Code, damaged.Status("gen")));
        Assert.Equal("UpToDate", (await project.RunAsync()).EnsureSucceeded().Status("gen"));
    }
}
