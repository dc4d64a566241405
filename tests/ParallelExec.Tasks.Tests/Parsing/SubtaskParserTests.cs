using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Tests.Parsing;

public class SubtaskParserTests
{
    private readonly List<Diagnostic> diagnostics = [];
    private readonly Dictionary<string, Team> teams = new(StringComparer.OrdinalIgnoreCase) { ["auth"] = new Team("auth", $"{Given.Root}/auth.md", Coordination.Wave) };

    [Fact]
    public void Each_kind_of_work_is_recognised_by_its_metadata()
    {
        using var folder = new TestKit.TestFolder();
        folder.Write("lib.csproj", "<Project />");
        ImmutableArray<Subtask> subtasks = ParseAll(folder.Path, [
            Given.Declaration("command", ("Command", "echo hi"), ("Shell", "bash")),
            Given.Declaration("tool", ("Tool", "node"), ("Arguments", "a%3Bb;$HOME")),
            Given.Declaration("project", ("Project", "lib.csproj"), ("Targets", "Build;Pack"), ("Properties", "A=1;B=2")),
            Given.Declaration("targets", ("Targets", "Own")),
            Given.Declaration("milestone"),
        ]);
        Assert.Empty(diagnostics);
        Assert.Equal(["Command", "Tool", "Project", "Targets", "Milestone"], subtasks.Select(subtask => subtask.Work.Kind));
        Assert.Equal(new CommandWork("echo hi", "bash"), subtasks[0].Work);
        Assert.Equal(["a;b", "$HOME"], ((ToolWork)subtasks[1].Work).Arguments.ToArray());
        var project = (ProjectWork)subtasks[2].Work;
        Assert.Equal((folder.Combine("lib.csproj"), "Build Pack", "A=1 B=2"), (
            project.ProjectFile, string.Join(' ', project.Targets), string.Join(' ', project.Properties.Select(pair => $"{pair.Key}={pair.Value}"))));
        Assert.Equal(folder.Combine("build.proj"), ((ProjectWork)subtasks[3].Work).ProjectFile);
    }

    [Fact]
    public void An_agent_waits_more_than_it_computes_and_has_half_an_hour()
    {
        Subtask subtask = Parse(("Agent", "CoderAgent"), ("Prompt", "Do it."), ("Team", "auth"), ("Role", "lead")).Single();
        Assert.Equal((new AgentWork("CoderAgent", "Do it."), 0, TimeSpan.FromMinutes(30)), (subtask.Work, subtask.Cores, subtask.Timeout));
        Assert.Equal((teams["auth"], "lead"), (subtask.Team, subtask.Role));
    }

    [Fact]
    public void A_prompt_can_be_a_file()
    {
        using var folder = new TestKit.TestFolder();
        folder.Write("prompt.md", "From a file.\n");
        Subtask subtask = ParseAll(folder.Path, [Given.Declaration("it", ("Agent", "codex"), ("PromptFile", "prompt.md"))]).Single();
        Assert.Equal(new AgentWork("codex", "From a file.\n"), subtask.Work);
    }

