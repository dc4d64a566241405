using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Tests.Planning;

public class WriteConflictsTests
{
    [Theory]
    [InlineData("out/a.html", "out/a.html", true)]
    [InlineData("out", "out/a.html", true)]
    [InlineData("out/", "./out/../out/deep/er", true)]
    [InlineData("out/a", "out/ab", false)]
    [InlineData("out/*.html", "out/a.html", true)]
    [InlineData("out/*.html", "out/a.css", false)]
    [InlineData("out/*.html", "out", true)]
    [InlineData("out/**/*.html", "out/x/y/a.html", true)]
    [InlineData("out/**/*.html", "out/x/y/a.css", false)]
    [InlineData("out/**", "out/x", true)]
    [InlineData("a*c", "*bc", true)]
    [InlineData("a*c", "b*c", false)]
    [InlineData("out/?.txt", "out/ab.txt", false)]
    [InlineData("src/**/bin", "src/a/lib", true)]
    [InlineData("src/**/bin/x.dll", "other/bin/x.dll", false)]
    [InlineData("**/a.txt", "b.txt", false)]
    public void Two_outputs_overlap_where_one_path_can_match_both_or_lie_in_the_other(string a, string b, bool overlap)
    {
        var (left, right) = (new PathPattern(a, Given.Root), new PathPattern(b, Given.Root));
        Assert.Equal((overlap, overlap), (left.Overlaps(right), right.Overlaps(left)));
        Assert.Equal(overlap, Given.Problems(Given.Options, [Given.Subtask("a").Writing(a), Given.Subtask("b").Writing(b)]).Count == 1);
    }

    [Fact]
    public void A_conflict_names_both_subtasks_and_the_way_out()
    {
        Diagnostic error = Assert.Single(Given.Problems(Given.Options, [Given.Subtask("a").Writing("out"), Given.Subtask("b").Writing("out/x")]));
        Assert.Equal((Codes.WriteConflict, Severity.Error, "b", "Outputs"), (error.Code, error.Severity, error.Origin!.Id, error.Metadata));
        Assert.Equal("'a' and 'b' may run at the same time and write places that overlap: 'out' and 'out/x'. "
            + "Add DependsOn=\"a\" to 'b', or set ParallelExecWriteConflicts to Serialize.", error.Message);
    }

    [Fact]
    public void Subtasks_that_never_meet_may_write_the_same_place()
    {
        Assert.Empty(Given.Problems(Given.Options, [Given.Subtask("a").Writing("out"), Given.Subtask("b <- a").Writing("out")]));
        Assert.Empty(Given.Problems(Given.Options, [Given.Subtask("a").Writing("out"), Given.Subtask("b").Writing("out") with { Parallel = false }]));
        Assert.Empty(Given.Problems(Given.Options with { Skip = ["a"] }, [Given.Subtask("a").Writing("out"), Given.Subtask("b").Writing("out")]));
    }

    [Fact]
    public void Without_barriers_different_levels_meet_too()
    {
        Subtask[] subtasks = [Given.Subtask("a").Writing("out"), Given.Subtask("b"), Given.Subtask("c <- b").Writing("out")];
        Assert.Empty(Given.Problems(Given.Options, subtasks));
        Assert.Equal(Codes.WriteConflict, Assert.Single(Given.Problems(Given.Options with { Schedule = ScheduleMode.Eager }, subtasks)).Code);
    }

    [Fact]
    public void One_subtask_may_overlap_with_itself() =>
        Assert.Empty(Given.Problems(Given.Options, [Given.Subtask("a").Writing("out", "out/x", "out/*.y")]));

    [Fact]
    public void Serialize_puts_the_later_declared_after_the_earlier()
    {
        ExecutionPlan plan = Given.Plan(
            Given.Options with { WriteConflicts = WriteConflictMode.Serialize },
            [Given.Subtask("a").Writing("out"), Given.Subtask("b").Writing("out"), Given.Subtask("c").Writing("elsewhere")]);
        Assert.Equal("a c | b", plan.Waves());
    }

    [Fact]
    public void Serialize_sees_conflicts_that_arise_because_one_was_moved_to_a_later_wave()
    {
        // b has to wait for a, and so would come to the wave of d, which writes the same.
        ExecutionPlan plan = Given.Plan(
            Given.Options with { WriteConflicts = WriteConflictMode.Serialize },
            [Given.Subtask("a").Writing("out"), Given.Subtask("b").Writing("out"), Given.Subtask("x"), Given.Subtask("d <- x").Writing("out")]);
        Assert.Equal("a x | b | d", plan.Waves());
    }

    [Fact]
    public void Warn_runs_them_all_the_same()
    {
        Diagnostic warning = Assert.Single(Given.Problems(
            Given.Options with { WriteConflicts = WriteConflictMode.Warn }, [Given.Subtask("a").Writing("out"), Given.Subtask("b").Writing("out")]));
        Assert.Equal((Codes.WriteConflict, Severity.Warning), (warning.Code, warning.Severity));
    }

    [Fact]
    public void Conflicts_are_told_beside_other_errors()
    {
        Subtask[] subtasks = [Given.Subtask("a").Writing("out"), Given.Subtask("b").Writing("out"), Given.Subtask("x <- gone"), Given.Subtask("r <- r")];
        Assert.Equal([Codes.MissingDependency, Codes.Cycle, Codes.WriteConflict], Given.Problems(Given.Options, subtasks).Select(problem => problem.Code));
    }

