using System.Runtime.CompilerServices;
using System.Text.Json;
using ParallelExec.TestKit;
using static ParallelExec.Sdk.Tests.Agents.ScriptedModel;

namespace ParallelExec.Sdk.Tests.Agents;

/// <summary>Real command lines of coding agents, whose model is a script on loopback: no network, no key.</summary>
public sealed class AgentCommandLineTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [AgentTheory("opencode", "codex")]
    [InlineData("opencode")]
    [InlineData("codex")]
    public async Task A_feature_of_three_is_done_by_agents_two_beside_each_other_and_one_after_both(string runner)
    {
        using var model = new ScriptedModel(new()
        {
            ["api"] = [Write(runner, "api.txt", "the api"), new Step("The API is there.")],
            ["ui"] = [Write(runner, "ui.txt", "the ui"), new Step("The UI is there.")],
            ["join"] = [Write(runner, "all.txt", "both"), new Step("Both are one.")],
        });
        folder.Write("standards.md", "Use tabs.\n");
        folder.Write(".tmp/tasks/dash/task.json", """{"id": "dash", "name": "Dash", "status": "active", "objective": "See it all", "context_files": ["standards.md"], "subtask_count": 3, "completed_count": 0}""");
        Subtask("01", "api", "\"parallel\": true, \"deliverables\": [\"api.txt\"]");
        Subtask("02", "ui", "\"parallel\": true, \"deliverables\": [\"ui.txt\"]");
        Subtask("03", "join", "\"depends_on\": [\"01\", \"02\"], \"deliverables\": [\"all.txt\"], \"verify\": \"cat api.txt ui.txt\"");

        BuildRun run = (await RunAsync(runner, model, _ => { }, "-p:ParallelExecTaskFolder=.tmp/tasks/dash")).EnsureSucceeded();

        Assert.Equal("dash-01 1 Succeeded, dash-02 1 Succeeded, dash-03 2 Succeeded", string.Join(", ", run.Results.Select(result => $"{result.Key} {result.Value["Wave"]} {result.Value["Status"]}")));
        Assert.Equal(("the api", "the ui", "both"), (folder.Read("api.txt").Trim(), folder.Read("ui.txt").Trim(), folder.Read("all.txt").Trim()));
        JsonElement last = JsonDocument.Parse(folder.Read(".tmp/tasks/dash/subtask_03.json")).RootElement;
        Assert.Equal(("completed", "CoderAgent", "Both are one."), (Text(last, "status"), Text(last, "agent_id"), Text(last, "completion_summary")));
        Assert.Equal("completed", Text(JsonDocument.Parse(folder.Read(".tmp/tasks/dash/task.json")).RootElement, "status"));
        // The prompt came as it was put together: nothing quoted, nothing lost.
        string prompt = folder.Read("obj/parallelexec/handover/dash-03.prompt.md");
        Assert.Contains(model.Prompts, sent => sent.Contains(prompt.Trim(), StringComparison.Ordinal));
        Assert.Contains("### standards.md\n\nUse tabs.\n", prompt, StringComparison.Ordinal);
    }

    [AgentTheory("codex")]
    [InlineData("unauthorized", "Failed", "PEX6005")]
    [InlineData("broken", "Failed", "PEX6005")]
    [InlineData("cut", "Failed", "PEX6005")]
    [InlineData("silent", "TimedOut", "PEX3002")]
    [InlineData("tool-fails", "Failed", "PEX6004")]
    [InlineData("says-done", "Failed", "PEX6004")]
    [InlineData("busy", "Succeeded", null)]
    public async Task What_goes_wrong_with_codex_is_told(string scenario, string status, string? code) => await GoesWrongAsync("codex", scenario, status, code);

    [AgentTheory("opencode")]
    [InlineData("unauthorized", "Failed", "PEX6005")]
    [InlineData("cut", "TimedOut", "PEX3002")]
    [InlineData("tool-fails", "Failed", "PEX6005")]
    [InlineData("says-done", "Failed", "PEX6004")]
    [InlineData("unknown-agent", "Failed", "PEX6003")]
    public async Task What_goes_wrong_with_opencode_is_told(string scenario, string status, string? code) => await GoesWrongAsync("opencode", scenario, status, code);

    private async Task GoesWrongAsync(string runner, string scenario, string status, string? code)
    {
        folder.Write("out.txt", "as before");
        using var model = new ScriptedModel(new()
        {
            ["unauthorized"] = [new Step { Status = 401 }],
            ["broken"] = [new Step { Status = 500 }],
            ["cut"] = [new Step("half an ans") { Cut = true }],
            ["silent"] = [new Step { Hangs = true }],
            // Outside of its folder an agent may not write; a command that fails is no more than that.
            ["tool-fails"] = [runner == "codex" ? Step.Call("exec_command", ("cmd", "exit 7")) : Step.Call("write", ("filePath", "../outside.txt"), ("content", "x")), new Step("I could not.")],
            ["says-done"] = [new Step("It is all done.")],
            ["unknown-agent"] = [Write(runner, "out.txt", "x"), new Step("Done.")],
            ["busy"] = [Write(runner, "out.txt", "x") with { Status = 429, Times = 1 }, new Step("Done.")],
        });
        BuildRun run = await RunAsync(runner, model, project => project.ParallelTask("it", outputs: "out.txt", timeout: status == "TimedOut" ? "8s" : null, metadata: new Dictionary<string, string?>
        {
            ["Agent"] = scenario == "unknown-agent" ? "Nobody" : "CoderAgent",
            ["Prompt"] = $"[[scenario:{scenario}]] do it",
        }));
        Assert.Equal(status, run.Status("it"));
        Assert.Equal(code is null ? [] : [code], run.ErrorLines.Select(error => error.Code));
    }

    private async Task<BuildRun> RunAsync(string runner, ScriptedModel model, Action<Microsoft.Build.Utilities.ProjectCreation.ProjectCreator> items, params string[] more)
    {
        string home = folder.Combine("home");
        folder.Write("home/models.json", "{}");
        folder.Write("home/opencode.json", $$"""
            {
              "model": "scripted/scripted", "small_model": "scripted/scripted", "enabled_providers": ["scripted"], "autoupdate": false, "share": "disabled",
              "provider": {"scripted": {"npm": "@ai-sdk/openai-compatible", "name": "Scripted",
                "options": {"baseURL": "http://127.0.0.1:{{model.Port}}/v1", "apiKey": "none"},
                "models": {"scripted": {"name": "scripted", "tool_call": true, "limit": {"context": 100000, "output": 8000} } } } },
              "agent": {"CoderAgent": {"mode": "primary", "description": "writes code", "prompt": "You are CoderAgent."} }
            }
            """);
        folder.Write("home/config.toml", $"""
            model = "scripted"
            model_provider = "scripted"
            approval_policy = "never"
            sandbox_mode = "danger-full-access"
            check_for_update_on_startup = false
            web_search = "disabled"
            [model_providers.scripted]
            name = "Scripted"
            base_url = "http://127.0.0.1:{model.Port}/v1"
            wire_api = "responses"
            requires_openai_auth = false
            request_max_retries = 0
            stream_max_retries = 0
            [analytics]
            enabled = false
            [feedback]
            enabled = false
            [otel]
            exporter = "none"
            """);
        // opencode takes the root of the repository for its fence, where there is one.
        Directory.CreateDirectory(folder.Combine(".git"));
        var dotnet = new DotNet(folder)
        {
            Environment = new Dictionary<string, string?>
            {
                ["HOME"] = home,
                ["CODEX_HOME"] = home,
                ["XDG_DATA_HOME"] = null,
                ["XDG_CONFIG_HOME"] = null,
                ["OPENCODE_CONFIG"] = folder.Combine("home/opencode.json"),
                ["OPENCODE_MODELS_PATH"] = folder.Combine("home/models.json"),
                ["OPENCODE_DISABLE_MODELS_FETCH"] = "1",
                ["npm_config_offline"] = "true",
            },
        };
        return await TargetsProject.Create(folder, items).RunAsync(dotnet, "RunParallelTasks", [$"-p:ParallelExecAgentRunner={runner}", .. more]);
    }

    private static Step Write(string runner, string file, string text) => runner == "codex"
        ? Step.Call("exec_command", ("cmd", $"printf '{text}\\n' > {file}"))
        : Step.Call("write", ("filePath", file), ("content", text + "\n"));

    private void Subtask(string seq, string scenario, string more) => folder.Write(
        $".tmp/tasks/dash/subtask_{seq}.json",
        $"{{\n  \"id\": \"dash-{seq}\",\n  \"seq\": \"{seq}\",\n  \"title\": \"Part {seq}\",\n  \"status\": \"pending\",\n  \"suggested_agent\": \"CoderAgent\",\n  \"prompt\": \"[[scenario:{scenario}]] Say \\\"'$(x)'\\\".\",\n  {more}\n}}\n");

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}

/// <summary>A test of command lines that have to be on the <c>PATH</c>; <c>.ci/run</c> installs them.</summary>
internal sealed class AgentTheoryAttribute : TheoryAttribute
{
    public AgentTheoryAttribute(string first, string? second = null, [CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        string[] programs = second is null ? [first] : [first, second];
        string[] missing = [.. programs.Where(program => !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program))))];
        if (missing.Length > 0)
            Skip = $"needs {string.Join(" and ", missing)} on the PATH, which .ci/run installs";
    }
}
