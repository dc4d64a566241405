using System.Text.RegularExpressions;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Samples;

/// <summary>The project files of docs/recipes.md, as they stand there.</summary>
public sealed partial class RecipeTests : IDisposable
{
    private const string Heading = "## ";
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Titles => [.. Recipes().Select(recipe => recipe.Title)];

    [Theory]
    [MemberData(nameof(Titles))]
    public async Task A_recipe_is_planned_without_a_warning_and_runs_where_it_needs_nothing_else(string title)
    {
        WriteRepository();
        string project = Recipes().Single(recipe => recipe.Title == title).Project;
        folder.Write("build/ci.proj", project
            .Replace("<Project Sdk=\"ParallelExec.Sdk/1.0.0\">", $"<Project><Import Project=\"{SdkSource.SdkProps}\" />", StringComparison.Ordinal)
            .Replace("</Project>", $"<Import Project=\"{SdkSource.SdkTargets}\" /></Project>", StringComparison.Ordinal));
        await SdkSource.PrepareAsync();
        bool runs = !project.Contains("Project=", StringComparison.Ordinal);
        BuildRun run = await new DotNet(folder).RunAsync("msbuild", "build/ci.proj", runs ? "-t:RunParallelTasks" : "-t:PlanParallelTasks", "-nologo", "-v:m");

        run.EnsureSucceeded();
        Assert.Empty(run.WarningLines);
    }

    /// <summary>What the recipes name: a solution, a library, a suite.</summary>
    private void WriteRepository()
    {
        folder.Write("App.slnx", "<Solution><Project Path=\"src/Lib/Lib.csproj\" /></Solution>");
        folder.Write("src/Lib/Lib.csproj", "<Project />");
        folder.Write("tests/Unit.Tests/Unit.Tests.csproj", """
            <Project>
              <PropertyGroup>
                <IsTestProject>true</IsTestProject><TargetFramework>net10.0</TargetFramework><TargetPath>Unit.Tests.dll</TargetPath>
              </PropertyGroup>
            </Project>
            """);
        folder.Write("docs/use/first.md", "# First");
        // Inside the folder of another project: what stands in `src` is looked for from `build`.
        folder.Write("build/src/Lib/Lib.csproj", "<Project />");
    }

    private static IEnumerable<(string Title, string Project)> Recipes()
    {
        string page = File.ReadAllText(Path.Combine(SdkSource.RepositoryRoot, "docs", "recipes.md")).ReplaceLineEndings("\n");
        foreach (string section in page.Split("\n" + Heading).Skip(1))
        {
            if (XmlBlock().Match(section) is { Success: true } block && block.Groups[1].Value.Contains("ParallelExec.Sdk", StringComparison.Ordinal))
                yield return (section.Split('\n')[0], block.Groups[1].Value);
        }
    }

    [GeneratedRegex(@"```xml\n([^`]+(?:`[^`]+)*?)\n```")]
    private static partial Regex XmlBlock();
}
