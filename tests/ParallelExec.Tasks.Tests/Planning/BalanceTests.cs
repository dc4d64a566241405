using ParallelExec.Model;

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

    private static Subtask Taking(string text, int seconds) => Given.Subtask(text) with { EstimatedDuration = TimeSpan.FromSeconds(seconds) };
}
