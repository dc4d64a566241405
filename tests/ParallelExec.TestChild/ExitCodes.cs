namespace ParallelExec.TestChild;

/// <summary>Exit codes of the program itself; `exit` and `flaky` return their own.</summary>
internal static class ExitCodes
{
    internal const int Success = 0;

    /// <summary>Unknown verb or too few arguments (EX_USAGE of sysexits.h).</summary>
    internal const int Usage = 64;

    /// <summary>An environment variable the verb needs is not set.</summary>
    internal const int NoEnvironment = 65;

    /// <summary>`lock` met another holder.</summary>
    internal const int Collision = 66;

    /// <summary>What was waited for did not happen in time.</summary>
    internal const int TimedOut = 97;
}
