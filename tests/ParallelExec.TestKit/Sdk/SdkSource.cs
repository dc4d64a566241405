using System.Reflection;

namespace ParallelExec.TestKit;

/// <summary>Where this repository's SDK files are, for tests that import them by path.</summary>
public static class SdkSource
{
    private const string Solution = "ParallelExec.sln";

    public static string RepositoryRoot { get; } = FindRoot();

    public static string SdkProject => Path.Combine(RepositoryRoot, "src", "ParallelExec.Sdk");

    public static string SdkProps => Path.Combine(SdkProject, "Sdk", "Sdk.props");

    public static string SdkTargets => Path.Combine(SdkProject, "Sdk", "Sdk.targets");

    /// <summary>The task assembly of the configuration that is being tested.</summary>
    public static string TaskAssembly =>
        Path.Combine(RepositoryRoot, "src", "ParallelExec.Tasks", "bin", Configuration, "net10.0", "ParallelExec.Tasks.dll");

    private static string Configuration =>
        typeof(SdkSource).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    private static string FindRoot()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, Solution)))
                return at.FullName;
        throw new InvalidOperationException($"no {Solution} above {AppContext.BaseDirectory}");
    }
}
