using System.Text.Json;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>A folder of <c>task.json</c> and <c>subtask_NN.json</c> runs as it is, and says at any moment how far it is.</summary>
public sealed class TaskFolderTests : IDisposable
{
    private const string Option = "-p:ParallelExecTaskFolder=.tmp/tasks/user-dashboard";
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Two_parallel_and_one_after_both_are_two_batches_also_where_agents_would_do_them()
    {
        Feature();
        Subtask("01", "", "\"parallel\": true, \"suggested_agent\": \"CoderAgent\"");
        Subtask("02", "", "\"parallel\": true, \"suggested_agent\": \"CoderAgent\"");
        Subtask("03", "", "\"depends_on\": [\"01\", \"02\"], \"suggested_agent\": \"TestEngineer\"");
        BuildRun run = (await Project().RunAsync("PlanParallelTasks", Option)).EnsureSucceeded();
        Assert.Equal("1 1 2", string.Join(' ', run.Plan.Values.Select(item => item["Wave"])));
        Assert.Matches(@"Batch 1 \(ready now\):\s+user-dashboard-01.*\s+user-dashboard-02.*\s+Batch 2 \(after batch 1\):\s+user-dashboard-03", run.Output);
        // Nobody has said how these agents are started: that is told before anything runs, once for each.
        BuildRun refused = (await Project().RunAsync("RunParallelTasks", Option)).EnsureFailed();
        Assert.Equal([("PEX6001", 1), ("PEX6001", 1)], refused.ErrorLines.Select(error => (error.Code, error.Line)));
        Assert.Equal("pending", Status("01"));
    }

