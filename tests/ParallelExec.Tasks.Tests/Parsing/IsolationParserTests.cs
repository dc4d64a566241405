using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Tests.Parsing;

/// <summary>Who works in a worktree of its own, and who can not.</summary>
public class IsolationParserTests
{
    private readonly List<Diagnostic> diagnostics = [];

    [Fact]
    public void The_property_is_about_agents_and_each_subtask_says_more_than_it()
    {
        var ofAll = new WorktreeUse(IsolationMode.Worktree, new CommandWork("npm ci", null), []);
        ImmutableArray<Subtask> all = Parse(
            Given.Options with { Worktrees = ofAll, AgentRunner = "claude" },
            Given.Declaration("agent", ("Agent", "x"), ("Prompt", "Do it.")),
            Given.Declaration("not", ("Agent", "x"), ("Prompt", "Do it."), ("Isolation", "none")),
            Given.Declaration("command", ("Command", "true")),
            Given.Declaration("asked", ("Command", "true"), ("Isolation", "Worktree"),
                ("WorktreeSetup", "make"), ("WorktreeFiles", ".env;c/*")));
        Assert.Empty(diagnostics);
        Assert.Equal([true, false, false, true], all.Select(subtask => subtask.IsIsolated));
        Assert.Equal("npm ci", all[0].Isolation!.Setup!.CommandLine);
        Assert.Equal("make", all[3].Isolation!.Setup!.CommandLine);
        Assert.Equal([".env", "c/*"], all[3].Isolation!.Files.Select(file => file.Declared));
    }

    [Theory]
    [InlineData("Targets", "Own", "none, because the engine builds projects where they are; a Command such as ")]
    [InlineData("DependsOn", "", "none, because there is nothing that works")]
    public void What_can_not_be_isolated_is_refused(string name, string value, string expected)
    {
        Parse(Given.Options, Given.Declaration("it", (name, value), ("Isolation", "worktree")));
        Diagnostic told = Assert.Single(diagnostics);
        Assert.Equal((Codes.InvalidValue, "Isolation"), (told.Code, told.Metadata));
        Assert.Contains($"'it' has Isolation=\"worktree\"; expected {expected}", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_worktree_needs_says_nothing_without_one()
    {
        Parse(Given.Options, Given.Declaration("it", ("Command", "true"), ("WorktreeFiles", ".env")));
        Assert.Equal(
            "'it' has WorktreeFiles, which does nothing for a subtask without Isolation=\"worktree\": it works in the project's own "
                + "folder. Remove it.",
            Assert.Single(diagnostics).Message);
    }

    private ImmutableArray<Subtask> Parse(RunOptions options, params Declaration[] declarations)
    {
        var parser = new SubtaskParser(options, ImmutableDictionary<string, Team>.Empty, diagnostics);
        ImmutableArray<Subtask> parsed = [.. declarations.Select(parser.Parse).OfType<Subtask>()];
        return new AgentResolver([], options, diagnostics).Resolve(parsed);
    }
}
