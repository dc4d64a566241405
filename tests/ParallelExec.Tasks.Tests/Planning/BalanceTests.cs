using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Tests.Planning;

public class BalanceTests
{
    [Theory]
    [InlineData(51, 10, true)]
    [InlineData(50, 10, false)]
    [InlineData(10, 51, true)]
    public void One_that_outlasts_the_rest_of_its_batch_five_times_is_PEX2007(int first, int second, bool told)
    {
        List<Diagnostic> problems = Given.Problems(Given.Options, [Taking("a", first), Taking("b", second), Taking("c <- a, b", 1000)]);
        Assert.Equal(told ? [Codes.Unbalanced] : [], problems.Select(problem => problem.Code));
        if (told)
            Assert.Equal("'" + (first > second ? "a" : "b") + "' is expected to take 51.0s, the rest of batch 1 together 10.0s. Split it, or move work to it from other batches.", problems[0].Message);
    }

    [Fact]
    public void Nothing_is_told_where_an_estimate_is_missing() =>
        Assert.Empty(Given.Problems(Given.Options, [Taking("a", 100), Given.Subtask("b")]));

    [Theory]
    [InlineData(60, 10, true)]
    [InlineData(60, null, false)]
    public void Hours_in_titles_are_compared_with_each_other_and_not_with_what_was_measured(int first, int? second, bool told)
    {
        Subtask[] subtasks = [Titled("a", first), Titled("b", second)];
        var measured = new Dictionary<string, TimeSpan> { ["a"] = TimeSpan.FromSeconds(2), ["b"] = TimeSpan.FromSeconds(2) };
        List<Diagnostic> problems = [];
        Planner.Plan([.. subtasks], [], Given.Options, measured, problems);
        Assert.Equal(told ? [Codes.Unbalanced] : [], problems.Select(problem => problem.Code));
        // The one with a title is new.
        problems.Clear();
        measured.Remove("a");
        Planner.Plan([.. subtasks], [], Given.Options, measured, problems);
        Assert.Equal(told ? [Codes.Unbalanced] : [], problems.Select(problem => problem.Code));

        static Subtask Titled(string id, int? minutes) =>
            Given.Subtask(id) with { TitledDuration = minutes is { } known ? TimeSpan.FromMinutes(known) : null };
    }

    private static Subtask Taking(string text, int seconds) => Given.Subtask(text) with { EstimatedDuration = TimeSpan.FromSeconds(seconds) };
}
