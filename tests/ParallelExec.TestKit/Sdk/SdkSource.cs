namespace ParallelExec.TestKit;

/// <summary>Where this repository's SDK files are, for tests that import them by path.</summary>
public static class SdkSource
{
    private const string Solution = "ParallelExec.sln";
    private static readonly Lazy<Task> Prepared = new(BuildTasksAsync);

    public static string RepositoryRoot { get; } = FindRoot();

    public static string SdkProject => Path.Combine(RepositoryRoot, "src", "ParallelExec.Sdk");

    public static string SdkProps => Path.Combine(SdkProject, "Sdk", "Sdk.props");

    public static string SdkTargets => Path.Combine(SdkProject, "Sdk", "Sdk.targets");

    /// <summary>
    /// The SDK of the source tree builds its task assembly on its first use. Done here once, before the tests that run side by side
    /// would each do it, into one folder.
    /// </summary>
    public static Task PrepareAsync() => Prepared.Value;

    private static async Task BuildTasksAsync()
    {
        using TestFolder folder = new("prepare");
        folder.Write("empty.proj", $"""<Project><Import Project="{SdkProps}" /><Import Project="{SdkTargets}" /></Project>""");
        // No compiler server: it would outlive the tests.
        BuildRun run = await new DotNet(folder) { Timeout = Patience.ForAFixture, Environment = { ["UseSharedCompilation"] = "false" } }
            .RunAsync("msbuild", "empty.proj", "-t:ValidateParallelTasks", "-nologo", "-v:m");
        run.EnsureSucceeded();
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, Solution)))
                return at.FullName;
        throw new InvalidOperationException($"no {Solution} above {AppContext.BaseDirectory}");
    }
}
