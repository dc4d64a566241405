namespace ParallelExec.Execution.Processes;

/// <summary>What a small program wrote until its end.</summary>
/// <param name="ExitCode">Null = it did not start, or had to be ended; then <paramref name="Error"/> says why.</param>
internal sealed record ProgramOutput(int? ExitCode, string Text, string Error)
{
    /// <summary>Of one that was not asked.</summary>
    public static readonly ProgramOutput Nothing = new(null, "", "");

    public bool Failed => ExitCode != 0;
}
