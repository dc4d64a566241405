namespace ParallelExec.Model;

/// <summary>Who reads the log of the build, and obeys what is said to it there.</summary>
internal enum CiEngine
{
    /// <summary>People only.</summary>
    None,
    GitHubActions,
    AzurePipelines,
    GitLab,
    TeamCity,
    Jenkins,
}
