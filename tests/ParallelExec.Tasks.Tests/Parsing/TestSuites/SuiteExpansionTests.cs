using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.Planning;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Parsing.TestSuites;

public sealed class SuiteExpansionTests : IDisposable
{
    private readonly TestFolder folder = new("suites");
    private readonly List<Diagnostic> diagnostics = [];
    private readonly StatedProjects projects = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_suite_is_the_build_of_its_project_and_what_runs_it()
    {
        string file = Project("tests/Unit.Tests/Unit.Tests.csproj");
        Subtask[] subtasks = Expand(Item("tests/Unit.Tests/Unit.Tests.csproj"));

        Assert.Equal("Unit.Tests:build Unit.Tests<-Unit.Tests:build", Text(subtasks));
        Assert.Equal(file, Assert.IsType<ProjectWork>(subtasks[0].Work).ProjectFile);
        TestWork test = Assert.IsType<TestWork>(subtasks[1].Work);
        Assert.Equal(
            ("Unit.Tests", file, folder.Combine("tests", "Unit.Tests", "bin", "net10.0", "Unit.Tests.dll"), "net10.0", TestPlatform.VSTest, "xunit"),
            (test.Suite, test.ProjectFile, test.Assembly, test.Framework, test.Platform, Assert.Single(test.Packages)));
        Assert.Equal(folder.Combine("tests", "Unit.Tests", "bin", "net10.0"), Assert.Single(subtasks[1].Inputs).FullPath);
        Assert.Equal(folder.Combine("obj", "parallelexec", "tests", "parts", "Unit.Tests.trx"), Assert.Single(subtasks[1].Outputs).FullPath);
        Assert.Equal((folder.Combine("tests", "Unit.Tests"), 1), (subtasks[1].WorkingDirectory, subtasks[1].Cores));
    }

    [Fact]
    public void What_tests_write_is_never_taken_for_an_error_of_the_build()
    {
        Project("Unit.csproj");
        Assert.Equal(ParseDiagnostics.Never, Expand(Item("Unit.csproj"))[^1].ParseDiagnostics);
    }

    [Fact]
    public void Shards_are_parts_and_the_suite_waits_for_them()
    {
        Project("Unit.csproj");
        Subtask[] subtasks = Expand(Item("Unit.csproj", ("Shards", "3"), ("EstimatedDuration", "30s")));
        Assert.Equal("Unit:build Unit:1<-Unit:build Unit:2<-Unit:build Unit:3<-Unit:build Unit<-Unit:1,Unit:2,Unit:3", Text(subtasks));
        Assert.Equal(["1/3", "2/3", "3/3"], subtasks.Select(subtask => subtask.Work).OfType<TestWork>().Select(test => $"{test.Shard}/{test.Shards}"));
        Assert.Equal(TimeSpan.FromSeconds(10), subtasks[1].EstimatedDuration);
        Assert.IsType<MilestoneWork>(subtasks[4].Work);
    }

    [Fact]
    public void Each_target_framework_is_a_part_and_all_are_built_once()
    {
        Project("Unit.csproj", "net8.0;net10.0");
        Assert.Equal(
            "Unit:build Unit:net8.0<-Unit:build Unit:net10.0<-Unit:build Unit<-Unit:net8.0,Unit:net10.0",
            Text(Expand(Item("Unit.csproj"))));
        Assert.Equal("Unit:build Unit:net10.0<-Unit:build Unit<-Unit:net10.0", Text(Expand(Item("Unit.csproj", ("TargetFrameworks", "NET10.0")))));
        string[] parts = [.. Expand(Item("Unit.csproj", ("Shards", "2"))).Select(subtask => Text([subtask]))];
        Assert.Equal(
            [
                "Unit:build",
                "Unit:net8.0:1<-Unit:build", "Unit:net8.0:2<-Unit:build", "Unit:net8.0<-Unit:net8.0:1,Unit:net8.0:2",
                "Unit:net10.0:1<-Unit:build", "Unit:net10.0:2<-Unit:build", "Unit:net10.0<-Unit:net10.0:1,Unit:net10.0:2",
                "Unit<-Unit:net8.0:1,Unit:net8.0:2,Unit:net10.0:1,Unit:net10.0:2",
            ],
            parts);
    }

