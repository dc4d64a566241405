using ParallelExec.Model;
using ParallelExec.Planning;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Planning.Dotnet;

public sealed class DotnetConflictsTests : IDisposable
{
    private readonly TestFolder folder = new("dotnet");
    private readonly ReferencingProjects projects;

    public DotnetConflictsTests() =>
        projects = new ReferencingProjects(folder).Add("Core").Add("Lib", "Core", "net8.0;net10.0")
            .Add("A", "Lib").Add("B", "Lib").Add("C");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Two_commands_that_build_what_both_reference_are_told_with_the_projects_and_the_cure()
    {
        Diagnostic warning = Assert.Single(Problems(Command("a", "dotnet test A/A.csproj"), Command("b", "dotnet build B")));
        Assert.Equal(
            (Codes.DotnetConflict, Severity.Warning, "b", "Command"),
            (warning.Code, warning.Severity, warning.Origin!.Id, warning.Metadata));
        Assert.Equal(
            "'a' (dotnet test) and 'b' (dotnet build) may run at the same time, and each builds Core.csproj, Lib.csproj in a process of "
            + "its own: both write the same files in obj, and now and then one of them fails. Build it once: make them Project subtasks (the engine "
            + "builds each project once), or let one Project subtask build it, on which they depend, and give their commands --no-build; a "
            + "ParallelTest does that by itself. Or add DependsOn=\"a\" to 'b', or set ParallelExecDotnetConflicts to Serialize.",
            warning.Message);
    }

    [Theory]
    [InlineData("cd A && dotnet test")]
    [InlineData("cd 'A' ; dotnet test --logger trx")]
    [InlineData("echo begin\nDOTNET_NOLOGO=1 Platform=x64 dotnet build A -v q 2>&1 | tee log")]
    [InlineData("dotnet run --project A -- build")]
    [InlineData("dotnet run -p A/A.csproj")]
    [InlineData("dotnet ef database update -p A -s A")]
    [InlineData("dotnet watch --project A/A.csproj test")]
    [InlineData("dotnet format style A/A.csproj --verify-no-changes")]
    [InlineData("/usr/bin/dotnet pack -c Debug \\\n A/A.csproj")]
    [InlineData("if true; then (cd C; cd ../A; exec dotnet publish --configuration=Debug); fi")]
    [InlineData("dotnet msbuild A/A.csproj -t:Clean,Build")]
    [InlineData("dotnet build All.sln")]
    [InlineData("dotnet build All.slnx --no-restore")]
    [InlineData("dotnet build All.slnf --no-restore")]
    [InlineData("dotnet restore A")]
    [InlineData("bash -ec \"cd A; dotnet build\"")]
    public void It_is_found_however_it_is_written(string command)
    {
        folder.Write(
            "All.sln",
            "\nProject(\"{9A19103F}\") = \"A\", \"A\\A.csproj\", \"{1}\"\nEndProject\n"
            + "Project(\"{2150E333}\") = \"docs\", \"docs\", \"{2}\"\nEndProject\n");
        folder.Write("All.slnx", "<Solution><Folder Name=\"/x/\"><Project Path=\"A/A.csproj\" /></Folder></Solution>");
        folder.Write("All.slnf", "{\"solution\":{\"path\":\"All.sln\",\"projects\":[\"A\\\\A.csproj\"]}}");
        Assert.Equal(Codes.DotnetConflict, Assert.Single(Problems(Command("a", command), Command("b", "dotnet test B"))).Code);
    }

    [Theory]
    [InlineData("dotnet exec A/A.csproj")]
    [InlineData("dotnet A/bin/A.dll build A")]
    [InlineData("dotnet test A/bin/A.dll")]
    [InlineData("dotnet tool restore")]
    [InlineData("dotnet nuget push A")]
    [InlineData("dotnet build --help A")]
    [InlineData("dotnet build C")]
    [InlineData("dotnet test $PROJECT")]
    [InlineData("cd $FOLDER && dotnet test A")]
    [InlineData("echo dotnet build A")]
    [InlineData("# dotnet build A")]
    [InlineData("dotnet build A/A.csproj -t:Lint")]
    [InlineData("dotnet test A --no-build")]
    [InlineData("dotnet run --project A --no-build")]
    [InlineData("dotnet build A -c Release")]
    [InlineData("dotnet build A -p:Configuration=Release")]
    [InlineData("dotnet publish A")]
    [InlineData("dotnet build A --artifacts-path out")]
    [InlineData("dotnet run A.cs")]
    [InlineData("dotnet build A --no-dependencies --no-restore")]
    public void What_shares_nothing_that_is_written_is_no_conflict(string command) =>
        Assert.Empty(Problems(Command("a", command), Command("b", "dotnet test B")));

    [Fact]
    public void Other_frameworks_of_one_project_are_built_elsewhere()
    {
        Assert.Empty(Problems(
            Command("a", "dotnet build Lib -f net8.0 --no-dependencies"), Command("b", "dotnet build Lib -f net10.0 --no-dependencies")));
        Assert.Single(Problems(Command("a", "dotnet build Lib -f net8.0"), Command("b", "dotnet build Lib")));
    }

    [Fact]
    public void What_runs_without_building_conflicts_with_whoever_builds_that_project()
    {
        Assert.Single(Problems(Command("a", "dotnet build A"), Command("b", "dotnet test A --no-build")));
        Assert.Empty(Problems(Command("a", "dotnet test A --no-build"), Command("b", "dotnet test A --no-build")));
        Assert.Empty(Problems(Command("a", "dotnet format A --verify-no-changes"), Command("b", "dotnet test A --no-build")));
    }

