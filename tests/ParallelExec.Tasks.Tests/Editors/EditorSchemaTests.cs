using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using ParallelExec.Parsing;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Editors;

/// <summary>What editors read of the package: each name of this version, with what the documents say of it.</summary>
public class EditorSchemaTests
{
    private const string WriteThem = "PARALLELEXEC_WRITE_SCHEMAS";
    private static readonly Reference Documents = new();

    public static TheoryData<string> Files => [BuildSchema.FileName, XmlSchemaFile.FileName];

    public static TheoryData<string> Projects =>
    [
        .. Directory.EnumerateFiles(Path.Combine(SdkSource.RepositoryRoot, "samples"), "*.proj", SearchOption.AllDirectories)
            .Append(Path.Combine(SdkSource.RepositoryRoot, "build", "ci.proj"))
            .Select(file => Path.GetRelativePath(SdkSource.RepositoryRoot, file)),
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void The_file_is_what_the_documents_make(string name)
    {
        string made = name == BuildSchema.FileName ? BuildSchema.Write(Documents) : XmlSchemaFile.Write(Documents);
        string file = PathOf(name);
        if (Environment.GetEnvironmentVariable(WriteThem) == "true")
            File.WriteAllText(file, made);
        Assert.True(File.Exists(file) && File.ReadAllText(file).ReplaceLineEndings("\n") == made,
            $"{name} is older than the documents. Write it anew: {WriteThem}=true dotnet test tests/ParallelExec.Tasks.Tests "
                + "--filter EditorSchemaTests, and commit it.");
    }

    [Fact]
    public void Each_name_of_this_version_is_there_and_none_of_a_later_one()
    {
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(PathOf(BuildSchema.FileName)));
        JsonElement items = schema.RootElement.GetProperty("items");
        string[] properties = [.. NamesIn(schema.RootElement.GetProperty("properties"))];
        string[] metadata = [.. NamesIn(items.GetProperty("ParallelTask").GetProperty("metadata"))];
        string[] targets = [.. NamesIn(schema.RootElement.GetProperty("targets"))];

        Assert.Equal(Names.ItemTypes.Order(StringComparer.Ordinal), NamesIn(items).Order(StringComparer.Ordinal));
        Assert.Equal(Names.Metadata.Order(StringComparer.Ordinal), metadata.Order(StringComparer.Ordinal));
        Assert.Empty(Names.Properties.Except(["Version"]).Select(name => $"ParallelExec{name}").Except(properties));
        Assert.Empty(properties.Intersect(LaterNames.Properties.Keys.Select(name => $"ParallelExec{name}")));
        Assert.Empty(targets.Intersect(LaterNames.Targets));
        Assert.Equal(PublicTargets().Except(LaterNames.Targets).Order(StringComparer.Ordinal), targets.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_that_runs_has_nothing_that_an_editor_would_underline(string project) =>
        Assert.Equal([], Problems(File.ReadAllText(Path.Combine(SdkSource.RepositoryRoot, project))));

    [Fact]
    public void Values_may_be_expressions_and_names_of_others_are_left_alone() => Assert.Equal([], Problems("""
        <Project Sdk="ParallelExec.Sdk/1.0.0">
          <PropertyGroup><TargetFramework>net10.0</TargetFramework><ParallelExecSchedule>$(Mine)</ParallelExecSchedule></PropertyGroup>
          <ItemGroup>
            <Compile Include="a.cs" Link="b.cs" />
            <ParallelTask Include="a" Always="$(Mine)" ContinueOnError="TRUE" OfMyOwn="x"><Command>true</Command></ParallelTask>
          </ItemGroup>
          <Target Name="t"><Message Text="hello" /><ItemGroup><ParallelTask Include="b" /></ItemGroup></Target>
        </Project>
        """));

    [Fact]
    public void A_slip_in_an_element_of_an_item_is_found()
    {
        string problem = Assert.Single(Problems(
            """<Project><ItemGroup><ParallelTask Include="a"><Comand>true</Comand></ParallelTask></ItemGroup></Project>"""));
        Assert.Contains("Comand", problem, StringComparison.Ordinal);
    }

    private static List<string> Problems(string project)
    {
        XmlSchemaSet schemas = new();
        using (XmlReader reader = XmlReader.Create(PathOf(XmlSchemaFile.FileName)))
            schemas.Add("", reader);
        List<string> problems = [];
        XDocument.Parse(project).Validate(schemas, (_, problem) => problems.Add(problem.Message));
        return problems;
    }

    private static IEnumerable<string> PublicTargets() =>
        XDocument.Load(Path.Combine(SdkSource.SdkProject, "Sdk", "ParallelExec.targets")).Root!.Elements("Target")
            .Select(target => target.Attribute("Name")!.Value).Where(name => !name.StartsWith('_'));

    private static IEnumerable<string> NamesIn(JsonElement element) => element.EnumerateObject().Select(one => one.Name);

    private static string PathOf(string name) => Path.Combine(SdkSource.SdkProject, "Sdk", name);
}
