using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>Which CI engine runs the build, by the variables that each documents for that.</summary>
internal static class CiDetection
{
    public static CiEngine Of(IReadOnlyDictionary<string, string> environment)
    {
        // A run within a run: its log is another subtask's output, which the outer run shows and nobody obeys.
        if (Has("PARALLELEXEC"))
            return CiEngine.None;
        return Has("GITHUB_ACTIONS") ? CiEngine.GitHubActions
            : Has("TF_BUILD") ? CiEngine.AzurePipelines
            : Has("GITLAB_CI") ? CiEngine.GitLab
            : Has("TEAMCITY_VERSION") ? CiEngine.TeamCity
            : Has("JENKINS_URL") ? CiEngine.Jenkins
            : CiEngine.None;

        bool Has(string name) =>
            environment.TryGetValue(name, out string? value) && value.Length > 0
                && !value.Equals("false", StringComparison.OrdinalIgnoreCase);
    }
}
