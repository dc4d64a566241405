using ParallelExec.Agents;
using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Agents;

public sealed class ToldFilesTests : IDisposable
{
    private readonly TestFolder folder = new("told");

    public ToldFilesTests()
    {
        foreach (string file in (string[])["src/auth/login.ts", "src/app.ts", "docs/style.md", "Makefile", "a/same.ts", "b/same.ts", "obj/gen.cs"])
            folder.Write(file, "");
    }

    private RunOptions Options => Given.Options with { ProjectDirectory = folder.Path };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Two_agents_of_one_wave_that_are_told_of_one_file_are_warned_with_both_cures()
    {
        Diagnostic warning = Assert.Single(Told(Agent("a", "Add a login to src/app.ts."), Agent("b", "Rename `src/app.ts:12` (see @src/app.ts)")));
        Assert.Equal((Codes.ToldSameFile, Severity.Warning, "b", "Prompt"), (warning.Code, warning.Severity, warning.Origin!.Id, warning.Metadata));
        Assert.Equal(
            "'a' and 'b' may run at the same time, and what they are told names one file: 'src/app.ts'. What one writes there, the other may "
            + "overwrite. Let one wait for the other: add DependsOn=\"a\" to 'b'; or give each a file of its own: split it, and name in each "
            + "prompt the part that is meant. What is only read belongs in ContextFiles.", warning.Message);
    }

    [Theory]
    [InlineData("src/app.ts", "./src/app.ts", true)]
    [InlineData("see \"src\\app.ts\"", "(src/app.ts).", true)]
    [InlineData("login.ts", "auth/login.ts", false)]
    [InlineData("login.ts", "LOGIN: login.ts!", true)]
    [InlineData("auth/login.ts", "auth/login.ts", true)]
    [InlineData("src/auth/login.ts", "src/app.ts", false)]
    [InlineData("the Makefile", "Makefile: all", true)]
    [InlineData("same.ts", "same.ts", false)]
    [InlineData("src/new.ts", "src/new.ts", false)]
    [InlineData("https://x.example/src/app.ts", "http://x.example/src/app.ts", false)]
    [InlineData("../told.txt", "/etc/hostname", false)]
    [InlineData("src", "src/", false)]
    [InlineData("gen.cs", "gen.cs", false)]
    public void A_word_names_a_file_where_it_is_a_path_or_the_end_of_one_path(string a, string b, bool isTold) =>
        Assert.Equal(isTold, Told(Agent("a", a), Agent("b", b)).Count == 1);

    [Fact]
    public void Titles_criteria_and_outputs_count_too()
    {
        Assert.Single(Told(Agent("a", "") with { Title = "Mend src/app.ts" }, Agent("b", "") with { AcceptanceCriteria = ["src/app.ts compiles"] }));
        Assert.Single(Told(Agent("a", "Mend src/app.ts"), Writing(Agent("b", "Do it"), "src/app.ts")));
    }

    [Fact]
    public void Who_never_meets_the_other_is_not_told()
    {
        Assert.Empty(Told(Agent("a", "src/app.ts"), Agent("b <- a", "src/app.ts")));
        Assert.Empty(Told(Agent("a", "src/app.ts"), Agent("b", "src/app.ts") with { Parallel = false }));
        Assert.Empty(Told(Agent("a", "src/app.ts"), Given.Subtask("b") with { Title = "src/app.ts" }));
        Subtask[] levels = [Agent("a", "src/app.ts"), Agent("b", ""), Agent("c <- b", "src/app.ts"), Agent("d <- a, c", "src/app.ts")];
        Assert.Empty(Told(levels));
        Diagnostic eager = Assert.Single(Told(Options with { Schedule = ScheduleMode.Eager }, levels));
        Assert.StartsWith("'a' and 'c' may run at the same time", eager.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_only_read_is_not_told_and_what_both_declare_is_a_write_conflict()
    {
        Subtask Reading(string id) => Agent(id, "Follow docs/style.md") with { ContextFiles = [folder.Combine("docs/style.md")] };
        Assert.Empty(Told(Reading("a"), Reading("b")));
        Assert.Single(Told(Agent("a", "Extend docs/style.md"), Writing(Reading("b"), "docs/*.md")));
        Assert.Empty(Told(
            Options with { WriteConflicts = WriteConflictMode.Warn },
            Writing(Agent("a", "src/app.ts"), "src/app.ts"), Writing(Agent("b", "src/app.ts"), "src/app.ts")));
    }

    [Fact]
    public void Several_that_share_files_are_one_message()
    {
        Diagnostic warning = Assert.Single(Told([.. "abc".Select(id => Agent($"{id}", "src/app.ts and Makefile"))]));
        Assert.StartsWith(
            "'a', 'b', 'c' may run at the same time, and what they are told names the same files: 'Makefile', 'src/app.ts'.",
            warning.Message, StringComparison.Ordinal);
        Assert.Contains("add DependsOn=\"b\" to 'c', and so on, each to the one before it;", warning.Message, StringComparison.Ordinal);
    }

    private Subtask Agent(string text, string prompt) =>
        Given.Subtask(text) with { Work = new AgentWork("Coder", prompt), WorkingDirectory = folder.Path };

    private Subtask Writing(Subtask subtask, params string[] outputs) => subtask with { Outputs = PathPattern.List(outputs, folder.Path) };

    private List<Diagnostic> Told(params Subtask[] subtasks) => Told(Options, subtasks);

    private static List<Diagnostic> Told(RunOptions options, params Subtask[] subtasks)
    {
        List<Diagnostic> diagnostics = [];
        ToldFiles.Check(Planner.Plan([.. subtasks], [], options, Given.NoDurations, [])!, options, diagnostics);
        return diagnostics;
    }
}
