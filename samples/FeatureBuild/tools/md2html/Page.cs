using System.Net;
using System.Text.RegularExpressions;

namespace Md2Html;

/// <summary>What all pages of the site have in common, and how the check finds it again.</summary>
internal static partial class Page
{
    public static string Html(string title, string body) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><title>{WebUtility.HtmlEncode(title)}</title></head>
        <body>
        <nav><a href="index.html">Tidewatch</a></nav>
        {body.TrimEnd()}
        </body>
        </html>

        """.ReplaceLineEndings("\n");

    public static string TitleOf(string html) => WebUtility.HtmlDecode(Title().Match(html).Groups["title"].Value);

    public static IEnumerable<string> AnchorsOf(string html) => Anchor().Matches(html).Select(match => match.Groups["id"].Value);

    public static IEnumerable<(string Target, int Line)> LinksOf(string html) => Link().Matches(html).Select(match =>
        (WebUtility.HtmlDecode(match.Groups["target"].Value), match.Groups["line"].Success ? int.Parse(match.Groups["line"].Value) : 1));

    [GeneratedRegex("<title>(?<title>[^<]*)</title>")]
    private static partial Regex Title();

    [GeneratedRegex("<h[1-6] id=\"(?<id>[^\"]*)\"")]
    private static partial Regex Anchor();

    [GeneratedRegex("<a href=\"(?<target>[^\"]*)\"(?: data-line=\"(?<line>[0-9]+)\")?")]
    private static partial Regex Link();
}
