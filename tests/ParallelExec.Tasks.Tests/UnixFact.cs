namespace ParallelExec.Tests;

/// <summary>A test of what only Unix has.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = OperatingSystem.IsWindows() ? "needs /bin/sh" : null;
}

/// <inheritdoc cref="UnixFactAttribute" />
internal sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute() => Skip = OperatingSystem.IsWindows() ? "needs /bin/sh" : null;
}
