using System.IO.Compression;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Package;

/// <summary>`dotnet new parallelexec`, installed from the packed file.</summary>
public sealed class TemplateTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, string, string> Engines => new()
    {
        { "github", ".github/workflows/build.yml", "github-actions.yml" },
        { "azure", "azure-pipelines.yml", "azure-pipelines.yml" },
        { "gitlab", ".gitlab-ci.yml", "gitlab-ci.yml" },
    };

    [Fact]
    public async Task What_it_makes_runs_as_it_stands_and_asks_for_the_SDK_of_its_own_version()
    {
        DotNet dotnet = (await TemplatePackage.GetAsync()).Consume(folder);
        (await dotnet.RunAsync("new", "parallelexec")).EnsureSucceeded();

        BuildRun run = (await dotnet.RunAsync("build", "build/ci.proj", "-nologo")).EnsureSucceeded();
        Assert.Equal(["build/ci.proj"], Made());
        Assert.Contains("[3/3] both succeeded", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.WarningLines);
    }

    [Fact]
    public async Task A_solution_is_built_tested_and_checked()
    {
        DotNet dotnet = (await TemplatePackage.GetAsync()).Consume(folder);
        folder.Write("All.slnx", "<Solution />");
        folder.Write("tests/Unit.Tests/Unit.Tests.csproj", """
            <Project>
              <PropertyGroup>
                <IsTestProject>true</IsTestProject><TargetFramework>net10.0</TargetFramework><TargetPath>Unit.Tests.dll</TargetPath>
              </PropertyGroup>
            </Project>
            """);
        (await dotnet.RunAsync("new", "parallelexec", "--solution", "All.slnx")).EnsureSucceeded();

        BuildRun run = await dotnet.RunAsync(
            "msbuild", "build/ci.proj", "-nologo", "-t:PlanParallelTasks", "-getTargetResult:PlanParallelTasks");
        run.EnsureSucceeded();
        Assert.Equal(["Unit.Tests", "build", "format"], run.Plan.Keys.Order(StringComparer.Ordinal));
        Assert.All(["Unit.Tests", "format"], id => Assert.Equal("build", run.Plan[id]["DependsOn"]));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task The_file_of_a_CI_is_the_one_of_the_documents(string engine, string made, string document)
    {
        DotNet dotnet = (await TemplatePackage.GetAsync()).Consume(folder);
        (await dotnet.RunAsync("new", "parallelexec", "--ci", engine)).EnsureSucceeded();

        Assert.Equal(new[] { made, "build/ci.proj" }.Order(StringComparer.Ordinal), Made());
        Assert.Equal(File.ReadAllText(Path.Combine(SdkSource.RepositoryRoot, "docs", "ci", document)), folder.Read(made));
    }

    [Fact]
    public async Task The_package_holds_the_template_and_nothing_else()
    {
        using ZipArchive archive = ZipFile.OpenRead((await TemplatePackage.GetAsync()).PackageFile);
        Assert.Equal(
            [
                "ParallelExec.Templates.nuspec", "README.md", "content/parallelexec/.github/workflows/build.yml",
                "content/parallelexec/.gitlab-ci.yml", "content/parallelexec/.template.config/dotnetcli.host.json",
                "content/parallelexec/.template.config/template.json", "content/parallelexec/azure-pipelines.yml",
                "content/parallelexec/build/ci.proj",
            ],
            archive.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal)
                .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal)
                    && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml"));
    }

    private IEnumerable<string> Made() => folder.Files().Where(file =>
        !file.StartsWith("build/obj/", StringComparison.Ordinal) && !file.StartsWith("Directory.", StringComparison.Ordinal)
            && file is not ("nuget.config" or "transcript.txt"));
}