    [Fact]
    public async Task A_run_writes_back_how_far_each_subtask_is_while_it_goes_on()
    {
        Feature();
        Subtask("01", TestChildProgram.Command("wait", folder.Path, "go"), "\"parallel\": true");
        Subtask("02", TestChildProgram.Command("write", folder.Combine("out.txt"), "x"), "\"depends_on\": [1], \"deliverables\": [\"out.txt\"]");
        using RunningDotNet running = await Project().StartAsync("RunParallelTasks", Option);
        await FileWait.UntilAsync(() => Status("01") == "in_progress");
        Assert.Equal(("pending", "ParallelExec"), (Status("02"), Field("01", "agent_id")));
        folder.Write("go", "");
        (await running.ExitAsync()).EnsureSucceeded();
        Assert.Equal(("completed", "completed"), (Status("01"), Status("02")));
        Assert.EndsWith("; wrote out.txt", Field("02", "completion_summary"), StringComparison.Ordinal);
        Assert.Matches(@"^\d{4}-.*Z$", Field("02", "completed_at"));
        JsonElement task = Json("task");
        Assert.Equal(("completed", 2), (task.GetProperty("status").GetString(), task.GetProperty("completed_count").GetInt32()));
        // What is not ours is as it was.
        Assert.Contains("  // a remark\n  \"own\" :  [1.0,  2],\n", folder.Read(".tmp/tasks/user-dashboard/subtask_01.json"), StringComparison.Ordinal);
        Assert.Equal(["subtask_01.json", "subtask_02.json", "task.json"], Directory.EnumerateFiles(folder.Combine(".tmp/tasks/user-dashboard")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_is_completed_is_not_run_again_and_what_is_blocked_not_at_all()
    {
        Feature();
        Subtask("01", TestChildProgram.Command("signal", folder.Path, "ran-again"), "\"parallel\": true", "completed");
        Subtask("02", TestChildProgram.Command("exit", "0"), "\"depends_on\": [\"01\"]");
        Subtask("03", TestChildProgram.Command("signal", folder.Path, "ran-blocked"), "\"parallel\": true", "blocked");
        Subtask("04", TestChildProgram.Command("exit", "0"), "\"depends_on\": [\"03\"]");
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("item", TestChildProgram.Command("exit", "0"), dependsOn: "user-dashboard-02")
            .ItemInclude("ParallelTaskFolder", ".tmp/tasks"));
        BuildRun run = (await project.RunAsync()).EnsureSucceeded();
        Assert.Equal("item Succeeded, user-dashboard-01 Resumed, user-dashboard-02 Succeeded, user-dashboard-03 Skipped, user-dashboard-04 Skipped",
            string.Join(", ", run.Results.Select(result => $"{result.Key} {result.Value["Status"]}")));
        Assert.Equal("dependency 'user-dashboard-03' is blocked", run.Results["user-dashboard-04"]["Reason"]);
        Assert.DoesNotContain(folder.Files(), file => file.StartsWith("ran-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failure_is_written_back_and_what_it_stopped_stays_pending()
    {
        Feature();
        Subtask("01", TestChildProgram.Command("exit", "3"), "\"parallel\": true");
        Subtask("02", TestChildProgram.Command("exit", "0"), "\"depends_on\": [\"01\"]");
        BuildRun run = (await Project().RunAsync("RunParallelTasks", Option)).EnsureFailed();
        Assert.Equal("PEX3001", Assert.Single(run.ErrorLines).Code);
        Assert.EndsWith("subtask_01.json", run.ErrorLines[0].File, StringComparison.Ordinal);
        Assert.Equal(("failed", "Failed: exit code 3", "pending"), (Status("01"), Field("01", "completion_summary"), Status("02")));
    }

    [LinuxFact]
    public async Task What_a_killed_run_left_in_progress_runs_again()
    {
        Feature();
        Subtask("01", TestChildProgram.Command("append", folder.Combine("count"), "01"), "\"parallel\": true");
        Subtask("02", TestChildProgram.Command("hang", folder.Combine("pid")), "\"depends_on\": [\"01\"]");
        using (RunningDotNet running = await Project().StartAsync("RunParallelTasks", Option))
        {
            int child = await running.WaitForPidAsync("pid");
            running.Send(ProcessSignal.Kill);
            await running.ExitAsync();
            Assert.True(ProcessProbe.WaitGone(child));
        }
        Assert.Equal(("completed", "in_progress"), (Status("01"), Status("02")));
        // Now the second one ends by itself.
        folder.Write(".tmp/tasks/user-dashboard/subtask_02.json", folder.Read(".tmp/tasks/user-dashboard/subtask_02.json").Replace(" hang ", " echo ", StringComparison.Ordinal));
        BuildRun next = (await Project().RunAsync("RunParallelTasks", Option)).EnsureSucceeded();
        Assert.Equal("PEX5007", Assert.Single(next.WarningLines).Code);
        Assert.Equal(("completed", "completed"), (Status("01"), Status("02")));
        Assert.Equal(["01"], folder.ReadLines("count"));
    }

    [UnixFact]
    public async Task A_stopped_subtask_is_pending_again()
    {
        Feature();
        Subtask("01", TestChildProgram.Command("hang", folder.Combine("pid")), "\"parallel\": true");
        using RunningDotNet running = await Project().StartAsync("RunParallelTasks", Option);
        await running.WaitForPidAsync("pid");
        running.Send(ProcessSignal.Interrupt);
        await running.ExitAsync();
        Assert.Equal(("pending", ""), (Status("01"), Field("01", "agent_id")));
    }

    [Fact]
    public async Task A_status_that_can_not_be_written_back_is_a_warning_and_the_run_goes_on()
    {
        Feature();
        Subtask("01", TestChildProgram.Command("write", folder.Combine(".tmp/tasks/user-dashboard/subtask_01.json"), "broken"), "\"parallel\": true");
        BuildRun run = (await Project().RunAsync("RunParallelTasks", Option)).EnsureSucceeded();
        Assert.Equal("PEX5006", Assert.Single(run.WarningLines).Code);
        Assert.Equal("broken", folder.Read(".tmp/tasks/user-dashboard/subtask_01.json"));
    }

    [Fact]
    public async Task Two_projects_do_not_run_one_task_folder_at_once()
    {
        Feature();
        Subtask("01", $"{TestChildProgram.Command("signal", folder.Path, "started")} && {TestChildProgram.Command("wait", folder.Path, "go")}", "\"parallel\": true");
        using RunningDotNet first = await Project().StartAsync("RunParallelTasks", Option);
        await first.WaitForFileAsync("started");
        BuildRun second = await Project().RunAsync("RunParallelTasks", Option, "-p:ParallelExecDirectory=other/");
        DiagnosticLine error = Assert.Single(second.EnsureFailed().ErrorLines);
        Assert.Equal("PEX4001", error.Code);
        Assert.Matches(@"Another run \(process \d+, since 2\d{3}-.*Z\) is using the task folder", error.Text);
        folder.Write("go", "");
        (await first.ExitAsync()).EnsureSucceeded();
    }

    [Fact]
    public async Task Every_command_of_the_original_is_a_target()
    {
        Feature();
        Subtask("01", "", "\"title\": \"First\", \"parallel\": true", "completed");
        Subtask("02", "", "\"title\": \"Second\", \"parallel\": true, \"depends_on\": [\"01\"]");
        Subtask("03", "", "\"title\": \"Third\", \"depends_on\": [\"02\"]");
        Subtask("04", "", "\"title\": \"Fourth\"", "blocked");
        TargetsProject project = Project();

        BuildRun status = (await project.RunAsync("ShowParallelTasks", Option)).EnsureSucceeded();
        Assert.Equal("""
            [user-dashboard] User Dashboard
            Status: active | Progress: 25% (1/4)
            Ready:
            user-dashboard-02: Second [parallel]
            Waiting:
            user-dashboard-03: Third (waiting: user-dashboard-02)
            Blocked:
            user-dashboard-04: Fourth (explicitly blocked)
            """, Shown(status));
        BuildRun tree = (await project.RunAsync("ShowParallelTaskDependencies", Option, "-p:ParallelExecOnly=user-dashboard-03")).EnsureSucceeded();
        Assert.Equal("○ user-dashboard-03: Third\n○ user-dashboard-02: Second\n✓ user-dashboard-01: First", Shown(tree));

        (await project.RunAsync("CompleteParallelTask", Option, "-p:ParallelExecOnly=user-dashboard-02", "-p:ParallelExecSummary=Done by hand")).EnsureSucceeded();
        Assert.Equal(("completed", "Done by hand", 2), (Status("02"), Field("02", "completion_summary"), Json("task").GetProperty("completed_count").GetInt32()));
        (await project.RunAsync("BlockParallelTask", Option, "-p:ParallelExecOnly=user-dashboard-03")).EnsureSucceeded();
        Assert.Equal("blocked", Status("03"));
        (await project.RunAsync("ResetParallelTask", Option, "-p:ParallelExecOnly=user-dashboard-02")).EnsureSucceeded();
        Assert.Equal(("completed", "pending", "pending", 1), (Status("01"), Status("02"), Status("03"), Json("task").GetProperty("completed_count").GetInt32()));

        BuildRun early = await project.RunAsync("ArchiveParallelTasks", Option, "-p:ParallelExecOnly=user-dashboard");
        Assert.Equal("PEX5008", Assert.Single(early.EnsureFailed().ErrorLines).Code);
        (await project.RunAsync("CompleteParallelTask", Option, "-p:ParallelExecOnly=user-dashboard-*")).EnsureSucceeded();
        (await project.RunAsync("ArchiveParallelTasks", Option)).EnsureSucceeded();
        Assert.Contains("\"status\": \"archived\"", folder.Read(".tmp/tasks/completed/user-dashboard/task.json"), StringComparison.Ordinal);
        Assert.False(folder.Exists(".tmp/tasks/user-dashboard"));
    }

    [Theory]
    [InlineData("CompleteParallelTask", "PEX2006", "-p:ParallelExecOnly=user-dashboard-10")]
    [InlineData("ResetParallelTask", "PEX2006", "")]
    [InlineData("ArchiveParallelTasks", "PEX2006", "-p:ParallelExecOnly=user-dashbord")]
    [InlineData("ShowParallelTaskDependencies", "PEX2006", "")]
    public async Task A_name_that_is_missing_or_wrong_changes_nothing(string target, string code, string only)
    {
        Feature();
        Subtask("01", "", "\"parallel\": true");
        string before = folder.Read(".tmp/tasks/user-dashboard/subtask_01.json");
        BuildRun run = await Project().RunAsync(target, only.Length > 0 ? [Option, only] : [Option]);
        Assert.Equal(code, Assert.Single(run.EnsureFailed().ErrorLines).Code);
        Assert.Equal(before, folder.Read(".tmp/tasks/user-dashboard/subtask_01.json"));
    }

    private TargetsProject Project() => TargetsProject.Create(folder, _ => { });

    private void Feature() => folder.Write(".tmp/tasks/user-dashboard/task.json",
        "{\n  \"id\": \"user-dashboard\",\n  \"name\": \"User Dashboard\",\n  \"status\": \"active\",\n  \"completed_count\": 0,\n  \"completed_at\": null\n}\n");

    private void Subtask(string seq, string command, string more, string status = "pending")
    {
        string run = command.Length == 0 ? "" : $"  \"run\": {JsonSerializer.Serialize(command)},\n";
        folder.Write($".tmp/tasks/user-dashboard/subtask_{seq}.json",
            $"{{\n  \"id\": \"user-dashboard-{seq}\",\n  \"seq\": \"{seq}\",\n  \"status\": \"{status}\",\n  // a remark\n  \"own\" :  [1.0,  2],\n{run}  {more}\n}}\n");
        if (status == "completed")
            folder.Write(".tmp/tasks/user-dashboard/task.json", folder.Read(".tmp/tasks/user-dashboard/task.json").Replace("\"completed_count\": 0", "\"completed_count\": 1", StringComparison.Ordinal));
    }

    private string Status(string seq) => Field(seq, "status");

    private string Field(string seq, string name) => Json($"subtask_{seq}").TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";

    // Read as any other reader would, at any moment.
    private JsonElement Json(string name) => JsonDocument.Parse(
        folder.Read($".tmp/tasks/user-dashboard/{name}.json"), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }).RootElement;

    private static string Shown(BuildRun run) => string.Join('\n', run.Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
