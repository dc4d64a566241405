using System.Globalization;
using Markdig;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Slugs;
using Tables;

namespace Md2Html;

/// <summary>One Markdown document to one HTML page, with anchors for its headings and tables for its <c>csv</c> blocks.</summary>
internal static class PageConverter
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePreciseSourceLocation().Build();

    public static int Convert(string markdownFile, string htmlFile)
    {
        MarkdownDocument document = Markdown.Parse(File.ReadAllText(markdownFile), Pipeline);
        string? title = AddAnchors(document);
        if (title is null)
        {
            return Error(markdownFile, 1, "DOC001", "the document has no heading, so its page would have no title");
        }

        PointAtPages(document);
        try
        {
            DrawTables(document);
        }
        catch (TableException e)
        {
            return Error(markdownFile, e.Line, "DOC002", e.Message);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(htmlFile))!);
        File.WriteAllText(htmlFile, Page.Html(title, document.ToHtml(Pipeline)));
        Console.WriteLine($"{markdownFile} -> {htmlFile}");
        return 0;
    }

    /// <summary>Gives every heading its anchor; the first heading is the title.</summary>
    private static string? AddAnchors(MarkdownDocument document)
    {
        string? title = null;
        SlugSet slugs = new();
        foreach (HeadingBlock heading in document.Descendants<HeadingBlock>())
        {
            string text = string.Concat(heading.Inline!.Descendants().Select(TextOf));
            heading.GetAttributes().Id = slugs.Add(text);
            title ??= text;
        }

        return title;
    }

    private static string TextOf(MarkdownObject inline) => inline switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        _ => "",
    };

    /// <summary>Links between documents become links between pages, and remember their line for the check of the site.</summary>
    private static void PointAtPages(MarkdownDocument document)
    {
        foreach (LinkInline link in document.Descendants<LinkInline>().Where(link => !link.IsImage))
        {
            string[] parts = (link.Url ?? "").Split('#', 2);
            if (parts[0].EndsWith(".md", StringComparison.Ordinal) && !parts[0].Contains("://", StringComparison.Ordinal))
            {
                parts[0] = Path.ChangeExtension(parts[0], ".html");
                link.Url = string.Join('#', parts);
            }

            link.GetAttributes().AddProperty("data-line", (link.Line + 1).ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void DrawTables(MarkdownDocument document)
    {
        foreach (FencedCodeBlock block in document.Descendants<FencedCodeBlock>().Where(block => block.Info == "csv").ToList())
        {
            string html;
            try
            {
                html = CsvTable.Parse(block.Lines.ToString()).ToHtml();
            }
            catch (FormatException e)
            {
                throw new TableException(block.Line + 1, e);
            }

            ContainerBlock parent = block.Parent!;
            int index = parent.IndexOf(block);
            parent.RemoveAt(index);
            parent.Insert(index, new HtmlBlock(new HtmlBlockParser()) { Lines = new StringLineGroup(html) });
        }
    }

    private static int Error(string file, int line, string code, string message)
    {
        Console.Error.WriteLine($"{Path.GetFullPath(file)}({line}): error {code}: {message}");
        return 1;
    }

    private sealed class TableException(int line, FormatException inner) : Exception($"the table cannot be read: {inner.Message}", inner)
    {
        public int Line { get; } = line;
    }
}
