using ParallelExec.Model;
using ParallelExec.Parsing;

namespace ParallelExec.Tests.Parsing;

public class CiDetectionTests
{
    [Theory]
    [InlineData("GITHUB_ACTIONS=true", nameof(CiEngine.GitHubActions))]
    [InlineData("TF_BUILD=True", nameof(CiEngine.AzurePipelines))]
    [InlineData("GITLAB_CI=true", nameof(CiEngine.GitLab))]
    [InlineData("TEAMCITY_VERSION=2025.07 (build 1)", nameof(CiEngine.TeamCity))]
    [InlineData("JENKINS_URL=http://jenkins/", nameof(CiEngine.Jenkins))]
    [InlineData("CI=true", nameof(CiEngine.None))]
    [InlineData("GITHUB_ACTIONS=false", nameof(CiEngine.None))]
    [InlineData("GITHUB_ACTIONS=true;PARALLELEXEC=1", nameof(CiEngine.None))]
    [InlineData("", nameof(CiEngine.None))]
    public void The_engine_is_the_one_whose_variable_is_set(string variables, string engine) =>
        Assert.Equal(Enum.Parse<CiEngine>(engine), CiDetection.Of(
            variables.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(each => each.Split('='))
            .ToDictionary(pair => pair[0], pair => pair[1])));
}