    [Fact]
    public void A_team_that_is_not_declared_is_PEX6008_with_the_one_that_was_meant()
    {
        Parse(("Command", "x"), ("Team", "atuh"));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.TeamUnknown, "Team"), (error.Code, error.Metadata));
        Assert.Contains("Did you mean 'auth'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_declared_has_the_defaults_of_the_contract()
    {
        Subtask subtask = Parse(("Command", "x")).Single();
        Assert.True(subtask.Parallel);
        Assert.Equal(1, subtask.Cores);
        Assert.Equal((null, 0, TimeSpan.Zero), (subtask.Timeout, subtask.Retries, subtask.RetryDelay));
        Assert.Equal((ContinueOnError.False, ParseDiagnostics.OnFailure, false), (subtask.ContinueOnError, subtask.ParseDiagnostics, subtask.Always));
        Assert.Equal(Given.Root, subtask.WorkingDirectory);
    }

    [Theory]
    [InlineData("true", ContinueOnError.WarnAndContinue)]
    [InlineData("WarnAndContinue", ContinueOnError.WarnAndContinue)]
    [InlineData("false", ContinueOnError.False)]
    [InlineData("ErrorAndStop", ContinueOnError.False)]
    [InlineData("errorandcontinue", ContinueOnError.ErrorAndContinue)]
    public void ContinueOnError_takes_the_values_of_MSBuild(string text, object expected) =>
        Assert.Equal(expected, Parse(("Command", "x"), ("ContinueOnError", text)).Single().ContinueOnError);

    [Theory]
    [InlineData("Timeout", "soon")]
    [InlineData("Timeout", "0s")]
    [InlineData("Retries", "-1")]
    [InlineData("RetryDelay", "x")]
    [InlineData("Cores", "1.5")]
    [InlineData("Parallel", "maybe")]
    [InlineData("Always", "2")]
    [InlineData("ContinueOnError", "perhaps")]
    [InlineData("Pools", "db:0")]
    [InlineData("Pools", ":1")]
    [InlineData("Environment", "NOVALUE")]
    [InlineData("EstimatedDuration", "long")]
    [InlineData("ParseDiagnostics", "Sometimes")]
    [InlineData("ParseDiagnostics", "OnFailure,Always")]
    [InlineData("Timeout", "\u0663s")]
    [InlineData("Timeout", "99999999.00:00:00")]
    [InlineData("Retries", "99999999999999999999")]
    [InlineData("Outputs", "***")]
    [InlineData("Outputs", "out/**.dll")]
    [InlineData("Inputs", "a/***/b")]
    [InlineData("ContextFiles", "not-there.md")]
    public void A_value_that_is_not_of_its_form_is_PEX1004_at_its_metadata(string name, string value)
    {
        Assert.Empty(Parse(("Command", "x"), (name, value)));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.InvalidValue, Severity.Error, name), (error.Code, error.Severity, error.Metadata));
        Assert.Contains($"{name}=\"{value}\"; expected", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_project_that_is_not_there_is_PEX1004()
    {
        Parse(("Project", "nowhere/x.csproj"));
        Assert.Equal("'it' has Project=\"nowhere/x.csproj\"; expected the path of a project file; there is no such file.", Assert.Single(diagnostics).Message);
    }

    [Theory]
    [InlineData("Command Tool", "has Command and Tool; a subtask runs exactly one of them")]
    [InlineData("Command Project", "has Command and Project; a subtask runs exactly one of them")]
    [InlineData("Command Targets", "has Command and Targets; a subtask runs exactly one of them")]
    [InlineData("Arguments", "has Arguments but no Tool")]
    [InlineData("Properties", "has Properties but no Project")]
    [InlineData("Tool Shell", "has Shell but no Command")]
    [InlineData("Tool VersionCommand", "has a VersionCommand but no Inputs")]
    public void More_or_less_than_one_kind_of_work_is_PEX1003(string names, string message)
    {
        Assert.Empty(Parse([.. names.Split(' ').Select(name => (name, "A=x"))]));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal(Codes.KindOfWork, error.Code);
        Assert.StartsWith($"'it' {message}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistyped_metadata_name_is_a_warning_and_the_subtask_stays()
    {
        Assert.Single(Parse(("Command", "x"), ("DependOn", "a"), ("Owner", "me")));
        Diagnostic warning = Assert.Single(diagnostics);
        Assert.Equal((Codes.UnknownName, Severity.Warning), (warning.Code, warning.Severity));
        Assert.Equal("'it' has unknown metadata DependOn, which does nothing. Did you mean 'DependsOn'?", warning.Message);
    }

    [Theory]
    [InlineData("Comand", "eslint .", "Command")]
    [InlineData("Tol", "eslint", "Tool")]
    [InlineData("Projekt", "a.csproj", "Project")]
    public void Nothing_to_do_because_of_a_slip_is_an_error(string name, string value, string meant)
    {
        Assert.Empty(Parse((name, value)));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.UnknownName, Severity.Error, name), (error.Code, error.Severity, error.Metadata));
        Assert.Equal($"'it' has unknown metadata {name}, and nothing else to run. Did you mean '{meant}'?", error.Message);
    }

    [Fact]
    public void Nothing_to_do_because_a_value_came_out_empty_is_PEX1004()
    {
        Assert.Empty(Parse(("Command", "")));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.InvalidValue, "Command"), (error.Code, error.Metadata));
    }

    [Theory]
    [InlineData("Project", "a%00.csproj")]
    [InlineData("PromptFile", "a%00")]
    [InlineData("WorkingDirectory", "a%00")]
    [InlineData("Inputs", "a%00")]
    [InlineData("Outputs", "a%00")]
    [InlineData("ContextFiles", "a%00")]
    [InlineData("Environment", "A=%00")]
    [InlineData("Command", "echo %00")]
    [InlineData("Title", "%00")]
    public void A_NUL_in_any_text_is_PEX1004(string name, string value)
    {
        Assert.Empty(Parse((name, value)));
        Assert.All(diagnostics, error => Assert.DoesNotContain('\0', error.Message));
        Assert.Contains(diagnostics, error => (error.Code, error.Metadata) == (Codes.InvalidValue, name));
    }

    [UnixFact]
    public void A_pipe_is_no_file_that_can_be_read()
    {
        using var folder = new TestKit.TestFolder();
        System.Diagnostics.Process.Start("mkfifo", [folder.Combine("pipe")]).WaitForExit();
        Assert.Empty(ParseAll(folder.Path, [
            Given.Declaration("a", ("Project", "pipe")),
            Given.Declaration("b", ("Agent", "codex"), ("PromptFile", "pipe")),
        ]));
        Assert.Equal(["Project", "PromptFile"], diagnostics.Select(error => error.Metadata));
        Assert.All(diagnostics, error => Assert.Contains("a pipe", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Ids_may_be_separated_by_space_too() =>
        Assert.Equal(["a", "b", "c-*"], Parse(("Command", "x"), ("DependsOn", " a b;\n c-* ")).Single().DependsOn.ToArray());

    [Fact]
    public void Identity_as_the_project_says_where_the_path_has_gone()
    {
        Parse(("Project", "it"));
        Assert.Contains("%(Identity) is the subtask's own id", Assert.Single(diagnostics).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> LaterMetadata => [.. LaterNames.Metadata.Keys];

    [Theory]
    [MemberData(nameof(LaterMetadata))]
    public void A_name_of_a_later_version_is_PEX1006(string name)
    {
        Assert.Empty(Parse(("Command", "x"), (name, "something")));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.NotInThisVersion, name), (error.Code, error.Metadata));
    }

    [Fact]
    public void Memory_is_an_amount_of_it()
    {
        Assert.Equal(2L << 30, Parse(("Command", "x"), ("Memory", "2g")).Single().Memory);
        Assert.Empty(Parse(("Command", "x"), ("Memory", "plenty")));
        Assert.Equal("'it' has Memory=\"plenty\"; expected an amount of memory such as 512m, 1.5g or 2GB.", Assert.Single(diagnostics).Message);
    }

    [Theory]
    [InlineData("Isolation", "none")]
    [InlineData("Cache", "false")]
    [InlineData("Agent", "")]
    public void A_later_name_that_asks_for_nothing_is_no_error(string name, string value)
    {
        Assert.Single(Parse(("Command", "x"), (name, value)));
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void All_problems_of_all_subtasks_are_told_at_once()
    {
        Assert.Empty(ParseAll(Given.Root, [
            Given.Declaration("a b", ("Command", "x")),
            Given.Declaration("c", ("Command", "x"), ("Retries", "no"), ("Cores", "many")),
            Given.Declaration("d", ("Command", "x"), ("Tool", "y")),
        ]));
        Assert.Equal(["PEX1001", "PEX1004", "PEX1004", "PEX1003"], diagnostics.Select(diagnostic => diagnostic.Code));
    }

    [Fact]
    public void What_only_a_process_has_is_a_warning_on_a_project()
    {
        using var folder = new TestKit.TestFolder();
        folder.Write("lib.csproj", "<Project />");
        ParseAll(folder.Path, [Given.Declaration("it", ("Project", "lib.csproj"), ("Environment", "A=1"))]);
        Diagnostic warning = Assert.Single(diagnostics);
        Assert.Equal((Codes.DoesNotApply, Severity.Warning), (warning.Code, warning.Severity));
    }

    private ImmutableArray<Subtask> Parse(params (string Name, string Value)[] metadata) => ParseAll(Given.Root, [Given.Declaration("it", metadata)]);

    private ImmutableArray<Subtask> ParseAll(string projectDirectory, IEnumerable<Declaration> declarations)
    {
        var options = new RunOptions { ProjectDirectory = projectDirectory, ProjectFile = Path.Combine(projectDirectory, "build.proj") };
        var parser = new SubtaskParser(options, teams, diagnostics);
        return [.. declarations.Select(parser.Parse).OfType<Subtask>()];
    }
}
