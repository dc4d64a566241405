using ParallelExec.Parsing;

namespace ParallelExec.Tests;

public class ValuesTests
{
    [Fact]
    public void A_duration_has_units() => Assert.Equal(TimeSpan.FromMinutes(90), Values.Duration("1h30m"));
}
