namespace ParallelExec.Model;

/// <summary>What an agent's command line lets it do without asking.</summary>
internal enum AgentPermissions
{
    /// <summary>Change files in its folder, and write what it hands on.</summary>
    Edit,

    /// <summary>Run commands too, such as its checks.</summary>
    EditAndRun,

    /// <summary>Whatever the command line can.</summary>
    All,
}
