using ParallelExec.TestKit;

namespace ParallelExec.Sdk.Tests.Targets;

/// <summary>What a run knows of .NET projects and of git, from the real engine and the real git.</summary>
public sealed class DotnetTests : IDisposable
{
    private readonly TestFolder folder = new TestFolder().WallOff();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Commands_that_would_build_one_project_at_the_same_time_are_PEX2009()
    {
        Library("Lib", "");
        Library("A", "<ProjectReference Include=\"..\\Lib\\Lib.csproj\" />");
        Library("B", "<ProjectReference Include=\"../Lib/Lib.csproj\" />");
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("a", "dotnet test A")
            .ParallelTask("b", "cd B && dotnet build")
            .ParallelTask("other", "dotnet build B -c Release")
            .ParallelTask("tested", "dotnet test A --no-build -c Release"));
        BuildRun run = (await project.RunAsync("PlanParallelTasks")).EnsureSucceeded();
        DiagnosticLine warning = Assert.Single(run.WarningLines);
        Assert.Equal("PEX2009", warning.Code);
        Assert.Contains("'a' (dotnet test) and 'b' (dotnet build) may run at the same time, and each builds Lib.csproj in", warning.Text, StringComparison.Ordinal);

        Assert.Equal("PEX2009", Assert.Single((await project.RunAsync("RunParallelTasks", "-p:ParallelExecDotnetConflicts=Error")).EnsureFailed().ErrorLines).Code);
        run = (await project.RunAsync("PlanParallelTasks", "-p:ParallelExecDotnetConflicts=Serialize")).EnsureSucceeded();
        Assert.Empty(run.WarningLines);
        Assert.Equal(("a", "", ""), (run.Plan["b"]["DependsOn"], run.Plan["other"]["DependsOn"], run.Plan["tested"]["DependsOn"]));
    }

    [Fact]
    public async Task Only_what_a_change_since_a_commit_reaches_runs()
    {
        folder.Write("src/a.txt", "1");
        folder.Write("Shared/S.cs", "");
        folder.Write(".gitignore", "obj/\n*.result*\ntranscript.txt\n");
        Library("Lib", "<Compile Include=\"../Shared/S.cs\" />");
        Library("A", "<ProjectReference Include=\"../Lib/Lib.csproj\" />");
        TargetsProject project = TargetsProject.Create(folder, p => p
            .ParallelTask("text", TestChildProgram.Command("exit", "0"), inputs: "src/*.txt")
            .ParallelTask("after", TestChildProgram.Command("exit", "0"), inputs: "Lib", dependsOn: "text")
            .ParallelTask("app", project: "A/A.csproj", targets: "Clean")
            .ParallelTask("free", TestChildProgram.Command("exit", "0")));
        foreach (string arguments in new[] { "init -q", "add .", "-c user.name=a -c user.email=a@example.org commit -qm begin" })
            OutputOf("git", arguments);

        folder.Write("src/new.txt", "1");
        BuildRun run = (await project.RunAsync("RunParallelTasks", "-p:ParallelExecAffectedSince=HEAD")).EnsureSucceeded();
        Assert.Equal(
            ("Succeeded", "Succeeded", "Skipped", "Succeeded"), (run.Status("text"), run.Status("after"), run.Status("app"), run.Status("free")));
        Assert.Equal("no change since HEAD reaches it", run.Results["app"]["Reason"]);
        Assert.Contains("3 of 4 subtasks can be reached by what has changed since HEAD", run.Output, StringComparison.Ordinal);

        folder.Delete("src/new.txt");
        folder.Write("Shared/S.cs", "// changed");
        run = (await project.RunAsync("PlanParallelTasks", "-p:ParallelExecAffectedSince=HEAD")).EnsureSucceeded();
        Assert.Equal(
            ("Excluded", "Ready", "Shared/S.cs changed", "declares no Inputs"),
            (run.Plan["text"]["Status"], run.Plan["app"]["Status"], run.Plan["app"]["Reason"], run.Plan["free"]["Reason"]));
        Assert.Contains(" -- affected: Shared/S.cs changed", run.Output, StringComparison.Ordinal);

        DiagnosticLine error = Assert.Single((await project.RunAsync("RunParallelTasks", "-p:ParallelExecAffectedSince=nowhere")).EnsureFailed().ErrorLines);
        Assert.Equal(("PEX2012", true), (error.Code, error.Text.Contains("no commit, branch or tag 'nowhere'", StringComparison.Ordinal)));
    }

    private void OutputOf(string program, string arguments)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(program, arguments) { WorkingDirectory = folder.Path })!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private void Library(string name, string items) => folder.Write(
        $"{name}/{name}.csproj",
        "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>"
        + $"<ItemGroup>{items}</ItemGroup></Project>");
}
