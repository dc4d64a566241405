using System.Runtime.CompilerServices;

namespace ParallelExec.Tests.Reporting.Reports;

/// <summary>A test in a browser, which <c>.ci/run</c> installs.</summary>
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) => Skip = Reason;

    public static string? Reason { get; } = Browser.Program is null ? "needs chromium on the PATH, which .ci/run installs" : null;
}

/// <inheritdoc cref="BrowserFactAttribute" />
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1) : base(file, line) =>
        Skip = BrowserFactAttribute.Reason;
}
