using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Tests.Parsing;

public class TaskChainTests
{
    private readonly List<Diagnostic> diagnostics = [];

    [Fact]
    public void A_member_with_Tasks_is_a_chain_and_a_milestone_of_its_name()
    {
        ImmutableArray<Subtask> all = Parse(
            ("Agent", "Coder"), ("Tasks", "Payment API; Order processing ;Inventory check"), ("DependsOn", "design"), ("Team", "shop"));
        Assert.Empty(diagnostics);
        Assert.Equal(
            ["backend:1 <- design", "backend:2 <- backend:1", "backend:3 <- backend:2", "backend <- backend:3"],
            all.Select(subtask => $"{subtask.Id} <- {string.Join(", ", subtask.DependsOn)}"));
        Assert.Equal(["Payment API", "Order processing", "Inventory check", ""], all.Select(subtask => subtask.Title));
        Assert.Equal(["Agent", "Agent", "Agent", "Milestone"], all.Select(subtask => subtask.Work.Kind));
        Assert.Equal(["shop", "shop", "shop", null], all.Select(subtask => subtask.Team?.Name));
    }

    [Fact]
    public void Each_part_is_told_which_it_is_and_the_last_one_has_what_the_whole_must_pass()
    {
        ImmutableArray<Subtask> all = Parse(
            ("Agent", "Coder"), ("Prompt", "We sell books."), ("Tasks", "A;B"), ("Title", "The shop"), ("Verify", "make check"),
            ("AcceptanceCriteria", "it is fast"), ("Outputs", "out.txt"), ("EstimatedDuration", "10m"));
        Assert.Equal(
            """
            We sell books.

            This is part 2 of 2 of "The shop":

            1. A
            2. B

            Do part 2, "B", and leave the other parts to those who work before and after you.

            The parts together write out.txt.
            """.ReplaceLineEndings("\n"),
            ((AgentWork)all[1].Work).Prompt);
        Assert.Equal([null, "make check", null], all.Select(subtask => subtask.Verify?.CommandLine));
        Assert.Equal([0, 1, 0], all.Select(subtask => subtask.AcceptanceCriteria.Length));
        Assert.Equal([0, 0, 1], all.Select(subtask => subtask.Outputs.Length));
        Assert.Equal([5, 5, null], all.Select(subtask => subtask.EstimatedDuration?.TotalMinutes));
    }

    [Theory]
    [InlineData("Command", "make", "Remove it, or make a subtask of its own with Agent=\"name\".")]
    [InlineData("Title", "x", "Did you mean 'Targets'? Otherwise add Agent=\"name\".")]
    public void Without_an_agent_Tasks_is_PEX1003(string name, string value, string advice)
    {
        string message = $"'backend' has Tasks, which is the work of an agent, part by part, but no Agent. {advice}";
        Parse((name, value), ("Tasks", "Build"));
        Assert.Equal((Codes.KindOfWork, message), (Assert.Single(diagnostics).Code, diagnostics[0].Message));
    }

    [Fact]
    public void Tasks_in_which_nothing_is_are_PEX1004()
    {
        Parse(("Agent", "Coder"), ("Tasks", ";"));
        Assert.Equal((Codes.InvalidValue, "Tasks"), (Assert.Single(diagnostics).Code, diagnostics[0].Metadata));
    }

    [Theory]
    [InlineData("Payment API (30 min)", 30d)]
    [InlineData("Order processing (2 hours)", 120d)]
    [InlineData("(1h30m)", 90d)]
    [InlineData("Inventory (beta) (~ 1.5 h)", 90d)]
    [InlineData("Migrate (1 day)", 1440d)]
    [InlineData("Fast (90 seconds)", 1.5)]
    [InlineData("Viewer (3d)", null)]
    [InlineData("Report (2024)", null)]
    [InlineData("Nothing ()", null)]
    [InlineData("Long (99999999999999999999999 hours)", null)]
    [InlineData("2 hours", null)]
    public void A_duration_in_brackets_in_a_title_is_its_estimate(string title, double? minutes)
    {
        Assert.Equal(minutes, TitleEstimate.In(title)?.TotalMinutes);
        Assert.Equal(minutes, Parse(("Agent", "Coder"), ("Prompt", "x"), ("Title", title)).Single().TitledDuration?.TotalMinutes);
        Assert.Equal(minutes, Parse(("Agent", "Coder"), ("Tasks", title)).First().TitledDuration?.TotalMinutes);
    }

    private ImmutableArray<Subtask> Parse(params (string Name, string Value)[] metadata)
    {
        var declared = new DeclarationSet($"{Given.Root}/build.proj")
        {
            Items = [Given.Declaration("backend", metadata),
                Given.Declaration("shop") with { Origin = new Origin("build.proj", "ParallelTeam", "shop") }],
        };
        return new DeclarationParser(declared, diagnostics).Parse().Subtasks;
    }
}
