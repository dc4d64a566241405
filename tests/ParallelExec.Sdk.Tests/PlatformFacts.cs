using System.Runtime.CompilerServices;

namespace ParallelExec.Sdk.Tests;

/// <summary>A test of what only Unix has.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = OperatingSystem.IsWindows() ? "needs Unix" : null;
}

/// <inheritdoc cref="UnixFactAttribute" />
internal sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = OperatingSystem.IsWindows() ? "needs Unix" : null;
}

/// <summary>A test of what is there on Linux only.</summary>
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = OperatingSystem.IsLinux() ? null : "needs Linux";
}

/// <inheritdoc cref="LinuxFactAttribute" />
internal sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = OperatingSystem.IsLinux() ? null : "needs Linux";
}
