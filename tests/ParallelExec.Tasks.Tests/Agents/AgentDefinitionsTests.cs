using ParallelExec.Agents;
using ParallelExec.Model;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Agents;

/// <summary>Agents are looked up where their command lines do.</summary>
public sealed class AgentDefinitionsTests : IDisposable
{
    private readonly TestFolder folder = new();
    private readonly Dictionary<string, string> environment;

    public AgentDefinitionsTests() => environment = new() { ["HOME"] = folder.Combine("home"), ["PATH"] = "" };

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("claude", "there is no .claude/agents/Coder.md in ")]
    [InlineData("opencode", "there is no .opencode/agents/Coder.md in ")]
    [InlineData("copilot", "there is no .github/agents/Coder.agent.md in ")]
    public void What_is_nowhere_is_not_known(string preset, string why) =>
        Assert.StartsWith(why, Why(preset), StringComparison.Ordinal);

    [Theory]
    [InlineData("claude", ".claude/agents/Coder.md", "")]
    [InlineData("claude", ".claude/agents/team/other.md", "---\nname: Coder\n---\n")]
    [InlineData("claude", "home/.claude/agents/Coder.md", "")]
    [InlineData("opencode", ".opencode/agents/Coder.md", "")]
    [InlineData("opencode", ".opencode/agent/Coder.md", "")]
    [InlineData("opencode", "home/.config/opencode/agents/Coder.md", "")]
    [InlineData("opencode", "opencode.json", "{\"agent\": {\"Coder\": {}}}")]
    [InlineData("opencode", "home/.config/opencode/opencode.jsonc", "// own\n{\"agent\": {\"Coder\": {}}}")]
    [InlineData("opencode", "opencode.json", "{\"plugin\": [\"brings-agents\"]}")]
    [InlineData("copilot", ".github/agents/Coder.agent.md", "")]
    [InlineData("copilot", "home/.copilot/agents/Coder.agent.md", "")]
    public void A_definition_is_found_in_each_of_its_places(string preset, string file, string text)
    {
        folder.Write(file, text);
        Assert.Null(Why(preset));
        // What is above the working directory counts too.
        Assert.Null(Why(preset, Directory.CreateDirectory(folder.Combine("src/deep")).FullName));
    }

    [Theory]
    [InlineData("claude", "CLAUDE_CONFIG_DIR", "own/agents/Coder.md")]
    [InlineData("opencode", "OPENCODE_CONFIG_DIR", "own/agents/Coder.md")]
    [InlineData("copilot", "COPILOT_HOME", "own/agents/Coder.agent.md")]
    public void A_variable_names_another_place(string preset, string variable, string file)
    {
        folder.Write(file, "");
        Assert.NotNull(Why(preset));
        environment[variable] = folder.Combine("own");
        Assert.Null(Why(preset));
    }

    [Theory]
    [InlineData("claude", "general-purpose")]
    [InlineData("claude", "plugin:agent")]
    [InlineData("opencode", "build")]
    [InlineData("codex", "Coder")]
    [InlineData("gemini", "Coder")]
    public void What_needs_no_file_is_not_looked_for(string preset, string agent) =>
        Assert.Null(AgentDefinitions.WhyUnknown(Command(preset, agent), folder.Path, environment));

    [Fact]
    public void Who_starts_another_program_or_gives_arguments_knows_better()
    {
        AgentCommand command = Command("claude", "Coder");
        Assert.Null(AgentDefinitions.WhyUnknown(command with { Tool = "/bin/wrapper" }, folder.Path, environment));
        Assert.Null(AgentDefinitions.WhyUnknown(command with { Arguments = ["--plugin-dir", "x"] }, folder.Path, environment));
        Assert.NotNull(AgentDefinitions.WhyUnknown(command with { Tool = "/opt/claude" }, folder.Path, environment));
    }

    [Fact]
    public void An_unknown_agent_is_one_error_for_all_that_name_it_before_anything_runs()
    {
        Installed();
        Diagnostic error = Assert.Single(Check(Agent("a", "Coder"), Agent("b", "Coder"), Agent("c", "")));
        Assert.Equal(Codes.AgentUnknown, error.Code);
        Assert.StartsWith(
            "a, b: claude does not know the agent 'Coder': there is no .claude/agents/Coder.md in ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            "<ParallelAgent Include=\"Coder\" Runner=\"claude\" Arguments=\"--agent;NAME\" />.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_that_nothing_proves_is_told_once_for_all()
    {
        Installed();
        Subtask verified = Agent("v", "") with { Verify = new CommandWork("true", null) };
        Diagnostic warning = Assert.Single(Check(Agent("a", ""), verified, Agent("b", ""), Given.Subtask("c")));
        Assert.Equal((Codes.OnlyWord, Severity.Warning), (warning.Code, warning.Severity));
        Assert.StartsWith(
            "a, b: nothing proves that this is done, so an agent's word is all there is.", warning.Message, StringComparison.Ordinal);
        Assert.Empty(Check(verified));
    }

    private void Installed()
    {
        string name = OperatingSystem.IsWindows() ? "claude.exe" : "claude";
        folder.Write(name, "");
        folder.MakeExecutable(name);
        environment["PATH"] = folder.Path;
    }

    private List<Diagnostic> Check(params Subtask[] subtasks)
    {
        List<Diagnostic> diagnostics = [];
        AgentCheck.Check(
            Given.Plan(Given.Options, subtasks), new PromptText(Given.Options, new Dictionary<string, string>()), environment, diagnostics);
        return diagnostics;
    }

    private Subtask Agent(string id, string agent) => Given.Subtask(id) with
    {
        Work = new AgentWork(agent, "x") { Command = Command("claude", agent) },
        WorkingDirectory = folder.Path,
    };

    private static AgentCommand Command(string preset, string agent) => new(preset, preset, [], []) { AgentName = agent };

    private string? Why(string preset, string? directory = null) =>
        AgentDefinitions.WhyUnknown(Command(preset, "Coder"), directory ?? folder.Path, environment);
}
