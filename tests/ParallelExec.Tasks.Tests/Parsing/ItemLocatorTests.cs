using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Tests.Parsing;

public sealed class ItemLocatorTests : IDisposable
{
    private readonly TestKit.TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void An_item_is_found_by_its_id_in_any_case() => Expect((3, 5), "B");

    [Fact]
    public void The_second_of_two_equal_ids_is_another_line() => Expect((6, 5), "a", occurrence: 1);

    [Fact]
    public void A_metadata_attribute_has_a_place_of_its_own() => Expect((3, 31), "b", "Command");

    [Fact]
    public void A_metadata_element_has_a_line_of_its_own() => Expect((5, 7), "c", "DependsOn");

    [Fact]
    public void An_id_in_a_list_is_found() => Expect((7, 5), "e");

    [Fact]
    public void An_id_that_is_computed_is_taken_for_the_first_computed_Include() => Expect((8, 5), "convert-x");

    [Fact]
    public void A_file_that_can_not_be_read_is_named_without_a_line()
    {
        string file = folder.Combine("gone.proj");
        Assert.Equal(new SourceLocation(file), new ItemLocator().Locate(new Origin(file, "ParallelTask", "a"), null));
        folder.Write("gone.proj", "<Project><broken");
        Assert.Equal(new SourceLocation(file), new ItemLocator().Locate(new Origin(file, "ParallelTask", "a"), null));
    }

    [Fact]
    public void What_stands_before_the_place_that_can_not_be_read_is_found()
    {
        string file = folder.Write("half.proj", "<Project>\n<ParallelTask Include=\"a\" />\n<broken");
        Assert.Equal(new SourceLocation(file, 2, 1), new ItemLocator().Locate(new Origin(file, "ParallelTask", "a"), null));
    }

    [Fact]
    public void A_file_is_read_once_however_many_of_its_items_are_asked_for()
    {
        var locator = new ItemLocator();
        string file = folder.Write("many.proj", $"<Project>\n{string.Concat(Enumerable.Range(0, 10_000).Select(i => $"<ParallelTask Include=\"t{i}\" />\n"))}</Project>");
        Assert.Equal(2, locator.Locate(new Origin(file, "ParallelTask", "t0"), null).Line);
        // Whoever reads it again finds nothing.
        folder.Delete("many.proj");
        Assert.All(Enumerable.Range(0, 10_000), i => Assert.Equal(new SourceLocation(file, i + 2, 1), locator.Locate(new Origin(file, "paralleltask", $"T{i}"), null)));
    }

    [Theory]
    [InlineData("tests/A/A.csproj", 0, null, 1)]
    [InlineData("tests/A/A.csproj", 1, null, 3)]
    [InlineData("tests/A/A.csproj", 1, "Shards", 4)]
    [InlineData("tests\\B\\B.csproj", 0, "Filter", 1)]
    [InlineData("perf/P/P.csproj", 0, null, 2)]
    public void A_file_is_found_where_wildcards_stand_for_it(string id, int occurrence, string? metadata, int line)
    {
        string file = folder.Write("globs.proj", """
            <Project><ItemGroup><ParallelTest Include="tests/*/*.csproj" Filter="f" />
            <ParallelTest Include="gone.csproj;perf/**/*.csproj" />
            <ParallelTest Include="tests/A/A.csproj"
              Shards="0" /></ItemGroup></Project>
            """);
        Assert.Equal(line, new ItemLocator().Locate(new Origin(file, "ParallelTest", id, occurrence), metadata).Line);
    }

    private void Expect((int Line, int Column) place, string id, string? metadata = null, int occurrence = 0)
    {
        string file = folder.Write("build.proj", """
            <Project>
              <ItemGroup>
                <ParallelTask Include="b" Command="x" /> <ParallelTask Include="a" />
                <ParallelTask Include="c" Command="x">
                  <DependsOn>a</DependsOn></ParallelTask>
                <ParallelTask Include="a" />
                <ParallelTask Include="d; e" />
                <ParallelTask Include="@(Page->'convert-%(Filename)')" />
              </ItemGroup>
            </Project>
            """);
        Assert.Equal(new SourceLocation(file, place.Line, place.Column), new ItemLocator().Locate(new Origin(file, "ParallelTask", id, occurrence), metadata));
    }
}
