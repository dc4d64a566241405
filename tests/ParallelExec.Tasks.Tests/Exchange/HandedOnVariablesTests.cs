using ParallelExec.Exchange;

namespace ParallelExec.Tests.Exchange;

public sealed class HandedOnVariablesTests
{
    [Fact]
    public void The_sum_is_bounded_and_the_largest_are_left_out()
    {
        HandedOnVariables variables = HandedOnVariables.Of(
            [.. Enumerable.Range(0, 100).Select(i => Value($"V{i:00}", new string('x', 29_000 + i))), Value("SMALL", "1")]);
        Assert.Contains(Value("SMALL", "1"), variables.Values);
        Assert.Equal((10, 91), (variables.Values.Length, variables.LeftOut.Length));
        Assert.Contains("V99", variables.LeftOut);
    }

    [Fact]
    public void One_that_is_too_long_by_itself_is_left_out()
    {
        HandedOnVariables variables = HandedOnVariables.Of([Value("LONG", new string('x', 30_001)), Value("WIDE", new string('€', 30_000))]);
        Assert.Equal(["LONG"], variables.LeftOut);
    }

    private static KeyValuePair<string, string> Value(string name, string value) => new(name, value);
}
