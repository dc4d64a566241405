using System.IO.Compression;
using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Package;

/// <summary>The packed SDK as the only SDK of a project.</summary>
public sealed class StandaloneTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_package_holds_the_SDK_files_and_the_task_assembly_and_nothing_else()
    {
        SdkPackage package = await SdkPackage.GetAsync();
        using ZipArchive archive = ZipFile.OpenRead(package.PackageFile);
        // Images are made where they can be run.
        string images = System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier == "linux-x64"
            ? "\ntools/net10.0/linux-x64/ParallelExec.Tasks.deps.json\ntools/net10.0/linux-x64/ParallelExec.Tasks.dll"
            : "";
        Assert.Equal(
            """
            ParallelExec.Sdk.nuspec
            README.md
            Sdk/ParallelExec.Additive.targets
            Sdk/ParallelExec.Defaults.props
            Sdk/ParallelExec.Restore.proj
            Sdk/ParallelExec.Standalone.props
            Sdk/ParallelExec.Standalone.targets
            Sdk/ParallelExec.UsingTasks.targets
            Sdk/ParallelExec.Watch.targets
            Sdk/ParallelExec.targets
            Sdk/ParallelExec.xsd
            Sdk/ParallelTasks.proj
            Sdk/Running.proj
            Sdk/Sdk.props
            Sdk/Sdk.props.buildschema.json
            Sdk/Sdk.targets
            tools/net10.0/ParallelExec.Tasks.deps.json
            tools/net10.0/ParallelExec.Tasks.dll
            """ + images,
            string.Join('\n', archive.Entries.Select(entry => entry.FullName)
                .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal) && name != "[Content_Types].xml")
                .Order(StringComparer.Ordinal)).ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Build_runs_the_subtasks_and_Clean_removes_what_was_written()
    {
        DotNet dotnet = await ConsumeAsync("");
        BuildRun run = (await dotnet.RunAsync("build", "build.proj", "-nologo")).EnsureSucceeded();
        Assert.Contains("[1/1] a succeeded", run.Output, StringComparison.Ordinal);
        Assert.True(folder.Exists("ran"));
        Assert.True(folder.Exists("obj/parallelexec/run.json"));
        (await dotnet.RunAsync("clean", "build.proj", "-nologo")).EnsureSucceeded();
        Assert.False(folder.Exists("obj/parallelexec"));
        (await dotnet.RunAsync("clean", "build.proj", "-nologo")).EnsureSucceeded();
    }

    [Fact]
    public async Task What_is_wrong_is_told_before_anything_is_restored_and_a_plan_restores_nothing()
    {
        folder.Write("lib/lib.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>");
        DotNet dotnet = await ConsumeAsync("<ParallelTask Include=\"lib\" Project=\"lib/lib.csproj\" />");
        (await dotnet.RunAsync("build", "build.proj", "-nologo", "-t:PlanParallelTasks")).EnsureSucceeded();
        BuildRun run = (await dotnet.RunAsync("build", "build.proj", "-nologo", "-p:ParallelExecSchedule=Later")).EnsureFailed();
        Assert.Equal("PEX1004", Assert.Single(run.ErrorLines).Code);
        Assert.False(folder.Exists("lib/obj"));
    }

    [Fact]
    public async Task The_version_can_stand_in_global_json()
    {
        SdkPackage package = await SdkPackage.GetAsync();
        DotNet dotnet = await ConsumeAsync("", sdk: "ParallelExec.Sdk");
        folder.Write("global.json", $$"""{ "msbuild-sdks": { "ParallelExec.Sdk": "{{package.Version}}" } }""");
        (await dotnet.RunAsync("build", "build.proj", "-nologo")).EnsureSucceeded();
        Assert.True(folder.Exists("ran"));
    }

    [Fact]
    public async Task The_users_Directory_Build_files_are_honoured()
    {
        DotNet dotnet = await ConsumeAsync("""<ParallelTask Include="$(FromProps)" />""");
        folder.Write("Directory.Build.props", "<Project><PropertyGroup><FromProps>from-props</FromProps><ParallelExecSchedule>Eager</ParallelExecSchedule></PropertyGroup></Project>");
        folder.Write("Directory.Build.targets", "<Project><ItemGroup><ParallelTask Include=\"from-targets\" /></ItemGroup></Project>");
        BuildRun run = (await dotnet.RunAsync("build", "build.proj", "-t:RunParallelTasks", "-getTargetResult:RunParallelTasks")).EnsureSucceeded();
        Assert.Equal(["a", "from-props", "from-targets"], run.Results.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("\"schedule\": \"Eager\"", folder.Read("obj/parallelexec/plan.json"), StringComparison.Ordinal);
    }

    private async Task<DotNet> ConsumeAsync(string items, string? sdk = null)
    {
        SdkPackage package = await SdkPackage.GetAsync();
        DotNet dotnet = package.Consume(folder);
        folder.Write("build.proj", $"""
            <Project Sdk="{sdk ?? package.SdkReference}">
              <ItemGroup>
                <ParallelTask Include="a" Command="{TestChildProgram.Command("signal", folder.Path, "ran")}" />
                {items}
              </ItemGroup>
            </Project>
            """);
        return dotnet;
    }
}
