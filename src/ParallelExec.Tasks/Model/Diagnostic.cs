namespace ParallelExec.Model;

/// <summary>One problem, told to the user as an MSBuild error or warning.</summary>
/// <param name="Code">One of <see cref="Codes"/>.</param>
/// <param name="Message">What, where and what to do.</param>
/// <param name="Origin">The item that it is about; null = the run as a whole.</param>
/// <param name="Metadata">The metadata name that it is about, to point at its line.</param>
internal sealed record Diagnostic(
    string Code,
    Severity Severity,
    string Message,
    Origin? Origin = null,
    string? Metadata = null)
{
    public static Diagnostic Error(string code, string message, Origin? origin = null, string? metadata = null) =>
        new(code, Severity.Error, message, origin, metadata);

    public static Diagnostic Warning(string code, string message, Origin? origin = null, string? metadata = null) =>
        new(code, Severity.Warning, message, origin, metadata);
}

internal enum Severity
{
    Warning,
    Error,
}

/// <summary>Where an item was declared. Its line is looked up only when something has to be said about it.</summary>
/// <param name="File">The project or import that holds the item; absolute.</param>
/// <param name="ItemType">The item's type, for example <c>ParallelTask</c>.</param>
/// <param name="Id">The item's identity.</param>
/// <param name="Occurrence">0 for the first item of this identity, 1 for the second, ...</param>
internal sealed record Origin(string File, string ItemType, string Id, int Occurrence = 0)
{
    /// <summary>The place, where it is known already: of what was read from a JSON file.</summary>
    public SourceLocation? Location { get; init; }
}

/// <summary>A place in a file; line and column from 1, 0 = not known.</summary>
internal sealed record SourceLocation(string File, int Line = 0, int Column = 0);
