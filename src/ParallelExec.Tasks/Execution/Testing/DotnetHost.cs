namespace ParallelExec.Execution.Testing;

/// <summary>The .NET that runs this build: tests run on it too.</summary>
/// <param name="SdkFolder">Of its SDK, with the test platform in it.</param>
internal sealed record DotnetHost(string SdkFolder)
{
    public string VSTestConsole => Path.Combine(SdkFolder, "vstest.console.dll");

    /// <param name="environment">Of the build: the command line tells its children where it is.</param>
    public string Program(IReadOnlyDictionary<string, string> environment)
    {
        if (environment.TryGetValue("DOTNET_HOST_PATH", out string? path) && File.Exists(path))
            return path;
        // sdk/VERSION/ lies beside the program.
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        string besides = Path.GetFullPath(Path.Combine(SdkFolder, "..", "..", name));
        return File.Exists(besides) ? besides : name;
    }
}
