using ParallelExec.Model;

namespace ParallelExec.Reporting.Ci;

/// <summary>
/// Errors and warnings as a CI engine shows them beside the code: as many as it shows, and what MSBuild's own lines do not bring.
/// </summary>
/// <param name="onlyIn">
/// Not null: others read MSBuild's lines. They see those that end with the name of a project, which MSBuild leaves out where the error is
/// in the project's own file: that is this one.
/// </param>
internal sealed class CiIssues(CiCommands commands, string? onlyIn)
{
    private int errors;
    private int warnings;

    /// <returns>Null where nothing is to be said.</returns>
    public string? For(Diagnostic diagnostic, string message, SourceLocation at)
    {
        bool isSaid = onlyIn is not null && at.Line > 0 && at.File != onlyIn;
        int number = diagnostic.Severity == Severity.Error ? ++errors : ++warnings;
        string title = diagnostic.Origin is { Id.Length: > 0 } origin ? $"{origin.Id} ({diagnostic.Code})" : diagnostic.Code;
        return isSaid || number > commands.MostIssues ? null
            : commands.Issue(diagnostic.Severity, diagnostic.Code, title, message, at);
    }

    /// <summary>Of a line that a command wrote in MSBuild's form.</summary>
    public string? ForLine(Severity severity, string code, string message, SourceLocation at)
    {
        if (!commands.TellsLines)
            return null;
        int number = severity == Severity.Error ? ++errors : ++warnings;
        return number > commands.MostIssues ? null : commands.Issue(severity, code, code, message, at);
    }
}
