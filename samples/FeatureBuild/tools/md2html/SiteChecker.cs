using System.Net;

namespace Md2Html;

/// <summary>The pages as a whole: an index with one entry each, and no link that leads nowhere.</summary>
internal static class SiteChecker
{
    public static int Check(string documentsFolder, string siteFolder)
    {
        List<string> names = [.. Directory.EnumerateFiles(documentsFolder, "*.md").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];
        Dictionary<string, string> pages = new(StringComparer.Ordinal);
        int errors = 0;
        foreach (string name in names)
        {
            string file = Path.Combine(siteFolder, name + ".html");
            if (File.Exists(file))
            {
                pages.Add(name + ".html", File.ReadAllText(file));
            }
            else
            {
                errors += Error(documentsFolder, name, 1, "DOC003", $"the document has no page '{file}'");
            }
        }

        pages.Add("index.html", Index(pages));
        File.WriteAllText(Path.Combine(siteFolder, "index.html"), pages["index.html"]);

        Dictionary<string, HashSet<string>> anchors = pages.ToDictionary(page => page.Key, page => Page.AnchorsOf(page.Value).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        int links = 0;
        foreach ((string page, string html) in pages)
        {
            foreach ((string target, int line) in Page.LinksOf(html).Where(link => !link.Target.Contains("://", StringComparison.Ordinal)))
            {
                links++;
                string[] parts = target.Split('#', 2);
                if (!anchors.TryGetValue(parts[0] is "" ? page : parts[0], out HashSet<string>? targets))
                {
                    errors += Error(documentsFolder, Path.GetFileNameWithoutExtension(page), line, "DOC004", $"the link '{target}' leads to a page that does not exist");
                }
                else if (parts is [_, string anchor] && !targets.Contains(anchor))
                {
                    errors += Error(documentsFolder, Path.GetFileNameWithoutExtension(page), line, "DOC005", $"the link '{target}' leads to a heading that does not exist");
                }
            }
        }

        Console.WriteLine($"{pages.Count} pages, {links} links, {errors} errors");
        return errors == 0 ? 0 : 1;
    }

    private static string Index(Dictionary<string, string> pages)
    {
        IEnumerable<string> entries = pages.Select(page => $"<li><a href=\"{page.Key}\">{WebUtility.HtmlEncode(Page.TitleOf(page.Value))}</a></li>");
        return Page.Html("Tidewatch", $"<h1 id=\"tidewatch\">Tidewatch</h1>\n<ul>\n{string.Join('\n', entries)}\n</ul>");
    }

    /// <summary>Points at the document, not at the page made from it: that is the file a person corrects.</summary>
    private static int Error(string documentsFolder, string name, int line, string code, string message)
    {
        Console.Error.WriteLine($"{Path.GetFullPath(Path.Combine(documentsFolder, name + ".md"))}({line}): error {code}: {message}");
        return 1;
    }
}
