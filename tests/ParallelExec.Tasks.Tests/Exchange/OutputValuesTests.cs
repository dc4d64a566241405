using System.Collections.Immutable;
using ParallelExec.Exchange;

namespace ParallelExec.Tests.Exchange;

public class OutputValuesTests
{
    [Fact]
    public void Lines_and_blocks_are_read_and_the_last_of_a_name_counts()
    {
        Assert.True(OutputValues.TryParse("A=1\nB=x=y <<not a block\r\n\nNOTES<<EOF\nfirst\n\nA=9\nEOF\nA=2\nEMPTY=\n", out ImmutableSortedDictionary<string, string> values, out _));
        Assert.Equal("A=2;B=x=y <<not a block;EMPTY=;NOTES=first\n\nA=9", string.Join(';', values.Select(pair => $"{pair.Key}={pair.Value}")));
    }

    [Theory]
    [InlineData("A=1\nprose\n", "line 2 is neither NAME=value nor NAME<<END: prose")]
    [InlineData("=1", "line 1 is neither NAME=value nor NAME<<END: =1")]
    [InlineData("A<<EOF\nx\n", "line 1 opens a block that 'EOF' should close, and no line is that")]
    [InlineData("A<<\nx\n", "line 1 opens a block that '' should close, and no line is that")]
    public void What_can_not_be_read_is_told_with_its_line(string text, string problem)
    {
        Assert.False(OutputValues.TryParse(text, out ImmutableSortedDictionary<string, string> values, out string actual));
        Assert.Equal(problem, actual);
        Assert.Empty(values);
    }
}
