using System.Collections.Immutable;

namespace ParallelExec.Model;

/// <summary>
/// The properties that projects are asked for: all at once, whoever asks, so that an answer that is kept serves everybody.
/// </summary>
internal static class ProjectQuestions
{
    public static readonly ImmutableArray<string> Properties =
    [
        "TargetFramework", "TargetFrameworks", "TargetPath", "OutputType",
        "IsTestProject", "IsTestingPlatformApplication", "TestingPlatformDotnetTestSupport", "UseMicrosoftTestingPlatformRunner",
        "EnableMSTestRunner", "EnableNUnitRunner", "UsingMSTestSdk",
        "MSBuildProjectExtensionsPath", "ProjectAssetsFile", "Configuration", "Platform", "OutputPath", "IntermediateOutputPath",
    ];

    /// <summary>
    /// Variables of the environment, which are properties too, that change what projects say; what else is there differs from shell to
    /// shell.
    /// </summary>
    public static readonly ImmutableArray<string> Variables =
    [
        .. Properties,
        "CI", "TF_BUILD", "GITHUB_ACTIONS", "ContinuousIntegrationBuild", "UseArtifactsOutput", "ArtifactsPath", "NUGET_PACKAGES",
    ];
}