    [Fact]
    public void The_engine_builds_each_project_once_and_conflicts_only_with_commands()
    {
        Subtask a = Built("a", "A"), b = Built("b", "B");
        Assert.Empty(Problems(a, b));
        string message = Assert.Single(Problems(a, Command("c", "dotnet test B"))).Message;
        Assert.Contains("'a' (a Project) and 'c' (dotnet test)", message, StringComparison.Ordinal);
        Assert.Empty(Problems(a with { Work = new ProjectWork(projects.File("A"), ["Lint"], [], false) }, Command("c", "dotnet test B")));
    }

    [Fact]
    public void A_check_of_the_work_is_a_command_too() =>
        Assert.Single(Problems(
            Command("a", "true") with { Verify = new CommandWork("dotnet test A", null) },
            Given.Subtask("b") with { Work = new ToolWork("dotnet", ["build", "B"]), WorkingDirectory = folder.Path }));

    [Fact]
    public void Those_that_never_meet_are_not_even_read()
    {
        Assert.Empty(Problems(Command("a", "dotnet test A"), Command("b", "dotnet test B") with { DependsOn = ["a"] }));
        Assert.Empty(Problems(Command("a", "dotnet test A"), Command("b", "dotnet test B") with { Parallel = false }));
        Assert.Empty(Problems(Command("a", "dotnet test A"), Command("b", "make")));
        Assert.Empty(Problems(
            Options with { DotnetConflicts = DotnetConflictMode.Off }, Command("a", "dotnet test A"), Command("b", "dotnet test B")));
        Assert.Equal(0, projects.Read);
    }

    [Fact]
    public void Without_barriers_different_levels_meet_too()
    {
        Subtask[] subtasks =
            [Command("a", "dotnet test A"), Command("x", "true"), Command("b", "dotnet test B") with { DependsOn = ["x"] }];
        Assert.Empty(Problems(subtasks));
        Assert.Single(Problems(Options with { Schedule = ScheduleMode.Eager }, subtasks));
        Assert.Empty(Problems(Options with { Schedule = ScheduleMode.Eager }, [.. subtasks[..2], subtasks[2] with { DependsOn = ["a"] }]));
    }

    [Fact]
    public void Many_are_one_message()
    {
        Subtask[] many = [.. Enumerable.Range(1, 20).Select(number =>
            Command($"t{number}", number % 2 == 0 ? "dotnet test A" : "dotnet run --project B"))];
        string message = Assert.Single(Problems(many)).Message;
        Assert.StartsWith("'t1' (dotnet run), 't2' (dotnet test), ", message, StringComparison.Ordinal);
        Assert.Contains(" and 12 more may run at the same time", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Error_plans_nothing()
    {
        List<Diagnostic> diagnostics = [];
        RunOptions options = Options with { DotnetConflicts = DotnetConflictMode.Error };
        Assert.Null(Plan(options, diagnostics, Command("a", "dotnet test A"), Command("b", "dotnet test B")));
        Assert.Equal(Severity.Error, Assert.Single(diagnostics).Severity);
    }

    [Fact]
    public void Serialize_has_them_run_one_after_another()
    {
        List<Diagnostic> diagnostics = [];
        ExecutionPlan plan = Plan(
            Options with { DotnetConflicts = DotnetConflictMode.Serialize },
            diagnostics,
            Built("p", "A"), Built("q", "B"), Command("a", "dotnet test A"), Command("r", "dotnet test A --no-build"),
            Command("b", "dotnet test B"), Command("c", "dotnet test C"))!;
        Assert.Empty(diagnostics);
        Assert.Equal(
            "c p q | a | b r",
            string.Join(" | ", plan.Waves.Select(wave => string.Join(' ', wave.Select(subtask => subtask.Id).Order()))));
    }

    [Fact]
    public void Properties_of_this_build_do_not_reach_other_processes()
    {
        RunOptions options = Options with { GlobalProperties = [new("Configuration", "Release")] };
        Assert.Single(Problems(options, Command("a", "dotnet test A"), Command("b", "dotnet test B -c Debug")));
    }

    [Fact]
    public void A_shell_that_is_called_as_a_tool_is_looked_into() =>
        Assert.Single(Problems(
            Given.Subtask("a") with { Work = new ToolWork("/bin/bash", ["-c", "dotnet test A"]), WorkingDirectory = folder.Path },
            Command("b", "dotnet test B")));

    private RunOptions Options => Given.Options with { ProjectDirectory = folder.Path };

    private Subtask Command(string id, string command) =>
        Given.Subtask(id) with { Work = new CommandWork(command, null), WorkingDirectory = folder.Path };

    private Subtask Built(string id, string project) =>
        Given.Subtask(id) with { Work = new ProjectWork(projects.File(project), [], [], false) };

    private List<Diagnostic> Problems(params Subtask[] subtasks) => Problems(Options, subtasks);

    private List<Diagnostic> Problems(RunOptions options, params Subtask[] subtasks)
    {
        List<Diagnostic> diagnostics = [];
        Assert.NotNull(Plan(options, diagnostics, subtasks));
        return diagnostics;
    }

    private ExecutionPlan? Plan(RunOptions options, List<Diagnostic> diagnostics, params Subtask[] subtasks) =>
        Planner.Plan([.. subtasks], [], options, Given.NoDurations, diagnostics, projects);
}
