namespace ParallelExec.TestKit;

/// <summary>
/// How long a test waits for what must come. No test is slow because of it: a wait ends when the thing is there, so it costs time only
/// where a test fails anyway. So it is long enough for a machine that does thirty other things.
/// </summary>
public static class Patience
{
    /// <summary>For a file, a line of output, a process to be gone.</summary>
    public static TimeSpan ForAnEvent { get; } = TimeSpan.FromMinutes(5);

    /// <summary>For a `dotnet` command to end.</summary>
    public static TimeSpan ForABuild { get; } = TimeSpan.FromMinutes(10);

    /// <summary>For a build from nothing, with its restore: what tests share.</summary>
    public static TimeSpan ForAFixture { get; } = TimeSpan.FromMinutes(20);

    /// <summary>How long a process that outlived a build may hold the build's pipes before a test stops listening.</summary>
    internal static TimeSpan ForPipes { get; } = TimeSpan.FromSeconds(30);
}
