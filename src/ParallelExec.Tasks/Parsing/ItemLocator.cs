using System.Xml;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>Finds the line of an item in the file that declares it. MSBuild keeps the file of an item, but not its line.</summary>
internal static class ItemLocator
{
    private static readonly char[] Expressions = ['$', '@', '%', '*'];

    /// <summary>The line of the item, or of its metadata where that is named; the file alone where it cannot be told.</summary>
    public static SourceLocation Locate(Origin origin, string? metadata)
    {
        if (origin.Location is { } known)
            return known;
        try
        {
            return Search(origin, metadata) ?? new SourceLocation(origin.File);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or XmlException)
        {
            return new SourceLocation(origin.File);
        }
    }

    private static SourceLocation? Search(Origin origin, string? metadata)
    {
        using XmlReader reader = XmlReader.Create(origin.File, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        SourceLocation? computed = null;
        int occurrence = origin.Occurrence;
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element || !reader.LocalName.Equals(origin.ItemType, StringComparison.OrdinalIgnoreCase))
                continue;
            string include = reader.GetAttribute("Include") ?? "";
            int here = include.Split(';', StringSplitOptions.TrimEntries).Count(id => id.Equals(origin.Id, StringComparison.OrdinalIgnoreCase));
            if (here > occurrence)
                return Position(reader, origin.File, metadata);
            occurrence -= here;
            // An Include that is computed could be the one: the first such is the best guess where no literal one fits.
            if (here == 0 && include.IndexOfAny(Expressions) >= 0)
                computed ??= Position(reader, origin.File, metadata: null);
        }
        return computed;
    }

    private static SourceLocation Position(XmlReader reader, string file, string? metadata)
    {
        var lines = (IXmlLineInfo)reader;
        // The reader stands on the name; the element begins one character before it.
        var element = new SourceLocation(file, lines.LineNumber, lines.LinePosition - 1);
        if (metadata is null)
            return element;
        if (reader.MoveToAttribute(metadata))
            return new SourceLocation(file, lines.LineNumber, lines.LinePosition);
        reader.MoveToElement();
        if (reader.IsEmptyElement)
            return element;
        int depth = reader.Depth;
        while (reader.Read() && reader.Depth > depth)
        {
            if (reader.NodeType == XmlNodeType.Element && reader.LocalName.Equals(metadata, StringComparison.OrdinalIgnoreCase))
                return new SourceLocation(file, lines.LineNumber, lines.LinePosition - 1);
        }
        return element;
    }
}
