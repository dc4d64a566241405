using System.Collections.Immutable;
using ParallelExec.Agents;
using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Tests.Parsing;

public class AgentResolverTests
{
    private readonly List<Diagnostic> diagnostics = [];

    [Theory]
    [InlineData("CoderAgent", "opencode", "opencode run --format json --title {id} --dir {dir} --agent {agent} --model big")]
    [InlineData("Own", null, "tool.sh {agent} {prompt-file}")]
    [InlineData("codex", "codex",
        "codex exec --json --skip-git-repo-check -C {dir} --ephemeral -s workspace-write -c sandbox_workspace_write.network_access=true --add-dir {handover} -")]
    [InlineData("Unheard", "claude",
        "claude -p --output-format stream-json --verbose --permission-mode acceptEdits --allowedTools Bash --add-dir {handover} --agent {agent}")]
    [InlineData("", "claude",
        "claude -p --output-format stream-json --verbose --permission-mode acceptEdits --allowedTools Bash --add-dir {handover}")]
    [InlineData("Mapped", "copilot",
        "copilot --no-ask-user --no-auto-update --output-format json -C {dir} --allow-tool=write --allow-tool=shell --add-dir {handover} --agent other")]
    public void A_name_leads_to_a_command_line(string agent, string? preset, string commandLine)
    {
        AgentCommand command = Resolve(agent, "claude")!;
        Assert.Empty(diagnostics);
        Assert.Equal(preset, command.Preset);
        Assert.Equal(commandLine, string.Join(' ', AgentPreset.ArgumentsFor(command).Prepend(Path.GetFileName(command.Tool))));
    }

    [Theory]
    [InlineData("claude", "Edit", "--permission-mode acceptEdits --add-dir {handover}")]
    [InlineData("claude", "all", "--permission-mode bypassPermissions")]
    [InlineData("codex", "Edit", "--ephemeral -s workspace-write --add-dir {handover} -")]
    [InlineData("codex", "All", "--ephemeral -s danger-full-access -")]
    [InlineData("copilot", "Edit", "--allow-tool=write --add-dir {handover}")]
    [InlineData("copilot", "All", "--allow-all")]
    [InlineData("gemini", "Edit", "--approval-mode auto_edit --include-directories {handover}")]
    [InlineData("gemini", "EditAndRun", "--approval-mode auto_edit --allowed-tools run_shell_command --include-directories {handover}")]
    [InlineData("gemini", "All", "--approval-mode yolo")]
    [InlineData("qwen", "Edit", "--approval-mode auto-edit --include-directories {handover}")]
    [InlineData("qwen", "EditAndRun", "--approval-mode auto-edit --allowed-tools run_shell_command --include-directories {handover}")]
    [InlineData("qwen", "All", "--approval-mode yolo")]
    public void Permissions_are_those_of_the_item(string runner, string permissions, string commandLine)
    {
        AgentCommand command = Of(Item(runner, ("Runner", runner), ("Permissions", permissions)), runner);
        Assert.Empty(diagnostics);
        Assert.Equal(commandLine, Ours(AgentPreset.ArgumentsFor(command), runner));
    }

    [Theory]
    [InlineData("Edit", """{"edit":"allow","bash":"deny","external_directory":{"*":"deny","{handover-json}/*":"allow"}}""")]
    [InlineData("EditAndRun", """{"edit":"allow","bash":"allow","external_directory":{"*":"deny","{handover-json}/*":"allow"}}""")]
    [InlineData("All", """{"*":"allow"}""")]
    public void Permissions_of_opencode_are_in_its_environment(string permissions, string json)
    {
        AgentCommand command = Of(Item("opencode", ("Runner", "opencode"), ("Permissions", permissions)), "opencode");
        Assert.Contains(new KeyValuePair<string, string>("OPENCODE_PERMISSION", json), AgentPreset.EnvironmentFor(command));
    }

    [Fact]
    public void Permissions_that_can_not_be_are_told()
    {
        Resolve([Item("a", ("Runner", "codex"), ("Permissions", "Everything")), Item("b", ("Tool", "x"), ("Permissions", "Edit"))]);
        Assert.Equal([Codes.InvalidValue, Codes.DoesNotApply], diagnostics.Select(diagnostic => diagnostic.Code));
        Assert.Equal(
            "'b' has Permissions, which does nothing for a program of your own: its Arguments say what it lets agents do. Remove it.",
            diagnostics[1].Message);
    }

    [Theory]
    [InlineData("claude", "--permission-mode acceptEdits --allowedTools Bash --add-dir {handover} --resume {session}")]
    [InlineData("opencode", "--session {session}")]
    [InlineData("codex", "-s workspace-write -c sandbox_workspace_write.network_access=true --add-dir {handover} resume {session} -")]
    public void A_session_can_be_continued_where_the_command_line_can(string runner, string commandLine)
    {
        AgentCommand command = Of(Item(runner, ("Runner", runner)), runner);
        Assert.Equal(commandLine, Ours(AgentPreset.ArgumentsFor(command, continues: true), runner));
        Assert.DoesNotContain(AgentPreset.EnvironmentFor(command, keepsSession: true), variable => variable.Key == "OPENCODE_DB");
        Assert.DoesNotContain("--ephemeral", AgentPreset.ArgumentsFor(command, keepsSession: true));
    }

