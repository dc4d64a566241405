using System.Text.Json;
using Microsoft.Build.Utilities.ProjectCreation;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>Agents and teams as a project declares them. The agents are small scripts; real command lines are in <c>Agents/</c>.</summary>
public sealed class AgentTests : IDisposable
{
    private static readonly string[] Seqs = ["01", "02", "03"];

    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [UnixFact]
    public async Task Agents_of_a_team_work_as_their_items_say()
    {
        folder.Write("agent.sh", "cat > $2.prompt; echo $1 > $2; echo \"note of $1\" >> $PARALLELEXEC_NOTES");
        folder.Write("prompts/b.md", "Review it; all of it.");
        TargetsProject project = TargetsProject.Create(folder, p =>
        {
            Item(p, "ParallelAgent", "CoderAgent", ("Tool", "sh"), ("Arguments", "agent.sh;{agent};{id}"));
            Item(p, "ParallelTeam", "auth", ("SharedContext", ".tmp/sessions/auth.md"), ("Coordination", "Wave"));
            Item(p, "ParallelTask", "a", ("Agent", "CoderAgent"), ("Prompt", "Write it."), ("Team", "auth"), ("Role", "writer"), ("Outputs", "a"));
            Item(p, "ParallelTask", "b", ("Agent", "Reviewer"), ("PromptFile", "prompts/b.md"), ("Team", "auth"), ("DependsOn", "a"), ("Outputs", "b"));
        });
        BuildRun run = (await project.RunAsync("RunParallelTasks", "-p:ParallelExecAgentRunner=CoderAgent")).EnsureSucceeded();
        Assert.Contains("2 subtasks in 2 waves, at most 2 at a time and 4 agents", run.Output.Replace($"at most {Environment.ProcessorCount} at", "at most 2 at", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(("CoderAgent\n", "Reviewer\n"), (folder.Read("a"), folder.Read("b")));
        string prompt = folder.Read("b.prompt");
        Assert.Contains("\nReview it; all of it.\n", prompt, StringComparison.Ordinal);
        Assert.Contains("## Handed on by a\n\nnote of CoderAgent\n", prompt, StringComparison.Ordinal);
        Assert.Contains("## a (writer)\n\nnote of CoderAgent\n", prompt, StringComparison.Ordinal);
        Assert.EndsWith("## a (writer)\n\nnote of CoderAgent\n\n## b\n\nnote of Reviewer\n", folder.Read(".tmp/sessions/auth.md"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_command_line_is_one_error_with_how_to_install_it_and_nothing_runs()
    {
        TargetsProject project = TargetsProject.Create(folder, p =>
        {
            p.ParallelTask("first", TestChildProgram.Command("signal", folder.Path, "ran"));
            Item(p, "ParallelTask", "a", ("Agent", "X"), ("Prompt", "x"));
            Item(p, "ParallelTask", "b", ("Agent", "Y"), ("Prompt", "x"));
        });
        var dotnet = new DotNet(folder) { Environment = new Dictionary<string, string?> { ["PATH"] = folder.Path } };
        foreach (string target in new[] { "RunParallelTasks", "ValidateParallelTasks" })
        {
            BuildRun run = await project.RunAsync(dotnet, target, "-p:ParallelExecAgentRunner=claude");
            DiagnosticLine error = Assert.Single(run.EnsureFailed().ErrorLines);
            Assert.Equal("PEX6002", error.Code);
            Assert.Contains("a, b: the program 'claude' was not found. Install it with `npm install -g @anthropic-ai/claude-code`", error.Text, StringComparison.Ordinal);
        }
        Assert.False(folder.Exists("ran"));
        // To look at the plan nothing has to be installed.
        (await project.RunAsync(dotnet, "PlanParallelTasks", "-p:ParallelExecAgentRunner=claude")).EnsureSucceeded();
    }

    [Fact]
    public async Task A_plan_shows_prompts_where_asked_to()
    {
        folder.Write("style.md", "Tabs.\n");
        TargetsProject project = TargetsProject.Create(folder, p =>
            Item(p, "ParallelTask", "a", ("Agent", "claude"), ("Prompt", "Say hello."), ("ContextFiles", "style.md"), ("AcceptanceCriteria", "it greets;it is short")));
        Assert.DoesNotContain("Say hello", (await project.RunAsync("PlanParallelTasks")).EnsureSucceeded().Output, StringComparison.Ordinal);
        string[] shown = [.. (await project.RunAsync("PlanParallelTasks", "-p:ParallelExecShowPrompts=true")).EnsureSucceeded().Lines.Select(line => line.Trim())];
        Assert.Equal(
            ["# a", "", "Say hello.", "", "## Acceptance criteria", "", "- it greets", "- it is short", "", "## Asking"],
            shown.SkipWhile(line => !line.StartsWith("Prompt of a", StringComparison.Ordinal)).Skip(1).Take(10));
        Assert.Equal(["## Context", "", "### style.md", "", "Tabs."], shown.SkipWhile(line => line != "## Context").Take(5));
    }

    [UnixFact]
    public async Task A_task_folder_s_missing_context_is_a_warning_of_the_plan_and_an_error_of_the_run()
    {
        folder.Write("tasks/f/task.json", """{"id": "f"}""");
        folder.Write("tasks/f/subtask_01.json", "{\n  \"seq\": \"01\", \"suggested_agent\": \"X\",\n  \"context_files\": [\"gone.md\"]\n}");
        TargetsProject project = TargetsProject.Create(folder, p => Item(p, "ParallelAgent", "X", ("Tool", "true")));
        BuildRun plan = (await project.RunAsync("PlanParallelTasks", "-p:ParallelExecTaskFolder=tasks")).EnsureSucceeded();
        Assert.Equal(("PEX6006", 3), (Assert.Single(plan.WarningLines).Code, plan.WarningLines[0].Line));
        BuildRun run = (await project.RunAsync("RunParallelTasks", "-p:ParallelExecTaskFolder=tasks")).EnsureFailed();
        Assert.Equal("PEX6006", Assert.Single(run.ErrorLines).Code);
        Assert.Empty(run.WarningLines);
    }

    [UnixFact]
    public async Task A_reader_that_polls_the_folder_sees_whole_files_only_and_each_status_in_its_order()
    {
        folder.Write("agent.sh", "cat > /dev/null; until [ -f go ]; do :; done; echo x > $1.out");
        folder.Write("tasks/f/task.json", """{"id": "f", "completed_count": 0}""");
        foreach (string seq in Seqs)
            folder.Write($"tasks/f/subtask_{seq}.json", $"{{\"seq\": \"{seq}\", \"parallel\": true, \"suggested_agent\": \"X\", \"deliverables\": [\"f-{seq}.out\"]}}");
        TargetsProject project = TargetsProject.Create(folder, p => Item(p, "ParallelAgent", "X", ("Tool", "sh"), ("Arguments", "agent.sh;{id}")));
        using RunningDotNet running = await project.StartAsync("RunParallelTasks", "-p:ParallelExecTaskFolder=tasks", "-p:ParallelExecMaxAgents=2");
        var seen = new List<string>();
        using var over = new CancellationTokenSource();
        Task reading = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
            {
                // Throws where it is not whole.
                string now = string.Join(' ', Seqs.Select(Status));
                if (seen.LastOrDefault() != now)
                    seen.Add(now);
            }
        });
        await FileWait.UntilAsync(() => Status("01") == "in_progress" && Status("02") == "in_progress");
        Assert.Equal("pending", Status("03"));
        folder.Write("go", "");
        (await running.ExitAsync()).EnsureSucceeded();
        await over.CancelAsync();
        await reading;
        Assert.Equal("completed completed completed", string.Join(' ', Seqs.Select(Status)));
        int Order(string status) => Array.IndexOf(["pending", "in_progress", "completed"], status);
        Assert.All(seen.Zip(seen.Skip(1)), step => Assert.All(step.First.Split(' ').Zip(step.Second.Split(' ')), pair => Assert.True(Order(pair.First) <= Order(pair.Second), $"{step.First} -> {step.Second}")));

        string Status(string seq)
        {
            using JsonDocument json = JsonDocument.Parse(folder.Read($"tasks/f/subtask_{seq}.json"));
            return json.RootElement.TryGetProperty("status", out JsonElement status) ? status.GetString()! : "pending";
        }
    }

    private static void Item(ProjectCreator project, string type, string id, params (string Name, string Value)[] metadata) =>
        project.ItemInclude(type, id, metadata: metadata.ToDictionary(entry => entry.Name, entry => (string?)entry.Value));
}
