using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using ParallelExec.Model;
using ParallelExec.State;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.State;

public sealed class ProjectCacheTests : IProjectReader, IDisposable
{
    private readonly TestFolder folder = new("projects");
    private readonly ImmutableDictionary<string, string> none = ImmutableDictionary<string, string>.Empty;
    // What is written now is long ago.
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow.AddHours(1));
    private int evaluated;

    public ProjectCacheTests()
    {
        folder.Write("a/a.csproj", "<Project />");
        folder.Write("common.props", "<Project />");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_a_project_said_is_not_asked_again()
    {
        ProjectFacts first = Ask()!, second = Ask()!;
        Assert.Equal(1, evaluated);
        Assert.Equal(
            (first["TargetPath"], first["Empty"], "b.csproj;c.csproj", "xunit", 2),
            (second["TargetPath"], second["Empty"], string.Join(";", second.ProjectReferences), string.Join(";", second.PackageReferences), second.Imports.Length));
    }

    [Theory]
    [InlineData("common.props")]
    [InlineData("a/a.csproj")]
    [InlineData("a/Directory.Build.props")]
    [InlineData("Directory.Build.targets")]
    [InlineData("Directory.Packages.props")]
    [InlineData("a/a.csproj.user")]
    [InlineData("a/obj/a.csproj.nuget.g.props")]
    public void It_is_asked_again_when_a_file_of_it_has_changed_or_come(string file)
    {
        Ask();
        folder.Write(file, "<Project><!-- changed --></Project>");
        Ask();
        Assert.Equal(2, evaluated);
    }

    [Fact]
    public void It_is_asked_again_when_a_file_of_it_has_gone()
    {
        Ask();
        folder.Delete("common.props");
        Ask();
        Assert.Equal(2, evaluated);
    }

    [Fact]
    public void Other_properties_and_another_engine_are_other_questions()
    {
        Ask();
        Ask(none.Add("TargetFramework", "net8.0"));
        Ask(engine: "newer");
        Assert.Equal(3, evaluated);
    }

    [Fact]
    public void A_file_that_changed_just_now_may_change_again_unseen()
    {
        File.SetLastWriteTimeUtc(folder.Combine("common.props"), time.GetUtcNow().UtcDateTime);
        Ask();
        Ask();
        Assert.Equal(2, evaluated);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"schemaVersion\":1,\"engine\":\"engine\",\"questions\":\"?\"}")]
    [InlineData("{\"schemaVersion\":\"x\"}")]
    public void A_damaged_file_costs_only_time(string text)
    {
        Ask();
        folder.Write("state/projects.json", text);
        Assert.NotNull(Ask());
        Ask();
        Assert.Equal(2, evaluated);
    }

    [Fact]
    public void What_can_not_be_read_is_asked_each_time()
    {
        var cache = new ProjectCache(folder.Combine("state"), "engine", () => this, time);
        Assert.Null(cache.Read(folder.Combine("gone.csproj"), none, out string problem));
        Assert.Equal("gone", problem);
        Assert.Null(cache.Read(folder.Combine("gone.csproj"), none, out _));
        Assert.Equal(2, evaluated);
    }

    ProjectFacts? IProjectReader.Read(string projectFile, IReadOnlyDictionary<string, string> globalProperties, out string problem)
    {
        evaluated++;
        problem = "gone";
        if (!File.Exists(projectFile))
            return null;
        problem = "";
        return new ProjectFacts(
            projectFile,
            ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.OrdinalIgnoreCase)
                .Add("TargetPath", $"bin/{evaluated}.dll").Add("Empty", "").Add("MSBuildProjectExtensionsPath", "obj/"),
            ["b.csproj", "c.csproj"],
            ["xunit"],
            [.. new[] { folder.Combine("common.props"), projectFile }.Where(File.Exists)]);
    }

    private ProjectFacts? Ask(ImmutableDictionary<string, string>? properties = null, string engine = "engine")
    {
        Directory.CreateDirectory(folder.Combine("state"));
        var cache = new ProjectCache(folder.Combine("state"), engine, () => this, time);
        ProjectFacts? facts = cache.Read(folder.Combine("a", "a.csproj"), properties ?? none, out _);
        cache.Save();
        return facts;
    }
}
