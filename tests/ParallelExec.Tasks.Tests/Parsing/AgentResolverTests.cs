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
    [InlineData("codex", "codex", "codex exec --json --skip-git-repo-check --ephemeral -C {dir} -")]
    [InlineData("Unheard", "claude", "claude -p --output-format stream-json --verbose --permission-mode acceptEdits --agent {agent}")]
    [InlineData("", "claude", "claude -p --output-format stream-json --verbose --permission-mode acceptEdits")]
    [InlineData("Mapped", "copilot", "copilot --allow-all --no-ask-user --no-auto-update --output-format json -C {dir} --agent other")]
    public void A_name_leads_to_a_command_line(string agent, string? preset, string commandLine)
    {
        AgentCommand command = Resolve(agent, "claude")!;
        Assert.Empty(diagnostics);
        Assert.Equal(preset, command.Preset);
        Assert.Equal(commandLine, string.Join(' ', AgentPreset.ArgumentsFor(command).Prepend(Path.GetFileName(command.Tool))));
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
