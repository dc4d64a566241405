using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Tasks;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Tasks;

public sealed class ProjectReaderTests : IDisposable
{
    private readonly TestFolder folder = new("reader");
    private readonly ProjectReader reader = new([KeyValuePair.Create("Configuration", "Release")], ["TargetPath", "IsTestProject"]);

    public void Dispose()
    {
        reader.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void It_tells_properties_references_and_what_the_project_is_made_of()
    {
        folder.Write("common.props", "<Project><PropertyGroup><TargetPath>bin/$(Configuration)/$(TargetFramework)/a.dll</TargetPath></PropertyGroup></Project>");
        folder.Write("a/a.proj", """
            <Project>
              <Import Project="../common.props" />
              <ItemGroup>
                <ProjectReference Include="..\b\b.proj" />
                <PackageReference Include="xunit" Version="1" />
              </ItemGroup>
            </Project>
            """);
        ProjectFacts facts = reader.Read(folder.Combine("a/a.proj"), new Dictionary<string, string> { ["TargetFramework"] = "net10.0" }, out _)!;

        Assert.Equal(("bin/Release/net10.0/a.dll", ""), (facts["TargetPath"], facts["IsTestProject"]));
        Assert.Equal(folder.Combine("b/b.proj"), string.Join(";", facts.ProjectReferences));
        Assert.Equal("xunit", string.Join(";", facts.PackageReferences));
        Assert.Equal($"{folder.Combine("common.props")};{folder.Combine("a/a.proj")}", string.Join(";", facts.Imports));
    }

    [Theory]
    [InlineData("<Project><Import Project=\"gone.props\" /></Project>", "gone.props")]
    [InlineData("<Projec", "could not be loaded")]
    public void What_can_not_be_read_is_said(string text, string word)
    {
        folder.Write("a.proj", text);
        Assert.Null(reader.Read(folder.Combine("a.proj"), ImmutableDictionary<string, string>.Empty, out string problem));
        Assert.Contains(word, problem, StringComparison.Ordinal);
    }
}
