namespace ParallelExec.TestResults;

/// <summary>What became of one test, as its host tells it.</summary>
/// <param name="Name">As it is shown, with the arguments of a theory.</param>
/// <param name="ClassName">Full; a nested class behind <c>+</c>.</param>
/// <param name="Method">As its framework names it: of some it has the arguments.</param>
internal sealed record TestCase(string Name, string ClassName, string Method, TestOutcome Outcome, TimeSpan Duration)
{
    public string Message { get; init; } = "";
    public string StackTrace { get; init; } = "";

    /// <summary>What it wrote.</summary>
    public string Output { get; init; } = "";

    /// <summary>What it said when it failed before it passed; null where it did not.</summary>
    public string? FailedBefore { get; init; }

    /// <summary>Some frameworks show a method's name alone.</summary>
    public string FullName => ClassName.Length == 0 || Name.StartsWith(ClassName, StringComparison.Ordinal) ? Name : $"{ClassName}.{Name}";

    /// <summary>The property <c>FullyQualifiedName</c> of a filter.</summary>
    public string QualifiedName => Method.StartsWith(ClassName + ".", StringComparison.Ordinal) ? Method : $"{ClassName}.{Method}";
}

internal enum TestOutcome
{
    Passed,
    Failed,
    Skipped,
}
