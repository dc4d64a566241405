using Md2Html;

try
{
    return args switch
    {
        ["convert", string markdown, string html] => PageConverter.Convert(markdown, html),
        ["check", string documents, string site] => SiteChecker.Check(documents, site),
        ["pack", string site, string archive] => SiteArchive.Pack(site, archive),
        _ => Usage(),
    };
}
catch (IOException e)
{
    // The form `program : error CODE: text` is what MSBuild, and so ParallelExec, recognises as an error.
    Console.Error.WriteLine($"md2html : error DOC000: {e.Message}");
    return 1;
}

static int Usage()
{
    Console.Error.WriteLine("""
        usage: md2html convert PAGE.md PAGE.html    one page
               md2html check DOCUMENTS SITE         every document has a page, every link leads somewhere; writes SITE/index.html
               md2html pack SITE ARCHIVE.zip        the whole site in one file, the same bytes for the same pages
        """);
    return 2;
}
