using ParallelExec.Model;

namespace ParallelExec.Tests.Model;

public class WordingTests
{
    [Theory]
    [InlineData(0.04, "0.0s")]
    [InlineData(12.34, "12.3s")]
    [InlineData(245, "4m05s")]
    [InlineData(3599.6, "1h00m")]
    [InlineData(3720, "1h02m")]
    [InlineData(59.96, "1m00s")]
    public void A_duration_is_short(double seconds, string text) => Assert.Equal(text, Wording.Duration(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Many_ids_are_some_and_how_many_more() =>
        Assert.Equal("1, 2 and 3 more", Wording.Ids([.. Enumerable.Range(1, 5).Select(i => $"{i}")], shown: 2));
}
