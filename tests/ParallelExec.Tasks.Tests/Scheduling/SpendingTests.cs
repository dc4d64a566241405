using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.Planning;
using ParallelExec.Scheduling;

namespace ParallelExec.Tests.Scheduling;

/// <summary>Where a limit of what agents cost is reached, no more of them are started.</summary>
public class SpendingTests
{
    private static readonly RunOptions Options = Given.Options with { Schedule = ScheduleMode.Eager, MaxAgents = 1 };

    [Fact]
    public void Where_the_limit_is_reached_no_more_agents_are_started_and_all_else_goes_on()
    {
        var schedule = new Schedule(Plan, Options with { Spending = new SpendingLimit(1m, null) });
        Assert.Equal("a", schedule.TryStart()?.Id);
        Complete(schedule, "a", new AgentUsage(10, 5, 0.40m, 1));
        Assert.Empty(schedule.TakeSkipped());
        Assert.Equal("b", schedule.TryStart()?.Id);
        Complete(schedule, "b", new AgentUsage(10, 5, 0.60m, 1));
        Assert.Equal(
            [("c", "not started: $1.00 of $1.00 spent (ParallelExecMaxCost)", Codes.SpendingLimit),
                ("after", "dependency 'c' was not started: $1.00 of $1.00 spent (ParallelExecMaxCost)", null)],
            schedule.TakeSkipped().Select(skipped => (skipped.Subtasks.Single().Id, skipped.Reason, skipped.Code)));
        Assert.Equal("other", schedule.TryStart()?.Id);
    }

    [Fact]
    public void Tokens_sent_and_received_count_together()
    {
        var spending = new Spending(Options with { Spending = new SpendingLimit(null, 2000) });
        spending.Add(Work(), new AgentUsage(1500, 499, null, null));
        Assert.Null(spending.WhyNotMore(Work()));
        spending.Add(Work(), new AgentUsage(null, 1, null, null));
        Assert.Equal("2,000 of 2,000 tokens used (ParallelExecMaxTokens)", spending.WhyNotMore(Work()));
    }

    [Fact]
    public void A_limit_of_an_agent_is_about_what_that_agent_does()
    {
        var spending = new Spending(Options);
        AgentWork dear = Work(new SpendingLimit(0.05m, null));
        spending.Add(Work(), new AgentUsage(null, null, 9m, null));
        Assert.Null(spending.WhyNotMore(dear));
        spending.Add(dear, new AgentUsage(null, null, 0.0512m, null));
        Assert.Equal("$0.0512 of $0.05 spent (MaxCost of the agent 'Coder')", spending.WhyNotMore(dear));
        Assert.Null(spending.WhyNotMore(Work()));
    }

    [Theory]
    [InlineData("5", 5.0)]
    [InlineData("$0.50", 0.5)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("1,5", null)]
    [InlineData("much", null)]
    public void Money_is_an_amount_of_dollars(string text, double? usd) => Assert.Equal((decimal?)usd, Values.Money(text));

    [Theory]
    [InlineData("1", 1L)]
    [InlineData("500k", 500_000L)]
    [InlineData("2M", 2_000_000L)]
    [InlineData("0", null)]
    [InlineData("k", null)]
    [InlineData("1.5M", null)]
    [InlineData("99999999999999999999", null)]
    public void Tokens_are_counted(string text, long? count) => Assert.Equal(count, Values.Tokens(text));

    private static void Complete(Schedule schedule, string id, AgentUsage usage) =>
        schedule.Complete(Plan.Find(id), Given.Succeeded with { Usage = usage });

    private static ExecutionPlan Plan { get; } =
        Given.Plan(Options, [Agent("a"), Agent("b"), Agent("c"), .. Given.Subtasks("other <- a", "more <- b", "after <- c")]);

    private static Subtask Agent(string text) => Given.Subtask(text) with { Work = Work(), Cores = 0 };

    private static AgentWork Work(SpendingLimit? limit = null) => new("Coder", "x")
    {
        Command = new AgentCommand(null, "coder", [], []) { Item = "Coder", Limit = limit ?? SpendingLimit.None },
    };
}