    [Fact]
    public void A_default_can_be_an_item_and_is_told_the_name()
    {
        AgentCommand command = Resolve("Unheard", "Own")!;
        Assert.Equal((null, "Unheard", $"{Given.Root}/tools/tool.sh"), (command.Preset, command.AgentName, command.Tool.Replace('\\', '/')));
    }

    [Theory]
    [InlineData("claude", "")]
    [InlineData("Coder", "claude")]
    public void The_advice_of_PEX6002_works_as_it_is_printed(string agent, string defaultRunner)
    {
        var options = Given.Options with { AgentRunner = defaultRunner };
        Subtask subtask = Given.Subtask("it") with { Work = new AgentWork(agent, "x") };
        var none = new Dictionary<string, string> { ["PATH"] = "" };
        ImmutableArray<Subtask> before = new AgentResolver([], options, diagnostics).Resolve([subtask]);
        AgentCheck.Check(Given.Plan(options, before), new PromptText(options, none), none, diagnostics);
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal(Codes.AgentMissing, error.Code);
        Assert.EndsWith(", or say where it is: add <ParallelAgent Include=\"claude\" Runner=\"claude\" Tool=\"path/to/claude\" />.", error.Message, StringComparison.Ordinal);
        Subtask after = new AgentResolver([Item("claude", ("Runner", "claude"), ("Tool", "path/to/claude"))], options, []).Resolve([subtask])[0];
        AgentCommand command = ((AgentWork)after.Work).Command!;
        Assert.Equal($"{Given.Root}/path/to/claude", command.Tool.Replace('\\', '/'));
        // No agent is called like the command line.
        Assert.Equal(agent == "Coder" ? "Coder" : "", command.AgentName);
    }

    [Fact]
    public void Of_an_item_without_its_program_PEX6002_names_the_item()
    {
        Subtask subtask = new AgentResolver([Item("Coder", ("Runner", "codex"))], Given.Options, diagnostics).Resolve([Given.Subtask("it") with { Work = new AgentWork("Coder", "x") }])[0];
        var none = new Dictionary<string, string> { ["PATH"] = "" };
        AgentCheck.Check(Given.Plan(Given.Options, [subtask]), new PromptText(Given.Options, none), none, diagnostics);
        Assert.EndsWith("or say where it is: add Tool=\"path/to/codex\" to the ParallelAgent item 'Coder'.", Assert.Single(diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_default_an_unheard_name_leads_nowhere() => Assert.Null(Resolve("Unheard", ""));

    [Fact]
    public void What_can_not_be_is_told()
    {
        var options = Given.Options with { AgentRunner = "nobody" };
        new AgentResolver([Item("a", ("Runner", "vim")), Item("b"), Item("c", ("Runner", "codex")), Item("C", ("Tool", "x"))], options, diagnostics).Resolve([]);
        Assert.Equal([Codes.InvalidValue, Codes.KindOfWork, Codes.DuplicateId, Codes.InvalidValue], diagnostics.Select(diagnostic => diagnostic.Code));
        Assert.Equal("ParallelExecAgentRunner is 'nobody'; expected a ParallelAgent item or one of claude, opencode, codex, copilot, gemini, qwen.", diagnostics[3].Message);
    }

    [Fact]
    public void A_mistyped_name_is_told()
    {
        new AgentResolver([Item("a", ("Tool", "x"), ("Argumets", "y"))], Given.Options, diagnostics).Resolve([]);
        Assert.Equal("'a' has unknown metadata Argumets, which does nothing. Did you mean 'Arguments'?", Assert.Single(diagnostics).Message);
    }

    /// <summary>What stands behind the arguments that it always has.</summary>
    private static string Ours(ImmutableArray<string> arguments, string preset) =>
        string.Join(' ', arguments[AgentPreset.Find(preset)!.Arguments.Length..]);

    private AgentCommand Of(ParallelExec.Parsing.Declaration item, string agent) =>
        ((AgentWork)Resolve([item], Given.Subtask("it") with { Work = new AgentWork(agent, "") })[0].Work).Command!;

    private ImmutableArray<Subtask> Resolve(ParallelExec.Parsing.Declaration[] items, params ImmutableArray<Subtask> subtasks) =>
        new AgentResolver(items, Given.Options, diagnostics).Resolve(subtasks);

    private AgentCommand? Resolve(string agent, string defaultRunner)
    {
        ImmutableArray<Subtask> subtasks = [Given.Subtask("it") with { Work = new AgentWork(agent, "") }];
        var resolver = new AgentResolver(
            [
                Item("CoderAgent", ("Runner", "opencode"), ("Arguments", "--model;big")),
                Item("Own", ("Tool", "tools/tool.sh"), ("Arguments", "{agent};{prompt-file}")),
                Item("Mapped", ("Runner", "copilot"), ("Arguments", "--agent;other")),
            ],
            Given.Options with { AgentRunner = defaultRunner },
            diagnostics);
        return ((AgentWork)resolver.Resolve(subtasks)[0].Work).Command;
    }

    private static ParallelExec.Parsing.Declaration Item(string name, params (string, string)[] metadata) => Given.Declaration(name, metadata);
}
