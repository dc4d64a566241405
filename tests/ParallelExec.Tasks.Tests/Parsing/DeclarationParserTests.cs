using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Tests.Parsing;

public sealed class DeclarationParserTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();
    private readonly List<Diagnostic> diagnostics = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Ids_are_unique_ignoring_case()
    {
        Declared declared = Parse(Given.Declaration("Lint"), Given.Declaration("lint"));
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal(Codes.DuplicateId, error.Code);
        Assert.Equal("There are two subtasks 'lint' (ids ignore case: the other one is 'Lint'). Give one of them another id, or remove it.", error.Message);
        Assert.Equal("Lint", Assert.Single(declared.Subtasks).Id);
    }

    [Theory]
    [InlineData("<Project><ItemGroup><Other Include=\"a\" /></ItemGroup></Project>", 1)]
    [InlineData("<Project><ItemGroup><ParallelTest Include=\"a\" Condition=\"false\" /></ItemGroup></Project>", 0)]
    public void A_project_in_which_nothing_is_declared_is_PEX1009(string project, int told)
    {
        folder.Write("build.proj", project);
        Parse();
        Assert.Equal(told, diagnostics.Count(diagnostic => (diagnostic.Code, diagnostic.Severity) == (Codes.NothingDeclared, Severity.Warning)));
        diagnostics.Clear();
        var declared = new DeclarationSet(folder.Combine("build.proj"))
        {
            Properties = new Dictionary<string, string> { ["RunOn"] = "AfterBuild" },
        };
        new DeclarationParser(declared, diagnostics).Parse();
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void An_id_that_holds_a_secret_is_PEX1001()
    {
        var declared = new DeclarationSet(folder.Combine("build.proj"))
        {
            Items = [Given.Declaration("push-hunter2", ("Command", "x")), Given.Declaration("b", ("Command", "x"), ("Secrets", "TOKEN"))],
            Environment = new Dictionary<string, string> { ["TOKEN"] = "hunter2" },
        };
        new DeclarationParser(declared, diagnostics).Parse();
        Diagnostic error = Assert.Single(diagnostics);
        Assert.Equal(Codes.InvalidId, error.Code);
        Assert.Equal(
            "The id 'push-***' holds the value of a secret. An id is a name: files, the journal and -p:ParallelExecOnly have it as it is. Choose another one.",
            error.Message);
    }

    [Fact]
    public void An_item_and_a_file_of_a_task_folder_are_checked_for_one_id_as_two_items_are()
    {
        folder.Write("ship/subtask_01.json", """{ "seq": "01", "title": "One", "command": "true" }""");
        folder.Write("ship/task.json", "{}");
        Parse(Given.Declaration("ship-01", ("Command", "x")), Item("ParallelTaskFolder", "ship"));
        Assert.Equal(["There are two subtasks 'ship-01'. Give one of them another id, or remove it."], Errors(Codes.DuplicateId));
    }

    [Fact]
    public void What_could_not_be_understood_stands_for_itself()
    {
        Declared declared = Parse(Given.Declaration("a", ("Command", "x"), ("Timeout", "soon"), ("DependsOn", "b")), Given.Declaration("b", ("Command", "x")));
        Assert.Equal(("b", "a", "b"), (declared.Subtasks.Single().Id, declared.Unreadable.Single().Id, declared.Unreadable.Single().DependsOn.Single()));
    }

    [UnixFact]
    public void The_path_properties_of_MSBuild_reach_programs_as_this_system_writes_them()
    {
        var declared = new DeclarationSet(folder.Combine("build.proj"))
        {
            Items = [Given.Declaration("a", ("Tool", @"tools\run"), ("Arguments", @"\d+;bin\Debug/x.dll"), ("Environment", @"OUT=bin\Debug/"), ("WorkingDirectory", @"bin\Debug"))],
            PathValues = [@"bin\Debug/", ""],
        };
        Subtask subtask = new DeclarationParser(declared, diagnostics).Parse().Subtasks.Single();
        var tool = (ToolWork)subtask.Work;
        Assert.Equal((@"tools/run", @"\d+ bin/Debug/x.dll", "bin/Debug/"), (tool.Tool, string.Join(' ', tool.Arguments), subtask.Environment.Single().Value));
        Assert.Equal(folder.Combine("bin", "Debug"), subtask.WorkingDirectory);
    }

    [Fact]
    public void Two_pools_two_teams_and_two_agents_of_one_name_are_PEX1002()
    {
        foreach (string type in new[] { "ParallelPool", "ParallelTeam", "ParallelAgent" })
            Parse(Item(type, "x", ("Tool", "y")), Item(type, "X", ("Tool", "y")));
        Assert.Equal(3, Errors(Codes.DuplicateId).Count());
    }

    [Fact]
    public void Slips_in_the_names_of_properties_and_items_are_found_in_the_project_and_what_it_imports()
    {
        folder.Write("build.proj", """
            <Project>
              <PropertyGroup>
                <ParallelExecSchedul>Eager</ParallelExecSchedul>
                <ParallelExecOnly>a</ParallelExecOnly>
                <Configuration>Debug</Configuration>
              </PropertyGroup>
              <Import Project="$(MSBuildThisFileDirectory)more.props" />
            </Project>
            """);
        folder.Write("more.props", """
            <Project>
              <ItemGroup>
                <ParralelTask Include="a" />
              </ItemGroup>
            </Project>
            """);
        folder.Write("Directory.Build.props", "<Project><PropertyGroup><ParalellExecOnFailure>KeepGoing</ParalellExecOnFailure></PropertyGroup></Project>");
        var declared = new DeclarationSet(folder.Combine("build.proj"))
        {
            Files = [folder.Combine("Directory.Build.props"), folder.Combine("gone.props")],
            GlobalProperties = new Dictionary<string, string> { ["ParralelExecOnly"] = "n", ["ParallelExecOnly"] = "n", ["Configuration"] = "Debug" },
        };
        new DeclarationParser(declared, diagnostics).Parse();
        Assert.Equal(
            [
                "- 0 There is no property ParralelExecOnly; it does nothing. Did you mean 'ParallelExecOnly'?",
                "build.proj 3 There is no property ParallelExecSchedul; it does nothing. Did you mean 'ParallelExecSchedule'?",
                "Directory.Build.props 1 There is no property ParalellExecOnFailure; it does nothing. Did you mean 'ParallelExecOnFailure'?",
                "more.props 3 There are no ParralelTask items; they do nothing. Did you mean 'ParallelTask'?",
            ],
            diagnostics.Select(warning => $"{Path.GetFileName(warning.Origin?.File) ?? "-"} {warning.Origin?.Location?.Line ?? 0} {warning.Message}"));
    }

    [Fact]
    public void A_wrong_property_is_told_where_it_is_set()
    {
        folder.Write("build.proj", "<Project>\n  <PropertyGroup>\n    <ParallelExecSchedule>Later</ParallelExecSchedule>\n  </PropertyGroup>\n</Project>");
        var declared = new DeclarationSet(folder.Combine("build.proj")) { Properties = new Dictionary<string, string> { ["Schedule"] = "Later" } };
        new DeclarationParser(declared, diagnostics).Parse();
        Assert.Equal(new SourceLocation(folder.Combine("build.proj"), 3, 5), Assert.Single(diagnostics).Origin!.Location);
    }

    private Declared Parse(params Declaration[] items) =>
        new DeclarationParser(new DeclarationSet(folder.Combine("build.proj")) { Items = [.. items] }, diagnostics).Parse();

    private IEnumerable<string> Errors(string code) => diagnostics.Where(diagnostic => diagnostic.Code == code).Select(diagnostic => diagnostic.Message);

    private static Declaration Item(string type, string id, params (string Name, string Value)[] metadata)
    {
        Declaration item = Given.Declaration(id, metadata);
        return item with { Origin = item.Origin with { ItemType = type } };
    }
}
