using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Package;

/// <summary>The packed SDK beside another SDK, in a csproj: the compile stays as it is.</summary>
public sealed class AdditiveTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Build_compiles_and_runs_nothing_unless_asked_for()
    {
        DotNet dotnet = await ConsumeAsync("<TargetFramework>net10.0</TargetFramework>");
        (await dotnet.RunAsync("build", "-nologo")).EnsureSucceeded();
        Assert.True(folder.Exists("bin/Debug/net10.0/app.dll"));
        Assert.False(folder.Exists("count"));
        (await dotnet.RunAsync("build", "-nologo", "--no-restore", "-t:RunParallelTasks")).EnsureSucceeded();
        Assert.Single(folder.ReadLines("count"));
        (await dotnet.RunAsync("clean", "-nologo")).EnsureSucceeded();
        Assert.False(folder.Exists("bin/Debug/net10.0/app.dll"));
    }

    [Theory]
    [InlineData("AfterBuild", "<TargetFramework>net10.0</TargetFramework>")]
    [InlineData("BeforeBuild", "<TargetFramework>net10.0</TargetFramework>")]
    [InlineData("AfterBuild", "<TargetFrameworks>net9.0;net10.0</TargetFrameworks>")]
    [InlineData("BeforeBuild", "<TargetFrameworks>net9.0;net10.0</TargetFrameworks>")]
    public async Task RunOn_runs_once_per_project_at_its_time(string when, string frameworks)
    {
        DotNet dotnet = await ConsumeAsync($"{frameworks}<ParallelExecRunOn>{when}</ParallelExecRunOn>");
        (await dotnet.RunAsync("build", "-nologo")).EnsureSucceeded();
        string assembly = frameworks.Contains("net9.0", StringComparison.Ordinal) ? "bin/Debug/net9.0/app.dll" : "bin/Debug/net10.0/app.dll";
        Assert.True(folder.Exists(assembly));
        Assert.True(folder.Exists("bin/Debug/net10.0/app.dll"));
        Assert.Equal([when == "AfterBuild" ? "compiled" : "not yet"], folder.ReadLines("count"));
    }

    // One project, restored and compiled once: what differs is a property.
    [Fact]
    public async Task A_design_time_build_runs_nothing_a_failure_fails_the_build_and_a_RunOn_that_does_not_exist_is_PEX1004()
    {
        DotNet dotnet = await ConsumeAsync("<TargetFramework>net10.0</TargetFramework>", "$(Work)");
        string mark = $"-p:Work=echo x >> {folder.Combine("count")}";
        (await dotnet.RunAsync("build", "-nologo", "-p:ParallelExecRunOn=BeforeBuild", "-p:DesignTimeBuild=true", mark)).EnsureSucceeded();
        Assert.False(folder.Exists("count"));

        BuildRun failed = (await dotnet.RunAsync("build", "-nologo", "--no-restore", "-p:ParallelExecRunOn=AfterBuild", "-p:Work=exit 4")).EnsureFailed();
        Assert.Equal("PEX3001", Assert.Single(failed.ErrorLines).Code);

        BuildRun refused = (await dotnet.RunAsync("build", "-nologo", "--no-restore", "-p:ParallelExecRunOn=Sometimes", mark)).EnsureFailed();
        Assert.Equal("PEX1004", Assert.Single(refused.ErrorLines).Code);

        // That it would have run.
        (await dotnet.RunAsync("build", "-nologo", "--no-restore", "-p:ParallelExecRunOn=BeforeBuild", mark)).EnsureSucceeded();
        Assert.Single(folder.ReadLines("count"));
    }

    private async Task<DotNet> ConsumeAsync(string properties, string? command = null)
    {
        SdkPackage package = await SdkPackage.GetAsync();
        DotNet dotnet = package.Consume(folder, userSources: true);
        folder.Write("app.cs", "public class App;");
        string ask = $"if [ -e bin/Debug/net10.0/app.dll ]; then echo compiled; else echo not yet; fi >> {folder.Combine("count")}";
        folder.Write("app.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <Sdk Name="ParallelExec.Sdk" Version="{package.Version}" />
              <PropertyGroup>{properties}<UseSharedCompilation>false</UseSharedCompilation></PropertyGroup>
              <ItemGroup>
                <ParallelTask Include="count" Command="{command ?? ask.Replace(";", "%3B", StringComparison.Ordinal)}" />
              </ItemGroup>
            </Project>
            """);
        return dotnet;
    }
}
