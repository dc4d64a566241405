using System.Globalization;

namespace ParallelExec.TestKit;

/// <summary>The real package, for the package tier: packed once per test process, under a version nobody has in a cache.</summary>
public sealed class SdkPackage
{
    private static readonly Lazy<Task<SdkPackage>> Once = new(PackAsync);
    private readonly TestFolder root;

    private SdkPackage(TestFolder root, string version) => (this.root, Version) = (root, version);

    public string Version { get; }

    /// <summary>A folder that is a NuGet source and holds nothing but the package.</summary>
    public string Feed => root.Combine("feed");

    public string PackageFile => Path.Combine(Feed, $"ParallelExec.Sdk.{Version}.nupkg");

    /// <summary><c>Sdk="..."</c> of a project that uses the package.</summary>
    public string SdkReference => $"ParallelExec.Sdk/{Version}";

    /// <summary>Packs on the first call; later calls get the same package.</summary>
    public static Task<SdkPackage> GetAsync() => Once.Value;

    /// <summary>
    /// Makes the folder a consumer: nothing above it counts, the feed is the only source (with <paramref name="userSources"/>
    /// one more beside the user's own). Returns the `dotnet` to run there; its packages folder is not the user's.
    /// </summary>
    public DotNet Consume(TestFolder folder, bool userSources = false)
    {
        folder.WallOff();
        folder.Write("nuget.config", $"""
            <configuration>
              <packageSources>
                {(userSources ? "" : "<clear />")}
                <add key="parallelexec-test" value="{Feed}" />
              </packageSources>
              <fallbackPackageFolders><clear /></fallbackPackageFolders>
            </configuration>
            """);
        return new DotNet(folder) { Environment = { ["NUGET_PACKAGES"] = root.Combine("packages") } };
    }

    private static async Task<SdkPackage> PackAsync()
    {
        TestFolder root = new("package");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => root.Dispose();
        string version = string.Create(CultureInfo.InvariantCulture, $"1.0.0-test.{DateTime.UtcNow.Ticks}");
        SdkPackage package = new(root, version);
        Directory.CreateDirectory(package.Feed);
        // Its own artifacts folder: a pack must not rebuild the assemblies that tests beside it have loaded.
        BuildRun run = await new DotNet(root) { WorkingDirectory = SdkSource.RepositoryRoot, Timeout = Patience.ForAFixture }.RunAsync(
            "pack", SdkSource.SdkProject, "-c", "Release", "-o", package.Feed, $"-p:Version={version}",
            "--artifacts-path", root.Combine("artifacts"), "-p:UseSharedCompilation=false");
        run.EnsureSucceeded();
        return File.Exists(package.PackageFile)
            ? package
            : throw new InvalidOperationException($"pack did not write {package.PackageFile}.\n{run}");
    }
}
