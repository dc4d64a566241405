using System.Text;
using System.Text.RegularExpressions;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>
/// A shell's own <c>$(pwd)</c> in a command is MSBuild's too, which puts nothing in its place where no property has that name, and says
/// nothing. What stands in the XML is laid beside what came of it.
/// </summary>
internal sealed partial class ExpansionCheck(DeclarationSet declared, ProjectFiles files, List<Diagnostic> diagnostics)
{
    public void Check()
    {
        foreach (RawText raw in files.Commands)
        {
            foreach (Declaration item in declared.Of("ParallelTask").Where(item => CanBe(item, raw)))
            {
                string[] empty = [.. ReplacedByNothing(raw.Text, item.Metadata[raw.Metadata].Text)
                    .Where(name => !IsDeclared(name)).Distinct(StringComparer.Ordinal)];
                if (empty.Length == 0)
                    continue;
                string names = string.Join(", ", empty.Select(name => $"$({name})"));
                diagnostics.Add(Diagnostic.Warning(
                    Codes.UnknownName,
                    $"'{item.Id}' has {names} in its {raw.Metadata}: "
                    + "there is no property of that name, so MSBuild has put nothing in its place. "
                    + $"What is meant for the shell is written %24({empty[0]}); a property that may be empty is declared, empty.",
                    raw.Origin));
                break;
            }
        }
    }

    /// <summary>The names in <c>$(…)</c> from which nothing has come; none where the two texts do not fit.</summary>
    public static IEnumerable<string> ReplacedByNothing(string raw, string expanded)
    {
        var pattern = new StringBuilder("^");
        var names = new List<string>();
        int at = 0;
        foreach (Match expression in Expression().Matches(raw))
        {
            // Of two that stand side by side nobody can tell what came of which.
            if (expression.Index == at && at > 0)
                return [];
            Literal(raw[at..expression.Index]);
            names.Add(expression.Groups["name"].Value);
            pattern.Append("(.*?)");
            at = expression.Index + expression.Length;
        }
        Literal(raw[at..]);
        const RegexOptions options = RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking;
        Match match = Regex.Match(Slashes(expanded), pattern.Append('$').ToString(), options);
        return match.Success ? names.Where((name, index) => name.Length > 0 && match.Groups[index + 1].Length == 0) : [];

        void Literal(string text) => pattern.Append(Regex.Escape(Slashes(MetadataValue.FromEscaped(text).Text)));
    }

    private static bool CanBe(Declaration item, RawText raw) =>
        item.Origin.File == raw.Origin.File && item.Metadata.ContainsKey(raw.Metadata)
        && (raw.Include.AsSpan().IndexOfAny("$@%*") >= 0 || Values.List(raw.Include).Contains(item.Id, StringComparer.OrdinalIgnoreCase));

    private bool IsDeclared(string name) =>
        files.PlaceOf(name) is not null
        || declared.GlobalProperties.Keys.Concat(declared.Environment.Keys).Contains(name, StringComparer.OrdinalIgnoreCase);

    // MSBuild turns some of them round.
    private static string Slashes(string text) => text.Replace('\\', '/');

    // Of property functions and of items and metadata something comes, or not, for reasons of their own: they fit anything.
    [GeneratedRegex(@"\$\((?<name>[^()\[\]:.'""]+)\)|[$@%]\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", RegexOptions.CultureInvariant)]
    private static partial Regex Expression();
}
