using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.TestKit;
using ParallelExec.Tests.Planning.Dotnet;

namespace ParallelExec.Tests.Planning;

public sealed class AffectedTests : IDisposable
{
    private readonly TestFolder folder = new("affected");
    private readonly ReferencingProjects projects;

    public AffectedTests() => projects = new ReferencingProjects(folder).Add("Lib").Add("App", "Lib").Add("Other");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("src/a.cs", "src/a.cs changed")]
    [InlineData("src/deep/gone.cs", "src/deep/gone.cs changed")]
    [InlineData("one.txt", "one.txt changed")]
    [InlineData("data/x/y", "data/x/y changed")]
    [InlineData("build.proj", "build.proj changed, which declares it")]
    [InlineData("src/a.css", null)]
    [InlineData("src/gen/a.cs", null)]
    [InlineData("other/a.cs", null)]
    [InlineData("data.txt", null)]
    public void A_change_among_the_inputs_reaches_a_subtask(string change, string? why)
    {
        Subtask subtask = Reading("a", "src/**/*.cs", "!src/gen/**", "one.txt", "data");
        Assert.Equal(why ?? "left out: no change since main reaches it", Told([change], subtask));
    }

    [Fact]
    public void What_depends_on_it_is_reached_too_and_what_it_needs_runs_before_it() => Assert.Equal(
        """
        gen: needed by 'a'
        a: a.txt changed
        b: depends on 'a'
        c: left out: no change since main reaches it
        all: depends on 'b'
        d: needed by 'both'
        both: needed by 'e'
        e: a.txt changed
        """,
        Told(
            ["a.txt"],
            Reading("gen", "gen.txt"),
            Reading("a", "a.txt") with { DependsOn = ["gen"] },
            Reading("b", "b.txt") with { DependsOn = ["a"] },
            Reading("c", "c.txt") with { DependsOn = ["gen"] },
            Given.Subtask("all") with { Work = new MilestoneWork(), DependsOn = ["b", "c"] },
            Reading("d", "d.txt"),
            Given.Subtask("both") with { Work = new MilestoneWork(), DependsOn = ["d"] },
            Reading("e", "a.txt") with { DependsOn = ["both"] }));

    [Fact]
    public void What_declares_nothing_is_in_and_says_so() =>
        Assert.Equal("a: declares no Inputs\nb: depends on 'a'", Told([], Given.Subtask("a"), Reading("b", "b") with { DependsOn = ["a"] }));

    [Fact]
    public void Milestones_services_and_cleanup_are_in_for_others_only() => Assert.Equal(
        """
        db: left out: no change since main reaches it
        web: needed by 'b'
        a: left out: no change since main reaches it
        b: b.txt changed
        clean: left out: no change since main reaches it
        tidy: depends on 'b'
        """,
        Told(
            ["b.txt"],
            Given.Subtask("db") with { Service = Serving },
            Given.Subtask("web") with { Service = Serving },
            Reading("a", "a.txt") with { DependsOn = ["db"] },
            Reading("b", "b.txt") with { DependsOn = ["web"] },
            Given.Subtask("clean <- a") with { Always = true },
            Given.Subtask("tidy <- b") with { Always = true }));

    [Theory]
    [InlineData("App/Program.cs", "App/Program.cs changed")]
    [InlineData("Lib/deep/L.cs", "Lib/deep/L.cs changed")]
    [InlineData("Lib/Lib.csproj", "Lib/Lib.csproj changed")]
    [InlineData("Directory.Build.props", "Directory.Build.props changed")]
    [InlineData("global.json", "global.json changed")]
    [InlineData("shared/S.cs", "shared/S.cs changed")]
    [InlineData("Other/O.cs", null)]
    [InlineData("Lib/obj/project.assets.json", null)]
    [InlineData("Lib/bin/Debug/Lib.dll", null)]
    [InlineData("readme.md", null)]
    [InlineData("obj/parallelexec/run.json", null)]
    public void A_project_is_reached_through_all_that_it_is_made_of(string change, string? why)
    {
        projects.Link("Lib", "shared");
        Subtask subtask = Given.Subtask("a") with { Work = new ProjectWork(projects.File("App"), [], [], false) };
        Assert.Equal(why ?? "left out: no change since main reaches it", Told([change], subtask));
    }

    [Fact]
    public void A_test_suite_is_reached_through_its_project() => Assert.Equal(
        "Lib/L.cs changed",
        Told(["Lib/L.cs"], Reading("a", "App/bin") with { Work = new TestWork("a", projects.File("App"), "a.dll", "net10.0", default) }));

    [Fact]
    public void A_project_that_can_not_be_read_is_in() => Assert.Equal(
        "None.csproj does not say what it is made of",
        Told([], Given.Subtask("a") with { Work = new ProjectWork(projects.File("None"), [], [], false) }));

    [Fact]
    public void A_folder_that_git_sees_as_a_whole_stands_for_all_in_it()
    {
        Directory.CreateDirectory(folder.Combine("module"));
        Assert.Equal("module/x.c changed", Told(["module"], Reading("a", "module/x.c")));
        Assert.Equal("module changed", Told(["module"], Reading("a", "module/**/*.c")));
    }

    [Fact]
    public void A_file_that_the_declaring_project_imports_reaches_all()
    {
        projects.Add("Ci");
        Assert.Equal(
            "a: Directory.Build.props changed, which Ci.csproj imports\nall: depends on 'a'",
            Told(
                Options with { ProjectFile = projects.File("Ci") },
                ["Directory.Build.props"],
                Reading("a", "a.txt"),
                Given.Subtask("all <- a") with { Work = new MilestoneWork() }));
    }

    [Fact]
    public void Only_and_Skip_come_first()
    {
        RunOptions options = Options with { Only = ["b"] };
        Assert.Equal(
            "a: left out: not asked for by ParallelExecOnly\nb: left out: no change since main reaches it",
            Told(options, ["a.txt"], Reading("a", "a.txt"), Reading("b", "b.txt")));
    }

    private static Service Serving => new(new LineReadiness("line:x", "x"), Service.DefaultReadyTimeout, Port: false);

    private RunOptions Options => Given.Options with
    {
        ProjectDirectory = folder.Path,
        ProjectFile = folder.Combine("build.proj"),
        Directory = folder.Combine("obj", "parallelexec"),
    };

    private Subtask Reading(string id, params string[] inputs) =>
        Given.Subtask(id) with { Inputs = PathPattern.List(inputs, folder.Path) };

    private string Told(string[] changes, params Subtask[] subtasks) => Told(Options, changes, subtasks);

    /// <summary>Why each is in, or left out; of one alone without its id.</summary>
    private string Told(RunOptions options, string[] changes, params Subtask[] subtasks)
    {
        List<Diagnostic> diagnostics = [];
        ExecutionPlan? plan = Planner.Plan(
            [.. subtasks.Select(subtask => subtask with { Origin = subtask.Origin with { File = options.ProjectFile } })],
            [],
            options,
            Given.NoDurations,
            diagnostics,
            projects,
            new ChangedFiles("main", [.. changes.Select(change => folder.Combine(change.Split('/')))]));
        Assert.Empty(diagnostics);
        string[] lines = [.. plan!.Subtasks.Select(each => (subtasks.Length > 1 ? $"{each.Id}: " : "")
            + (each.Excluded is { } excluded ? $"left out: {excluded}" : each.Kept))];
        return string.Join('\n', lines);
    }
}
