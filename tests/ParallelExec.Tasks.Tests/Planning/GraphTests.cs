using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Tests.Planning;

public class GraphTests
{
    [Fact]
    public void A_missing_dependency_names_who_asks_for_it_and_what_may_be_meant()
    {
        Diagnostic error = Assert.Single(Given.Problems("build", "test <- biuld", "pack <- biuld"));
        Assert.Equal(Codes.MissingDependency, error.Code);
        Assert.Equal("There is no subtask 'biuld'; 'test', 'pack' depend on it. Did you mean 'build'?", error.Message);
        Assert.Equal("test", error.Origin!.Id);
    }

    [Fact]
    public void All_missing_dependencies_are_told_at_once() =>
        Assert.Equal(["PEX2001", "PEX2001"], Given.Problems("a <- x", "b <- y").Select(diagnostic => diagnostic.Code));

    [Fact]
    public void Ids_in_DependsOn_ignore_case() => Assert.Equal("a | b", Given.Plan("a", "b <- A").Waves());

    [Theory]
    [InlineData("a -> b -> a", "a <- b", "b <- a")]
    [InlineData("a -> a", "a <- a")]
    [InlineData("b -> c -> d -> b", "a <- b", "b <- c", "c <- d", "d <- b", "e <- a")]
    public void A_cycle_is_shown_as_a_ring(string ring, params string[] subtasks)
    {
        Diagnostic error = Assert.Single(Given.Problems(subtasks));
        Assert.Equal(Codes.Cycle, error.Code);
        Assert.Contains($"in a ring: {ring}. Remove one", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_separate_cycles_are_both_told() =>
        Assert.Equal(2, Given.Problems("a <- b", "b <- a", "c <- d", "d <- c").Count);

    [Fact]
    public void A_cycle_of_a_thousand_is_told_in_one_line()
    {
        string[] ring = [.. Enumerable.Range(0, 1000).Select(i => $"s{i} <- s{(i + 1) % 1000}")];
        Assert.InRange(Assert.Single(Given.Problems(ring)).Message.Length, 50, 400);
    }

    [Fact]
    public void A_wildcard_means_all_that_match_but_never_the_subtask_itself() =>
        Assert.Equal("convert-a convert-b other | convert-all | last",
            Given.Plan("convert-a", "convert-b", "other", "convert-all <- convert-*", "last <- *").Waves());

    [Fact]
    public void A_wildcard_that_matches_nothing_is_a_warning()
    {
        Diagnostic warning = Assert.Single(Given.Problems("a <- convert-*"));
        Assert.Equal((Codes.EmptyWildcard, Severity.Warning), (warning.Code, warning.Severity));
    }

    [Fact]
    public void A_dependency_named_twice_counts_once() => Assert.Single(Given.Plan("a", "b <- a, A, a*").Find("b").Dependencies);
}
