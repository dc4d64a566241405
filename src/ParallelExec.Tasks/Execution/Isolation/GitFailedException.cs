namespace ParallelExec.Execution.Isolation;

/// <summary>Git has refused what we asked of it. Caught where it is known what that means, and told.</summary>
internal sealed class GitFailedException(string message) : Exception(message);
