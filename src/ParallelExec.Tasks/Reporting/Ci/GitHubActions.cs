using System.Globalization;
using System.Text;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Reporting.Ci;

/// <summary>
/// Workflow commands of GitHub Actions. Annotations of our own codes are commands; what compilers say in MSBuild's form becomes one by a
/// problem matcher, which takes the place of that of actions/setup-dotnet, so that nothing is annotated twice.
/// </summary>
internal sealed class GitHubActions : CiCommands
{
    public const string MatcherFile = "github-matcher.json";

    // As owner stands who else makes annotations of MSBuild's lines. Ours are told by commands, with more than their first line.
    private const string Line =
        @"^\\s*(.+?)\\((\\d+)(?:,(\\d+)[\\d,-]*)?\\)\\s?:\\s+(?:\\w+\\s)?(error|warning)\\s+(?!PEX\\d)(\\w*\\d+)\\s?:\\s+(.*?)"
        + @"(?:\\s+\\[([^\\]]+)\\])?$";

    private const string Matcher = $$"""
        {
          "problemMatcher": [
            {
              "owner": "csc",
              "pattern": [
                {
                  "regexp": "{{Line}}",
                  "file": 1,
                  "line": 2,
                  "column": 3,
                  "severity": 4,
                  "code": 5,
                  "message": 6,
                  "fromPath": 7
                }
              ]
            }
          ]
        }

        """;

    /// <summary>Of each severity, in one step.</summary>
    public override int MostIssues => 10;

    public override IEnumerable<string> Start(RunOptions options)
    {
        string file = Path.Combine(options.Directory, MatcherFile);
        WholeFile.Write(file, stream => stream.Write(Encoding.UTF8.GetBytes(Matcher)));
        yield return $"::add-matcher::{Data(file)}";
    }

    protected override string BeginGroup(int number, string title, DateTimeOffset at) => $"::group::{Data(title)}";

    protected override string EndGroup(int number, string title, DateTimeOffset at) => "::endgroup::";

    public override string Issue(Severity severity, string code, string title, string message, SourceLocation at)
    {
        var command = new StringBuilder(severity == Severity.Error ? "::error " : "::warning ");
        if (at.File.Length > 0)
            command.Append("file=").Append(Property(at.File)).Append(',');
        if (at.Line > 0)
            command.Append(CultureInfo.InvariantCulture, $"line={at.Line},");
        if (at.Column > 0)
            command.Append(CultureInfo.InvariantCulture, $"col={at.Column},");
        return command.Append("title=").Append(Property(title)).Append("::").Append(Data(message)).ToString();
    }

    /// <summary>Hides a text in the logs of all that comes after it in the job.</summary>
    public static string Mask(string secret) => $"::add-mask::{Data(secret)}";

    private static string Data(string text) =>
        text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal)
            .Replace("\n", "%0A", StringComparison.Ordinal);

    private static string Property(string text) =>
        Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);
}