    [Fact]
    public void What_it_depends_on_has_ended_before_its_build_and_stays_for_its_parts()
    {
        Project("Unit.csproj");
        Assert.Equal("Unit:build<-db Unit<-Unit:build,db", Text(Expand(Item("Unit.csproj", ("DependsOn", "db")))));
    }

    [Fact]
    public void What_any_subtask_has_is_for_the_parts_and_what_concerns_the_build_for_both()
    {
        Project("Unit.csproj");
        string settings = folder.Write("ci.runsettings", "<RunSettings />");
        Subtask[] subtasks = Expand(Item(
            "Unit.csproj", ("Id", "u"), ("Timeout", "5m"), ("Cores", "2"), ("Pools", "db"), ("Environment", "A=1"), ("Retries", "1"), ("Group", "g"), ("Title", "All units"),
            ("ContinueOnError", "true"), ("Parallel", "false"), ("Filter", "Category!=Slow"), ("Settings", "ci.runsettings"), ("Arguments", "--blame;-v:q"),
            ("RetryFailedTests", "2"), ("Coverage", "true"), ("Properties", "Configuration=Release"), ("Outputs", "out/report.md"), ("WorkingDirectory", "w")));
        (Subtask build, Subtask run) = (subtasks[0], subtasks[1]);

        Assert.Equal(("u:build", "g", "All units (build)", null, 0, ContinueOnError.False, true), (build.Id, build.Group, build.Title, build.Timeout, build.Retries, build.ContinueOnError, build.Parallel));
        Assert.Equal("Configuration=Release", string.Join(";", ((ProjectWork)build.Work).Properties.Select(property => $"{property.Key}={property.Value}")));
        Assert.Equal(("u", "g", "All units", TimeSpan.FromMinutes(5), 2, 1), (run.Id, run.Group, run.Title, run.Timeout, run.Cores, run.Retries));
        Assert.Equal((ContinueOnError.WarnAndContinue, false, "db", "A"), (run.ContinueOnError, run.Parallel, run.Pools.Single().Name, run.Environment.Single().Key));
        Assert.Equal(folder.Combine("w"), run.WorkingDirectory);
        TestWork test = (TestWork)run.Work;
        Assert.Equal(("Category!=Slow", settings, "--blame -v:q", 2, true), (test.Filter, test.Settings, string.Join(' ', test.Arguments), test.RetryFailedTests, test.Coverage));
        Assert.Contains(run.Inputs, input => input.FullPath == settings);
        Assert.Contains(run.Outputs, output => output.FullPath == folder.Combine("out", "report.md"));
        Assert.Equal("Configuration=Release", projects.AskedWith);
    }

    [Fact]
    public void Suites_of_one_name_are_named_with_their_folder()
    {
        foreach (string file in new[] { "src/a/Tests.csproj", "src/b/Tests.csproj", "x/a/Tests.csproj", "src/Web UI.Tests/Web UI.Tests.csproj" })
            Project(file);
        Subtask[] subtasks = Expand(Item("src/a/Tests.csproj"), Item(@"src\b\Tests.csproj"), Item("x/a/Tests.csproj"), Item("src/Web UI.Tests/Web UI.Tests.csproj"));
        Assert.Equal(
            ["src/a/Tests", "b/Tests", "x/a/Tests", "Web_UI.Tests"],
            subtasks.Where(subtask => subtask.Work is TestWork).Select(subtask => subtask.Id));
    }

    [Fact]
    public void One_project_twice_needs_an_Id_for_one_of_them()
    {
        Project("Unit.csproj");
        Expand(Item("Unit.csproj", ("Filter", "Category=Slow")), Item("Unit.csproj"));
        Assert.Equal((Codes.DuplicateId, "There are two test suites 'Unit'. Give one of them an Id of its own."), Told());
        diagnostics.Clear();
        Assert.Equal(
            "slow:build slow<-slow:build Unit:build Unit<-Unit:build",
            Text(Expand(Item("Unit.csproj", ("Id", "slow"), ("Filter", "Category=Slow")), Item("Unit.csproj"))));
    }

