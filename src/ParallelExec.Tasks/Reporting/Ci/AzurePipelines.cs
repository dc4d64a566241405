using System.Globalization;
using System.Text;
using ParallelExec.Events;
using ParallelExec.Model;

namespace ParallelExec.Reporting.Ci;

/// <summary>Logging commands of Azure Pipelines.</summary>
internal sealed class AzurePipelines : CiCommands
{
    protected override bool AtLineStart => true;

    protected override string BeginGroup(int number, string title, DateTimeOffset at) =>
        $"##[group]{title.ReplaceLineEndings(" ")}";

    protected override string EndGroup(int number, string title, DateTimeOffset at) => "##[endgroup]";

    public override int MostIssues => 100;

    public override bool TellsLines => true;

    public override string Issue(Severity severity, string code, string title, string message, SourceLocation at)
    {
        var command = new StringBuilder("##vso[task.logissue type=").Append(severity == Severity.Error ? "error;" : "warning;");
        if (at.File.Length > 0)
            command.Append("sourcepath=").Append(Escaped(at.File)).Append(';');
        if (at.Line > 0)
            command.Append(CultureInfo.InvariantCulture, $"linenumber={at.Line};");
        if (at.Column > 0)
            command.Append(CultureInfo.InvariantCulture, $"columnnumber={at.Column};");
        return command.Append("code=").Append(Escaped(code)).Append(";]").Append(Escaped(message)).ToString();
    }

    public override string Progress(int percent, string text) =>
        string.Create(CultureInfo.InvariantCulture, $"##vso[task.setprogress value={percent};]{Escaped(text)}");

    public override IEnumerable<string> Finish(RunOptions options, RunResult run)
    {
        if (options.ReportMarkdown)
            yield return $"##vso[task.uploadsummary]{Escaped(Path.Combine(options.Directory, "summary.md"))}";
    }

    private static string Escaped(string text) =>
        text.Replace("%", "%AZP25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal)
            .Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal)
            .Replace("]", "%5D", StringComparison.Ordinal);
}
