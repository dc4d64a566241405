using System.Runtime.CompilerServices;

namespace ParallelExec.Tests;

/// <summary>A test of what only Unix has.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = OperatingSystem.IsWindows() ? "needs /bin/sh" : null;
}

/// <inheritdoc cref="UnixFactAttribute" />
internal sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = OperatingSystem.IsWindows() ? "needs /bin/sh" : null;
}

/// <summary>A test of what is there on Linux only.</summary>
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = OperatingSystem.IsLinux() ? null : "needs Linux";
}
