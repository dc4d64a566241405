using System.Text;
using System.Text.RegularExpressions;

namespace ParallelExec.Parsing.Conversions;

/// <summary>
/// A text with placeholders: <c>{in}</c> and the like. <c>{{in}}</c> is the text itself, and the <c>${NAME}</c> of a shell is none.
/// </summary>
internal sealed partial class Template
{
    // Literals and placeholders in turn, beginning with a literal.
    private readonly List<string> literals = [];
    private readonly List<(string Name, char Quote)> placeholders = [];
    private readonly ShellQuoting? quoting;

    private Template(ShellQuoting? quoting) => this.quoting = quoting;

    /// <param name="quoting">Of what a shell reads; null of all else.</param>
    /// <param name="unknown">The placeholders that do not exist.</param>
    public static Template Parse(string text, ShellQuoting? quoting, out IReadOnlyList<string> unknown)
    {
        var template = new Template(quoting);
        List<string> odd = [];
        var literal = new StringBuilder();
        char open = '\0';
        int at = 0;
        foreach (Match match in Placeholder().Matches(text))
        {
            literal.Append(text, at, match.Index - at);
            at = match.Index + match.Length;
            string name = match.Groups["name"].Value;
            if (match.Groups["text"].Success)
            {
                literal.Append('{').Append(match.Groups["text"].Value).Append('}');
                continue;
            }
            if (!ConvertedFile.Names.Contains(name, StringComparer.Ordinal))
            {
                odd.Add(name);
                continue;
            }
            open = quoting?.After(literal.ToString(), open) ?? '\0';
            template.Add(literal, name, open);
        }
        literal.Append(text, at, text.Length - at);
        template.literals.Add(literal.ToString());
        unknown = odd;
        return template;
    }

    public bool Uses(string name) => placeholders.Exists(placeholder => placeholder.Name == name);

    /// <summary>The placeholders of one file, where there are several.</summary>
    public IEnumerable<string> OfOneFile => placeholders.Select(placeholder => placeholder.Name).Where(name => name != "in").Distinct();

    /// <summary>With a list of files in the place of <c>{in}</c>, the only placeholder in it.</summary>
    public string Fill(IEnumerable<string> files)
    {
        var text = new StringBuilder();
        for (int i = 0; i < placeholders.Count; i++)
            text.Append(literals[i]).AppendJoin(' ', files.Select(file => quoting!.Quote(file, placeholders[i].Quote)));
        return text.Append(literals[^1]).ToString();
    }

    public string Fill(ConvertedFile file)
    {
        if (placeholders.Count == 0)
            return literals[0];
        var text = new StringBuilder();
        for (int i = 0; i < placeholders.Count; i++)
        {
            (string name, char quote) = placeholders[i];
            text.Append(literals[i]);
            string value = file[name];
            // Some write {name}{ext}, some {name}.{ext}: both mean one dot.
            if (name == "ext" && value.Length > 0 && literals[i].EndsWith('.'))
                value = value[1..];
            text.Append(quoting is null ? value : quoting.Quote(value, quote));
        }
        return text.Append(literals[^1]).ToString();
    }

    private void Add(StringBuilder literal, string name, char quote)
    {
        literals.Add(literal.ToString());
        literal.Clear();
        placeholders.Add((name, quote));
    }

    [GeneratedRegex(@"\{\{(?<text>[A-Za-z]+)\}\}|(?<!\$)\{(?<name>[A-Za-z]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