    [Theory]
    [InlineData("Shards", "0", "has Shards=\"0\"; expected a whole number, 1 or more.")]
    [InlineData("Shards", "1001", "expected a whole number from 1 to 1000.")]
    [InlineData("Shards", "two", "expected a whole number")]
    [InlineData("RetryFailedTests", "-1", "expected a whole number, 0 or more.")]
    [InlineData("Coverage", "maybe", "expected true or false.")]
    [InlineData("Settings", "gone.runsettings", "expected the path of a .runsettings file; there is no such file.")]
    [InlineData("TargetFrameworks", "net9.0", "has TargetFrameworks=\"net9.0\"; expected target frameworks of the project: net10.0.")]
    [InlineData("Timeout", "soon", "has Timeout=\"soon\"; expected a duration")]
    [InlineData("Build", "false", "Build it first, or leave Build out.")]
    public void A_value_that_can_not_be_is_told_where_it_stands(string name, string value, string message)
    {
        Project("Unit.csproj");
        Assert.Empty(Expand(Item("Unit.csproj", (name, value))));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.InvalidValue, name, "Unit.csproj"), (error.Code, error.Metadata, error.Origin!.Id));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_runs_something_else_has_no_place_in_a_suite_nor_a_suite_s_in_a_task()
    {
        Project("Unit.csproj");
        Expand(Item("Unit.csproj", ("Command", "dotnet test")));
        Assert.Equal((Codes.KindOfWork, "'Unit' is a test suite and has Command, which says nothing about one. Remove it, or declare a ParallelTask."), Told());
        diagnostics.Clear();
        Expand(Given.Declaration("a", ("Command", "x"), ("Shards", "2")));
        Assert.Equal((Codes.KindOfWork, "'a' has Shards, which only a test suite has. Declare it as <ParallelTest Include=\"path of the test project\" />."), Told());
    }

    [Fact]
    public void A_slip_in_a_name_is_a_warning()
    {
        Project("Unit.csproj");
        Assert.Equal(2, Expand(Item("Unit.csproj", ("Shard", "2"), ("TimeOuts", "5m"))).Length);
        Assert.Equal(["Shards", "Timeout"], diagnostics.Select(warning => warning.Message.Split('\'')[^2]).Order());
        Assert.All(diagnostics, warning => Assert.Equal((Codes.UnknownName, Severity.Warning), (warning.Code, warning.Severity)));
    }

    [Theory]
    [InlineData("gone/Unit.csproj", "this is not there.")]
    [InlineData("tests", "this is a folder: name the project in it.")]
    [InlineData("All.slnx", "this is a solution: name its test projects")]
    [InlineData("Lib.csproj", "Lib.csproj is no test project: it says neither IsTestProject nor IsTestingPlatformApplication.")]
    [InlineData("Fresh.csproj", "Fresh.csproj does not say that it is a test project, and is not restored")]
    [InlineData("Broken.csproj", "Broken.csproj can not be read: unexpected end.")]
    public void What_is_no_test_project_is_PEX1008(string include, string message)
    {
        Directory.CreateDirectory(folder.Combine("tests"));
        folder.Write("All.slnx", "<Solution />");
        Project("Lib.csproj", says: []);
        Project("Fresh.csproj", says: [("ProjectAssetsFile", "obj/project.assets.json")]);
        folder.Write("Broken.csproj", "x");
        Assert.Empty(Expand(Item(include)));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal(Codes.TestProject, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("IsTestProject=true", "Microsoft.NET.Test.Sdk", TestPlatform.VSTest)]
    [InlineData("IsTestingPlatformApplication=true", "TUnit", TestPlatform.TestingPlatform)]
    [InlineData("IsTestProject=true;IsTestingPlatformApplication=true", "xunit.v3;Microsoft.NET.Test.Sdk", TestPlatform.VSTest)]
    [InlineData("IsTestProject=true;IsTestingPlatformApplication=true;TestingPlatformDotnetTestSupport=true", "xunit.v3;Microsoft.NET.Test.Sdk", TestPlatform.TestingPlatform)]
    [InlineData("IsTestProject=true;IsTestingPlatformApplication=true;EnableMSTestRunner=True", "MSTest;Microsoft.NET.Test.Sdk", TestPlatform.TestingPlatform)]
    [InlineData("ProjectAssetsFile=obj/gone.json", "Microsoft.NET.Test.Sdk;xunit", TestPlatform.VSTest)]
    [InlineData("ProjectAssetsFile=obj/gone.json", "TUnit", TestPlatform.TestingPlatform)]
    [InlineData("ProjectAssetsFile=obj/gone.json;EnableNUnitRunner=true", "NUnit;Microsoft.NET.Test.Sdk", TestPlatform.TestingPlatform)]
    public void The_project_says_who_runs_its_tests(string says, string packages, object platform)
    {
        Project("Unit.csproj", packages: packages, says: [.. says.Split(';').Select(each => (each.Split('=')[0], each.Split('=')[1]))]);
        Assert.Equal(platform, ((TestWork)Expand(Item("Unit.csproj"))[1].Work).Platform);
    }

    [Fact]
    public void Parts_of_a_suite_of_TUnit_are_refused_and_not_each_the_whole_suite()
    {
        Project("Unit.csproj", packages: "TUnit", says: [("IsTestingPlatformApplication", "true")]);
        Expand(Item("Unit.csproj", ("Shards", "2")));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.InvalidValue, "Shards"), (error.Code, error.Metadata));
        Assert.Contains("expected 1 for a suite of TUnit", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "test": { "runner": "Microsoft.Testing.Platform" } } // by hand""", true)]
    [InlineData("""{ "test": { "runner": "VSTest" } }""", false)]
    [InlineData("""{ "test": "Microsoft.Testing.Platform" }""", false)]
    [InlineData("""{ "test": """, false)]
    public void Who_can_run_both_ways_runs_as_global_json_says(string json, bool isProgram)
    {
        folder.Write("global.json", json);
        Project("Unit.csproj", packages: "Microsoft.NET.Test.Sdk",
            says: [("IsTestProject", "true"), ("IsTestingPlatformApplication", "true")]);
        var work = (TestWork)Expand(Item("Unit.csproj"))[^1].Work;
        Assert.Equal(isProgram ? TestPlatform.TestingPlatform : TestPlatform.VSTest, work.Platform);
    }

    [Fact]
    public void Parts_are_a_set_of_the_suite()
    {
        Project("Unit.csproj");
        Assert.Equal(["", "Unit", "Unit", ""], Expand(Item("Unit.csproj", ("Shards", "2"))).Select(subtask => subtask.Set?.Id ?? ""));
    }

    [Fact]
    public void Before_a_restore_projects_are_not_asked()
    {
        Project("Unit.csproj");
        new DeclarationParser(Set(Item("Unit.csproj", ("Shards", "0"))), diagnostics).Parse();
        Assert.Equal(Codes.InvalidValue, Assert.Single(diagnostics).Code);
        Assert.Equal(0, projects.Asked);
    }

    [Fact]
    public void Only_one_suite_brings_its_parts_and_its_build()
    {
        Project("Unit.csproj");
        Project("Other.csproj");
        Declared declared = new DeclarationParser(
            Set(Item("Unit.csproj", ("Shards", "2")), Item("Other.csproj")) with { Properties = new Dictionary<string, string> { ["Only"] = "unit" } },
            diagnostics,
            _ => projects).Parse();
        ExecutionPlan plan = Planner.Plan(declared.Subtasks, [], declared.Options, Given.NoDurations, diagnostics)!;
        Assert.Empty(diagnostics);
        Assert.Equal("Unit:build | Unit:1 Unit:2 | Unit", plan.Waves());
    }

    [Fact]
    public void A_wildcard_of_a_suite_never_means_the_suite_itself()
    {
        Project("Unit.csproj");
        Declaration other = Given.Declaration("db", ("Command", "x"));
        Declared declared = new DeclarationParser(Set(Item("Unit.csproj", ("Shards", "2"), ("DependsOn", "*")), other), diagnostics, _ => projects).Parse();
        ExecutionPlan? plan = Planner.Plan(declared.Subtasks, [], declared.Options, Given.NoDurations, diagnostics);
        Assert.Empty(diagnostics);
        Assert.Equal("db | Unit:build | Unit:1 Unit:2 | Unit", plan!.Waves());
    }

    [Fact]
    public void A_pattern_that_matches_nothing_is_told_where_it_stands()
    {
        Project("tests/A/A.csproj");
        string file = folder.Write("build.proj", """
            <Project>
              <ItemGroup>
                <ParallelTest Include="tests/*/*.csproj" />
                <ParallelTest Include="test/*/*.csproj;tests/A/A.csproj" />
                <ParallelTest Include="perf/*/*.csproj" Condition="Exists('perf')" />
              </ItemGroup>
              <ItemGroup Condition="false">
                <ParallelTest Include="more/*/*.csproj" />
              </ItemGroup>
              <Target Name="More">
                <ItemGroup>
                  <ParallelTest Include="made/*/*.csproj" />
                </ItemGroup>
              </Target>
            </Project>
            """);
        Declaration item = Item("tests/A/A.csproj");
        Expand(item with { Origin = item.Origin with { File = file } });
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal((Codes.TestProject, 4), (error.Code, error.Origin!.Location!.Line));
        Assert.StartsWith("ParallelTest Include=\"test/*/*.csproj\" matches no file", error.Message, StringComparison.Ordinal);
    }

    private Subtask[] Expand(params Declaration[] items) => [.. new DeclarationParser(Set(items), diagnostics, _ => projects).Parse().Subtasks];

    private DeclarationSet Set(params Declaration[] items) => new(folder.Combine("build.proj"))
    {
        Items = [.. items],
        Properties = new Dictionary<string, string> { ["Directory"] = "obj/parallelexec" },
    };

    private static Declaration Item(string include, params (string Name, string Value)[] metadata)
    {
        Declaration item = Given.Declaration(include, metadata);
        return item with { Origin = item.Origin with { ItemType = "ParallelTest" } };
    }

    private string Project(string path, string frameworks = "net10.0", string packages = "xunit", (string, string)[]? says = null)
    {
        string file = folder.Write(path, "<Project />");
        projects.Add(file, frameworks, packages, says ?? [("IsTestProject", "true")]);
        return file;
    }

    private (string Code, string Message) Told()
    {
        Diagnostic error = Assert.Single(diagnostics);
        return (error.Code, error.Message);
    }

    private static string Text(IEnumerable<Subtask> subtasks) =>
        string.Join(' ', subtasks.Select(subtask => subtask.Id + (subtask.DependsOn.IsEmpty ? "" : $"<-{string.Join(',', subtask.DependsOn)}")));
}

