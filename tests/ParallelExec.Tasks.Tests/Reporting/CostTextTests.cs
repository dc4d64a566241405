using ParallelExec.Events;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.Reporting;
using ParallelExec.State;

namespace ParallelExec.Tests.Reporting;

public sealed class CostTextTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_agents_have_cost_is_in_the_summary_and_in_all_reports()
    {
        RunResult run = Run(new AgentUsage(12_000, 600, 0.40m, 8), new AgentUsage(345, null, 0.02m, 1));
        Assert.Contains("\n  agents: 12,345 tokens in, 600 out, 9 turns, $0.42", SummaryText.For(run, Options), StringComparison.Ordinal);
        string markdown = MarkdownReport.For(Options, run);
        Assert.Contains("\n\nAgents: 12,345 tokens in, 600 out, 9 turns, $0.42\n\n", markdown, StringComparison.Ordinal);
        Assert.Contains("| 12,000 tokens in, 600 out, 8 turns, $0.40 |", markdown, StringComparison.Ordinal);
        RunFile.WriteEnded(Options with { Directory = folder.Path }, RecordedRun.Of(run, Options), masker: null);
        string json = folder.Read("run.json").ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal);
        const string All = "\"usage\":{\"inputTokens\":12345,\"outputTokens\":600,\"turns\":9,\"costUsd\":0.42}";
        Assert.Contains(All, json, StringComparison.Ordinal);
        Assert.Contains("\"usage\":{\"inputTokens\":345,\"turns\":1,\"costUsd\":0.02}", json, StringComparison.Ordinal);
        Assert.Equal(new AgentUsage(12_345, 600, 0.42m, 9), RunFileReader.TryRead(folder.Combine(RunFile.Name))?.Usage);
    }

    [Fact]
    public void A_limit_of_what_a_command_line_does_not_tell_is_PEX6013()
    {
        RunResult run = Run(new AgentUsage(12_000, 600, null, 8), new AgentUsage(1, 1, 1, 1));
        Assert.Null(CostText.NotKept(run, Options));
        Assert.Null(CostText.NotKept(run, Options with { Spending = new SpendingLimit(null, 5) }));
        Assert.Equal(
            "a: the command line does not tell what its work costs, so MaxCost says nothing about it. "
                + "ParallelExecMaxTokens bounds it where it tells tokens.",
            CostText.NotKept(run, Options with { Spending = new SpendingLimit(5, null) })?.Message);
    }

    [Fact]
    public void Where_nothing_was_told_nothing_is_said() =>
        Assert.DoesNotContain("agents:", SummaryText.For(Run(AgentUsage.None, null), Options), StringComparison.Ordinal);

    private static RunOptions Options => Given.Options;

    private static RunResult Run(params AgentUsage?[] usages)
    {
        ExecutionPlan plan = Given.Plan(
            Options, Given.Subtasks("a", "b").Select(subtask => subtask with { Work = new AgentWork("Coder", "x") }));
        return new RunResult
        {
            Plan = plan,
            Results = [.. usages.Select(usage => Given.Succeeded with { Attempts = 1, Usage = usage })],
            StartedAt = DateTimeOffset.UnixEpoch,
            Duration = TimeSpan.FromSeconds(1),
        };
    }
}
