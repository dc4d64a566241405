namespace ParallelExec.TestKit;

/// <summary>
/// What a build started by a test sees of the test host's environment. `dotnet test`, an outer build and CI engines set variables
/// that change what an inner build does, and most developers' shells do not have them.
/// </summary>
internal static class WalledOffEnvironment
{
    private static readonly string[] LeakingPrefixes =
        ["MSBUILD", "_MSBUILD", "DOTNET_", "VSTEST", "TESTINGPLATFORM", "CORECLR_", "COR_", "PARALLELEXEC",
            "GITHUB_", "GITLAB_", "TEAMCITY_", "OTEL_"];

    private static readonly string[] LeakingNames =
    [
        "CI", "TF_BUILD", "JENKINS_URL", "TRACEPARENT", "TRACESTATE", "NO_COLOR", "FORCE_COLOR", "VERSION", "CONFIGURATION", "PLATFORM",
    ];

    /// <summary>These say where the runtime is or how it may behave on this machine, so they stay.</summary>
    private static readonly string[] Kept =
        ["DOTNET_ROOT", "DOTNET_CLI_HOME", "DOTNET_CLI_TELEMETRY_OPTOUT", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "DOTNET_GENERATE_ASPNET_CERTIFICATE"];

    internal static void Apply(IDictionary<string, string?> environment, bool terminalLogger)
    {
        foreach (string name in environment.Keys.Where(Leaks).ToArray())
            environment.Remove(name);
        environment["MSBUILDDISABLENODEREUSE"] = "1";
        environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        environment["DOTNET_NOLOGO"] = "1";
        environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        if (!terminalLogger)
            environment["MSBUILDTERMINALLOGGER"] = "off";
    }

    private static bool Leaks(string name) =>
        !Kept.Contains(name, StringComparer.OrdinalIgnoreCase)
        && !name.StartsWith("DOTNET_ROOT", StringComparison.OrdinalIgnoreCase)
        && (LeakingPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            || LeakingNames.Contains(name, StringComparer.OrdinalIgnoreCase));
}