/// <summary>Projects that say what a test has them say.</summary>
internal sealed class StatedProjects : IProjectReader
{
    private readonly Dictionary<string, (string[] Frameworks, string[] Packages, (string, string)[] Says)> projects = [];

    public int Asked { get; private set; }

    public string AskedWith { get; private set; } = "";

    public void Add(string file, string frameworks, string packages, (string, string)[] says) =>
        projects[file] = (frameworks.Split(';'), packages.Split(';'), says);

    public ProjectFacts? Read(string projectFile, IReadOnlyDictionary<string, string> globalProperties, out string problem)
    {
        Asked++;
        AskedWith = string.Join(";", globalProperties.Select(property => $"{property.Key}={property.Value}"));
        problem = "unexpected end.";
        if (!projects.TryGetValue(projectFile, out var project))
            return null;
        string one = globalProperties.TryGetValue("TargetFramework", out string? asked) ? asked : project.Frameworks is [string only] ? only : "";
        var properties = project.Says.ToImmutableSortedDictionary(said => said.Item1, said => said.Item2, StringComparer.OrdinalIgnoreCase)
            .SetItem("TargetFramework", one)
            .SetItem("TargetFrameworks", project.Frameworks.Length > 1 ? string.Join(';', project.Frameworks) : "")
            .SetItem("TargetPath", one.Length == 0 ? "" : $@"bin\{one}/{Path.GetFileNameWithoutExtension(projectFile)}.dll");
        return new ProjectFacts(projectFile, properties, [], [.. project.Packages], [projectFile]);
    }
}