    [Theory]
    [InlineData("b <- gone")]
    [InlineData("b <- m")]
    [InlineData("b <- b")]
    public void A_dependency_that_is_missing_may_be_what_keeps_two_apart(string b) => Assert.DoesNotContain(
        Given.Problems(Given.Options, [Given.Subtask("a").Writing("out"), Given.Subtask(b).Writing("out"), Given.Subtask("m <- gone")]),
        problem => problem.Code == Codes.WriteConflict);

    [Fact]
    public void What_is_taken_back_is_no_conflict()
    {
        Subtask[] subtasks = [Given.Subtask("a").Writing("out/**", "!out/b/**"), Given.Subtask("b").Writing("out/b/**"), Given.Subtask("c").Writing("out/b.txt")];
        Assert.Equal("'a' and 'c' may run at the same time and write places that overlap: 'out/**' and 'out/b.txt'. "
            + "Add DependsOn=\"a\" to 'c', or set ParallelExecWriteConflicts to Serialize.", Assert.Single(Given.Problems(Given.Options, subtasks)).Message);
    }

    [Fact]
    public void Each_pair_is_told_once_by_the_later_declared()
    {
        Subtask[] subtasks = [Given.Subtask("a").Writing("out/*", "out/x"), Given.Subtask("b").Writing("out"), Given.Subtask("c").Writing("out/x", "out/y")];
        Assert.Equal(["a b", "a c", "b c"], Given.Problems(Given.Options, subtasks).Select(problem => problem.Message.Split('\'')).Select(parts => $"{parts[1]} {parts[3]}"));
    }

    [Theory]
    [InlineData("out/t{0}/*.html", 0)]
    [InlineData("out/t{0}-*.html", 0)]
    [InlineData("out/t{0}/**/*.html", 0)]
    [InlineData("out/*.t{0}x", 0)]
    [InlineData("out/*/t{0}/*.html", 0)]
    [InlineData("out/same/*", 1000)]
    [InlineData("out", 1000)]
    public void Ten_thousand_are_compared_with_those_that_can_meet_them_only(string output, int told)
    {
        Subtask[] subtasks = [.. Enumerable.Range(0, 10_000).Select(i => Given.Subtask($"t{i}").Writing(string.Format(System.Globalization.CultureInfo.InvariantCulture, output, i)))];
        Assert.Equal(told, Given.Problems(Given.Options, subtasks).Count);
        ExecutionPlan serialized = Given.Plan(Given.Options with { WriteConflicts = WriteConflictMode.Serialize }, subtasks);
        Assert.Equal(told == 0 ? 1 : 10_000, serialized.Waves.Length);
    }

    /// <summary>What is looked for by names meets all that is found by comparing each with each.</summary>
    [Fact]
    public void No_pair_is_missed_where_few_are_compared()
    {
        string[] names = ["a", "b", "ab", "*", "a*", "*b", "?b", "**", "a*b", "b.x", "*.x", "bin"];
        string[] outputs = [.. from first in names from second in names select $"out/{first}/{second}", .. names.Select(name => $"out/{name}"), "out"];
        PathPattern[] patterns = [.. outputs.Select(output => new PathPattern(output, Given.Root))];
        var trie = new OutputTrie();
        for (int i = 0; i < outputs.Length; i++)
            trie.Add(patterns[i], i);
        for (int i = 0; i < outputs.Length; i++)
        {
            List<int> found = [];
            trie.Find(patterns[i], found);
            Assert.Equal(
                Enumerable.Range(0, outputs.Length).Where(other => patterns[i].Overlaps(patterns[other])),
                found.Distinct().Order().Where(other => patterns[i].Overlaps(patterns[other])));
        }
    }

    [Fact]
    public void Ten_thousand_in_a_chain_may_write_one_place_in_the_eager_schedule_too()
    {
        Subtask[] subtasks = [.. Enumerable.Range(0, 10_000).Select(i => Given.Subtask(i == 0 ? "t0" : $"t{i} <- t{i - 1}").Writing("out/**"))];
        Assert.Empty(Given.Problems(Given.Options with { Schedule = ScheduleMode.Eager }, subtasks));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_one_subtask_says_twice_is_no_conflict_with_itself(bool serialize)
    {
        WriteConflictMode mode = serialize ? WriteConflictMode.Serialize : WriteConflictMode.Error;
        Subtask[] subtasks = [Given.Subtask("a").Writing("out/x", "out/x")];
        Assert.Empty(Given.Problems(Given.Options with { WriteConflicts = mode }, subtasks));
    }

    [Fact]
    public void A_chain_that_is_broken_in_its_middle_is_told_with_both_whom_it_meets()
    {
        IEnumerable<Subtask> subtasks = Given.Subtasks("a", "b <- a", "c <- a", "d <- b, c").Select(subtask => subtask.Writing("out"));
        Assert.Equal(["'b' and 'c'"], Given.Problems(Given.Options with { Schedule = ScheduleMode.Eager }, subtasks)
            .Select(problem => problem.Message[.."'b' and 'c'".Length]));
    }

    [Fact]
    public void A_wildcard_over_ten_thousand_is_looked_up_once()
    {
        Subtask[] subtasks = [.. Enumerable.Range(0, 10_000).Select(i => Given.Subtask(i < 9_000 ? $"a{i}" : $"b{i} <- a*"))];
        Assert.Equal(2, Given.Plan(Given.Options, subtasks).Waves.Length);
    }
}
