namespace ParallelExec.TestKit;

/// <summary>The package of `dotnet new parallelexec`, packed once per test process and installed where nobody else looks.</summary>
public sealed class TemplatePackage
{
    private static readonly Lazy<Task<TemplatePackage>> Once = new(InstallAsync);
    private readonly TestFolder root;
    private readonly SdkPackage sdk;

    private TemplatePackage(TestFolder root, SdkPackage sdk) => (this.root, this.sdk) = (root, sdk);

    public string PackageFile => root.Combine("feed", $"ParallelExec.Templates.{sdk.Version}.nupkg");

    /// <summary>Packs and installs on the first call.</summary>
    public static Task<TemplatePackage> GetAsync() => Once.Value;

    /// <summary>The `dotnet` that has the template, and the SDK that a new project of it asks for.</summary>
    public DotNet Consume(TestFolder folder)
    {
        DotNet dotnet = sdk.Consume(folder);
        dotnet.Environment["DOTNET_CLI_HOME"] = root.Combine("home");
        return dotnet;
    }

    private static async Task<TemplatePackage> InstallAsync()
    {
        SdkPackage sdk = await SdkPackage.GetAsync();
        TestFolder root = new("templates");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => root.Dispose();
        TemplatePackage package = new(root, sdk);
        DotNet dotnet = new(root)
        {
            WorkingDirectory = SdkSource.RepositoryRoot,
            Timeout = Patience.ForAFixture,
            Environment = { ["DOTNET_CLI_HOME"] = root.Combine("home") },
        };
        BuildRun packed = await dotnet.RunAsync(
            "pack", Path.Combine(SdkSource.RepositoryRoot, "src", "ParallelExec.Templates"), "-c", "Release", "-o", root.Combine("feed"),
            $"-p:Version={sdk.Version}", "--artifacts-path", root.Combine("artifacts"), "-p:UseSharedCompilation=false");
        packed.EnsureSucceeded();
        (await dotnet.RunAsync("new", "install", package.PackageFile)).EnsureSucceeded();
        return package;
    }
}
