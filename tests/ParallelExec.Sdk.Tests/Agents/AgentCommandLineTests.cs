using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Build.Utilities.ProjectCreation;
using ParallelExec.TestKit;
using static ParallelExec.Sdk.Tests.Agents.ScriptedModel;

namespace ParallelExec.Sdk.Tests.Agents;

/// <summary>
/// Real command lines of coding agents, whose model is a script on loopback: no network, no key. What goes wrong with one of them goes
/// wrong in one run, side by side. What they said is kept for the fast tests: <c>tests/ParallelExec.Tasks.Tests/Agents/Transcripts</c>.
/// </summary>
public sealed class AgentCommandLineTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [AgentTheory("opencode")]
    [InlineData("opencode")]
    public Task A_feature_is_done_by_opencode(string runner) => FeatureAsync(runner);

    [AgentTheory("codex")]
    [InlineData("codex")]
    public Task A_feature_is_done_by_codex(string runner) => FeatureAsync(runner);

    [AgentTheory("claude")]
    [InlineData("claude")]
    public Task A_feature_is_done_by_claude(string runner) => FeatureAsync(runner);

    [AgentTheory("copilot")]
    [InlineData("copilot")]
    public Task A_feature_is_done_by_copilot(string runner) => FeatureAsync(runner);

    [AgentTheory("gemini")]
    [InlineData("gemini")]
    public Task A_feature_is_done_by_gemini(string runner) => FeatureAsync(runner);

    [AgentTheory("qwen")]
    [InlineData("qwen")]
    public Task A_feature_is_done_by_qwen(string runner) => FeatureAsync(runner);

    /// <summary>It asks again for a minute where its service fails.</summary>
    [AgentTheory("opencode")]
    [InlineData("opencode", "cut:PEX3002 broken:PEX3002 refused:PEX6005")]
    public Task What_goes_wrong_with_opencode_is_told(string runner, string own) => FaultsAsync(runner, own);

    /// <summary>Its sandbox refuses nothing: what is not allowed fails.</summary>
    [AgentTheory("codex")]
    [InlineData("codex", "cut:PEX6005 broken:PEX6005 refused:PEX3004")]
    public Task What_goes_wrong_with_codex_is_told(string runner, string own) => FaultsAsync(runner, own);

    [AgentTheory("claude")]
    [InlineData("claude", "cut:PEX6005 broken:PEX6005 refused:PEX6005")]
    public Task What_goes_wrong_with_claude_is_told(string runner, string own) => FaultsAsync(runner, own);

    [AgentTheory("copilot")]
    [InlineData("copilot", "cut:PEX6005 broken:PEX6005 refused:PEX6005")]
    public Task What_goes_wrong_with_copilot_is_told(string runner, string own) => FaultsAsync(runner, own);

    [AgentTheory("gemini")]
    [InlineData("gemini", "cut:PEX6005 broken:PEX3002 refused:PEX6005")]
    public Task What_goes_wrong_with_gemini_is_told(string runner, string own) => FaultsAsync(runner, own);

    /// <summary>It is fenced by kinds of tools, not by folders.</summary>
    [AgentTheory("qwen")]
    [InlineData("qwen", "cut:PEX6005 broken:PEX3002 refused:PEX6005")]
    public Task What_goes_wrong_with_qwen_is_told(string runner, string own) => FaultsAsync(runner, own);

    [AgentTheory("claude", "copilot")]
    [InlineData("claude")]
    [InlineData("copilot")]
    public Task An_unknown_agent_is_refused_before_it_works(string runner) => UnknownAsync(runner);

    [AgentTheory("opencode")]
    [InlineData("opencode")]
    public Task An_agent_unknown_to_opencode_is_refused_before_it_works(string runner) => UnknownAsync(runner);

    private async Task FeatureAsync(string runner)
    {
        using var model = new ScriptedModel(new()
        {
            ["api"] = [Write(runner, "api.txt", "the api"), new Step("The API is there.")],
            ["ui"] = [Write(runner, "ui.txt", "the ui"), new Step("The UI is there.")],
            ["join"] = [Run(runner, "cat api.txt ui.txt > all.txt"), new Step("Both are one.")],
        });
        folder.Write("standards.md", "Use tabs.\n");
        folder.Write(".tmp/tasks/dash/task.json", """
            {"id": "dash", "name": "Dash", "status": "active", "objective": "See it all", "context_files": ["standards.md"],
             "subtask_count": 3, "completed_count": 0}
            """);
        Subtask("01", "api", "\"parallel\": true, \"deliverables\": [\"api.txt\"]");
        Subtask("02", "ui", "\"parallel\": true, \"deliverables\": [\"ui.txt\"]");
        Subtask("03", "join", "\"depends_on\": [\"01\", \"02\"], \"deliverables\": [\"all.txt\"], \"verify\": \"cat api.txt ui.txt\"");

        BuildRun run = (await RunAsync(runner, model, _ => { }, "-p:ParallelExecTaskFolder=.tmp/tasks/dash")).EnsureSucceeded();

        Assert.Equal(
            "dash-01 1 Succeeded, dash-02 1 Succeeded, dash-03 2 Succeeded",
            string.Join(", ", run.Results.Select(result => $"{result.Key} {result.Value["Wave"]} {result.Value["Status"]}")));
        Assert.Equal(("the api", "the ui"), (folder.Read("api.txt").Trim(), folder.Read("ui.txt").Trim()));
        Assert.Equal(["the api", "the ui"], folder.ReadLines("all.txt"));
        JsonElement last = JsonDocument.Parse(folder.Read(".tmp/tasks/dash/subtask_03.json")).RootElement;
        Assert.Equal(
            ("completed", "CoderAgent", "Both are one."), (Text(last, "status"), Text(last, "agent_id"), Text(last, "completion_summary")));
        Assert.Equal("completed", Text(JsonDocument.Parse(folder.Read(".tmp/tasks/dash/task.json")).RootElement, "status"));
        // The prompt came as it was put together: nothing quoted, nothing lost.
        string prompt = folder.Read("obj/parallelexec/handover/dash-03.prompt.md");
        Assert.Contains(model.Prompts, sent => sent.Contains(prompt.Trim(), StringComparison.Ordinal));
        Assert.Contains("### standards.md\n\nUse tabs.\n", prompt, StringComparison.Ordinal);
    }

    /// <param name="own">What is this command line's own: scenario and code.</param>
    private async Task FaultsAsync(string runner, string own)
    {
        string notes = folder.Combine("obj/parallelexec/handover/note.notes.md");
        string outside = folder.Combine("outside");
        Directory.CreateDirectory(outside);
        Step refused = runner switch
        {
            "codex" => Run(runner, "printf x > /usr/parallelexec.txt"),
            "qwen" => Run(runner, "true"),
            _ => Write(runner, "../outside/x.txt", "x"),
        };
        using var model = new ScriptedModel(new()
        {
            ["unauthorized"] = [new Step { Status = 401 }],
            ["broken"] = [new Step { Status = 500 }],
            ["cut"] = [new Step("half an ans") { Cut = true }],
            ["silent"] = [new Step { Hangs = true }],
            ["refused"] = [refused, new Step("I could not.")],
            ["refused-done"] = [Write(runner, "refused-done.txt", "x"), refused, new Step("It is there.")],
            ["command-fails"] = [Run(runner, "exit 7"), new Step("I could not.")],
            ["says-done"] = [new Step("It is all done.")],
            ["note"] = [Write(runner, notes, "read me"), Write(runner, "note.txt", "x"), new Step("It is there.")],
            ["busy"] = [Write(runner, "busy.txt", "x") with { Status = 429, Times = 1 }, new Step("Done.")],
            ["always-busy"] = [new Step { Status = 429 }],
        });
        string expected = $"{own} unauthorized:PEX6005 silent:PEX3002 refused-done: command-fails:PEX3004 says-done:PEX3004 note: busy: "
            + "always-busy:PEX3002";
        Dictionary<string, string> codes = expected.Split(' ').Select(each => each.Split(':'))
            .ToDictionary(each => each[0], each => each[1]);
        await RunAsync(
            runner,
            model,
            project =>
            {
                project.ItemInclude("ParallelAgent", "CoderAgent", metadata: Agent(runner, "EditAndRun"));
                project.ItemInclude("ParallelAgent", "Editor", metadata: Agent(runner, "Edit"));
                foreach ((string scenario, string code) in codes)
                {
                    bool isLast = scenario == "always-busy";
                    string timeout = code == "PEX3002" ? "40s" : "8m";
                    string others = string.Join(';', codes.Keys.Where(other => !other.Equals(scenario, StringComparison.Ordinal)));
                    project.ParallelTask(scenario, outputs: $"work/{scenario}.txt", timeout: timeout, metadata: new Dictionary<string, string?>
                    {
                        // A command is refused only where none may be run.
                        ["Agent"] = scenario.StartsWith("refused", StringComparison.Ordinal) && runner == "qwen" ? "Editor" : "CoderAgent",
                        ["Prompt"] = $"[[scenario:{scenario}]] do it",
                        ["WorkingDirectory"] = "work",
                        // The others would have to wait with it.
                        ["Always"] = isLast ? "true" : null,
                        ["DependsOn"] = isLast ? others : null,
                    });
                }
            },
            "-p:ParallelExecOnFailure=KeepGoing",
            "-p:ParallelExecMaxAgents=5");
        Assert.Equal(
            codes.Select(entry => $"{entry.Key} {entry.Value}").Order(StringComparer.Ordinal),
            JsonDocument.Parse(folder.Read("obj/parallelexec/run.json")).RootElement.GetProperty("subtasks").EnumerateArray()
                .Select(it => $"{Text(it, "id")} {(it.TryGetProperty("code", out JsonElement code) ? code.GetString() : "")}")
                .Order(StringComparer.Ordinal));
        Assert.Equal("read me", File.ReadAllText(notes).Trim());
    }

    private async Task UnknownAsync(string runner)
    {
        using var model = new ScriptedModel([]);
        BuildRun run = await RunAsync(runner, model, project =>
        {
            project.ParallelTask("before", TestChildProgram.Command("signal", folder.Path, "ran"));
            var nobody = new Dictionary<string, string?> { ["Agent"] = "Nobody", ["Prompt"] = "x", ["DependsOn"] = "before" };
            project.ParallelTask("it", metadata: nobody);
        });
        Assert.Equal("PEX6003", Assert.Single(run.EnsureFailed().ErrorLines).Code);
        Assert.False(folder.Exists("ran"));
        Assert.Empty(model.Prompts);
    }

    private async Task<BuildRun> RunAsync(string runner, ScriptedModel model, Action<ProjectCreator> items, params string[] more)
    {
        string home = folder.Combine("home"), at = $"http://127.0.0.1:{model.Port.ToString(CultureInfo.InvariantCulture)}";
        folder.Write("home/models.json", "{}");
        folder.Write("home/opencode.json", $$"""
            {
              "model": "scripted/scripted", "small_model": "scripted/scripted", "enabled_providers": ["scripted"], "autoupdate": false,
              "share": "disabled",
              "provider": {"scripted": {"npm": "@ai-sdk/openai-compatible", "name": "Scripted",
                "options": {"baseURL": "{{at}}/v1", "apiKey": "none"},
                "models": {"scripted": {"name": "scripted", "tool_call": true, "limit": {"context": 100000, "output": 8000} } } } },
              "agent": {"CoderAgent": {"mode": "primary", "description": "writes code", "prompt": "You are CoderAgent."},
                "Editor": {"mode": "primary", "description": "edits", "prompt": "You are Editor."} }
            }
            """);
        folder.Write("home/config.toml", $"""
            model = "scripted"
            model_provider = "scripted"
            approval_policy = "never"
            check_for_update_on_startup = false
            web_search = "disabled"
            [model_providers.scripted]
            name = "Scripted"
            base_url = "{at}/v1"
            wire_api = "responses"
            requires_openai_auth = false
            request_max_retries = 1
            stream_max_retries = 1
            [analytics]
            enabled = false
            [feedback]
            enabled = false
            [otel]
            exporter = "none"
            """);
        folder.Write("home/.gemini/settings.json", """
            {"security": {"auth": {"selectedType": "gemini-api-key"}}, "privacy": {"usageStatisticsEnabled": false},
             "general": {"enableAutoUpdate": false}}
            """);
        foreach (string agent in new[] { "CoderAgent", "Editor" })
        {
            string definition = $"---\nname: {agent}\ndescription: writes code\n---\nYou are {agent}.\n";
            folder.Write($".claude/agents/{agent}.md", definition);
            folder.Write($".github/agents/{agent}.agent.md", definition);
        }
        // opencode and copilot take the root of the repository for their fence, where there is one.
        Directory.CreateDirectory(folder.Combine(".git"));
        Directory.CreateDirectory(folder.Combine("work/.git"));
        foreach (string definitions in new[] { ".claude", ".github" })
            CopyInto(definitions);
        var dotnet = new DotNet(folder)
        {
            Environment = new Dictionary<string, string?>
            {
                ["HOME"] = home,
                // What is temporary may be written by all of them: the rest of the test is not.
                ["TMPDIR"] = Directory.CreateDirectory(folder.Combine("home/tmp")).FullName,
                ["XDG_DATA_HOME"] = null,
                ["XDG_CONFIG_HOME"] = null,
                ["CODEX_HOME"] = home,
                ["OPENCODE_CONFIG"] = folder.Combine("home/opencode.json"),
                ["OPENCODE_MODELS_PATH"] = folder.Combine("home/models.json"),
                ["OPENCODE_DISABLE_MODELS_FETCH"] = "1",
                ["npm_config_offline"] = "true",
                ["ANTHROPIC_BASE_URL"] = at,
                ["ANTHROPIC_API_KEY"] = "none",
                ["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1",
                ["DISABLE_AUTOUPDATER"] = "1",
                ["COPILOT_OFFLINE"] = "true",
                ["COPILOT_PROVIDER_BASE_URL"] = at + "/v1",
                ["COPILOT_MODEL"] = "scripted",
                ["GOOGLE_GEMINI_BASE_URL"] = at,
                ["GEMINI_API_KEY"] = "none",
                ["OPENAI_BASE_URL"] = at + "/v1",
                ["OPENAI_API_KEY"] = "none",
                ["OPENAI_MODEL"] = "scripted",
            },
        };
        return await TargetsProject.Create(folder, items)
            .RunAsync(dotnet, "RunParallelTasks", [$"-p:ParallelExecAgentRunner={runner}", .. more]);

        void CopyInto(string definitions)
        {
            foreach (string file in folder.Files(definitions))
                folder.Write($"work/{file}", folder.Read(file));
        }
    }

    private static Dictionary<string, string?> Agent(string runner, string permissions) =>
        new() { ["Runner"] = runner, ["Permissions"] = permissions };

    private Step Write(string runner, string file, string text)
    {
        string path = Path.GetFullPath(file, Directory.Exists(folder.Combine("outside")) ? folder.Combine("work") : folder.Path);
        return runner switch
        {
            "codex" => Run(runner, $"printf '{text}\\n' > '{path}'"),
            "opencode" => Step.Call("write", ("filePath", path), ("content", text + "\n")),
            "claude" => Step.Call("Write", ("file_path", path), ("content", text + "\n")),
            "copilot" => Step.Call("create", ("path", path), ("file_text", text + "\n")),
            _ => Step.Call("write_file", ("file_path", path), ("content", text + "\n")),
        };
    }

    private static Step Run(string runner, string command) => runner switch
    {
        "codex" => Step.Call("exec_command", ("cmd", command)),
        "claude" => Step.Call("Bash", ("command", command), ("description", "runs it")),
        "opencode" => Step.Call("bash", ("command", command), ("description", "runs it")),
        "copilot" => Step.Call("bash", ("command", command), ("description", "runs it"), ("mode", "sync")),
        "qwen" => Step.Call("run_shell_command", ("command", command), ("description", "runs it"), ("is_background", false)),
        _ => Step.Call("run_shell_command", ("command", command), ("description", "runs it")),
    };

    private void Subtask(string seq, string scenario, string more) => folder.Write($".tmp/tasks/dash/subtask_{seq}.json", $$"""
        {
          "id": "dash-{{seq}}", "seq": "{{seq}}", "title": "Part {{seq}}", "status": "pending", "suggested_agent": "CoderAgent",
          "prompt": "[[scenario:{{scenario}}]] Say \"'$(x)'\".",
          {{more}}
        }
        """);

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}

/// <summary>A test of command lines that have to be on the <c>PATH</c>; <c>.ci/run</c> installs them.</summary>
internal sealed class AgentTheoryAttribute : TheoryAttribute
{
    public AgentTheoryAttribute(string first, string? second = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        string[] programs = second is null ? [first] : [first, second];
        string[] missing = [.. programs.Where(program => !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program))))];
        if (missing.Length > 0)
            Skip = $"needs {string.Join(" and ", missing)} on the PATH, which .ci/run installs";
    }
}
