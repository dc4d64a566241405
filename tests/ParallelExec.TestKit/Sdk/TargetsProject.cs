using Microsoft.Build.Utilities.ProjectCreation;

namespace ParallelExec.TestKit;

/// <summary>A project for the targets tier: it imports the SDK from the source tree, no package in between.</summary>
public sealed class TargetsProject
{
    private readonly TestFolder folder;
    private int runs;

    private TargetsProject(TestFolder folder, string path) => (this.folder, Path) = (folder, path);

    public string Path { get; }

    /// <summary>Writes the project; <paramref name="body"/> is what stands between Sdk.props and Sdk.targets.</summary>
    public static TargetsProject Create(TestFolder folder, Action<ProjectCreator> body, string fileName = "build.proj", string? sdk = null)
    {
        ProjectCreator creator = ProjectCreator.Create(folder.Combine(fileName), sdk: sdk)
            .Import(SdkSource.SdkProps);
        body(creator);
        creator.Import(SdkSource.SdkTargets).Save();
        return new TargetsProject(folder, creator.FullPath);
    }

    /// <summary>Runs one target and keeps both the console's log and the target's result.</summary>
    public Task<BuildRun> RunAsync(string target = "RunParallelTasks", params string[] more) =>
        RunAsync(new DotNet(folder), target, more);

    public async Task<BuildRun> RunAsync(DotNet dotnet, string target = "RunParallelTasks", params string[] more)
    {
        await SdkSource.PrepareAsync();
        string result = ResultFile();
        return WithResult(await dotnet.RunAsync(Arguments(target, result, more)), result);
    }

    /// <summary>Starts one target without waiting; for signals and for a look at what it does meanwhile.</summary>
    public Task<RunningDotNet> StartAsync(string target = "RunParallelTasks", params string[] more) =>
        StartAsync(new DotNet(folder), target, more);

    public async Task<RunningDotNet> StartAsync(DotNet dotnet, string target = "RunParallelTasks", params string[] more)
    {
        await SdkSource.PrepareAsync();
        return dotnet.Start(Arguments(target, ResultFile(), more));
    }

    private static BuildRun WithResult(BuildRun run, string file) => File.Exists(file) ? run with { ResultJson = File.ReadAllText(file) } : run;

    /// <summary>One file for each run, so that no run can be given the result of the one before.</summary>
    private string ResultFile() => folder.Combine($"{System.IO.Path.GetFileNameWithoutExtension(Path)}.result{Interlocked.Increment(ref runs)}.json");

    // `msbuild`, not `build`: the same engine without the implied restore (0.1 s less), which a test asks for with `-restore`.
    private string[] Arguments(string target, string result, string[] more) =>
        ["msbuild", Path, $"-t:{target}", "-nologo", "-v:m", $"-getTargetResult:{target}", $"-getResultOutputFile:{result}", .. more];
}
