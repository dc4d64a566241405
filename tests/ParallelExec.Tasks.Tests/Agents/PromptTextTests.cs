using ParallelExec.Agents;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Agents;

public sealed class PromptTextTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Context_files_are_quoted_long_ones_and_folders_are_named()
    {
        folder.Write("short.md", "# Short\n\n");
        folder.Write("long.md", new string('x', 20_001));
        string prompt = For(Agent() with { ContextFiles = [folder.Combine("short.md"), folder.Combine("long.md"), folder.Path] });
        Assert.EndsWith("\n## Context\n\n### short.md\n\n# Short\n\n- read `long.md`\n\n- read `.`\n", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void Context_is_read_once_for_all()
    {
        folder.Write("shared.md", "first");
        var prompts = new PromptText(Options, new Dictionary<string, string>());
        PlannedSubtask subtask = Planned(Agent() with { ContextFiles = [folder.Combine("shared.md")] });
        string before = prompts.For(subtask, []);
        folder.Write("shared.md", "second");
        Assert.Equal(before, prompts.For(subtask, []));
    }

    [Fact]
    public void Quotes_stop_where_the_prompt_would_become_too_long()
    {
        string[] files = [.. Enumerable.Range(0, 30).Select(n => $"f{n:00}.md")];
        foreach (string file in files)
            folder.Write(file, new string('x', 19_000));
        string prompt = For(Agent() with { ContextFiles = [.. files.Select(file => folder.Combine(file))] });
        Assert.InRange(prompt.Length, PromptText.Longest - 20_000, PromptText.Longest);
        Assert.EndsWith("\n- read `f29.md`\n", prompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("codex", true)]
    [InlineData("opencode", false)]
    public void A_command_line_that_knows_no_agents_reads_who_it_is(string preset, bool told) =>
        Assert.Equal(told, For(Agent(preset)).Contains("\nYou work as Coder.\n", StringComparison.Ordinal));

    [Fact]
    public void A_member_of_a_team_gets_its_role_and_what_the_team_shares()
    {
        folder.Write("team.md", "We use tabs.\n");
        string prompt = For(Agent() with { Team = new Team("auth", folder.Combine("team.md"), Coordination.Async), Role = "reviewer" });
        Assert.Contains("\n## Your team: auth\n\nYour role: reviewer\n", prompt, StringComparison.Ordinal);
        Assert.Contains("\nAt this moment it says:\n\nWe use tabs.\n", prompt, StringComparison.Ordinal);
        Assert.Contains($"append to the file `{folder.Combine("state/handover/it.notes.md")}`", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void What_would_keep_an_agent_from_working_is_told_before_the_run()
    {
        MissingFile gone = new("gone.md", Agent().Origin);
        TaskFile inFolder = new("x.json", "f", "01", TaskFileStatus.Pending) { MissingContext = [gone] };
        ExecutionPlan plan = Given.Plan(Options, [
            Agent() with { Id = "unmapped", Work = new AgentWork("Nobody", "") },
            Agent() with { Id = "uninstalled" },
            Agent() with { Id = "long", Work = Work("codex") with { Prompt = new string('x', PromptText.Longest) } },
            Agent() with { Id = "lost", TaskFile = inFolder },
            Agent() with { Id = "blocked", Work = new AgentWork("Nobody", ""), TaskFile = new TaskFile("y.json", "f", "02", TaskFileStatus.Blocked) },
        ]);
        List<Diagnostic> diagnostics = [];
        AgentCheck.Check(plan, new PromptText(Options, new Dictionary<string, string>()), new Dictionary<string, string> { ["PATH"] = folder.Path }, diagnostics);
        Assert.Equal([Codes.NoRunner, Codes.AgentMissing, Codes.PromptTooLong], diagnostics.Select(diagnostic => diagnostic.Code));
        Assert.Equal("unmapped: it is not said how the agent 'Nobody' is started; add <ParallelAgent Include=\"Nobody\" Runner=\"opencode\" />, or set ParallelExecAgentRunner to one of claude, opencode, codex, copilot, gemini, qwen.", diagnostics[0].Message);
        Assert.Equal("uninstalled, long, lost: the program 'codex' was not found. Install it with `npm install -g @openai/codex`, or say where it is: add <ParallelAgent Include=\"codex\" Runner=\"codex\" Tool=\"path/to/codex\" />.", diagnostics[1].Message);
        // In a plan somebody may still write it; a run can not go on without.
        foreach (bool running in new[] { false, true })
        {
            diagnostics.Clear();
            AgentCheck.CheckContext(plan, running, diagnostics);
            Assert.Equal((Codes.ContextMissing, running ? Severity.Error : Severity.Warning), (Assert.Single(diagnostics).Code, diagnostics[0].Severity));
        }
    }

    private RunOptions Options => new() { ProjectDirectory = folder.Path, Directory = folder.Combine("state") };

    private static Subtask Agent(string preset = "codex") => Given.Subtask("it") with { Work = Work(preset) };

    private static AgentWork Work(string preset) => new("Coder", "Do it.") { Command = new AgentCommand(preset, preset, [], []) { AgentName = "Coder" } };

    private PlannedSubtask Planned(Subtask subtask) => Given.Plan(Options, [subtask]).Subtasks[0];

    private string For(Subtask subtask) => new PromptText(Options, new Dictionary<string, string>()).For(Planned(subtask), []);
}
