namespace ParallelExec.Execution.Processes;

/// <param name="error">The system's number for it; 0 = none.</param>
internal sealed class ProcessNotStartedException(string message, int error = 0, Exception? inner = null) : Exception(message, inner)
{
    private const int NoEntry = 2, NoExecutable = 8, NoAccess = 13;

    /// <summary>A program that the system does not know how to execute.</summary>
    public bool IsNoExecutable => error == NoExecutable;

    /// <summary>A shell would say so with an exit code of its own, or look elsewhere.</summary>
    public bool IsForShell => error is NoEntry or NoExecutable or NoAccess;
}
