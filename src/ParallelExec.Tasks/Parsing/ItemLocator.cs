using System.Xml;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>
/// Finds the line of an item in the file that declares it: MSBuild keeps the file of an item, but not its line. Each file is read once,
/// when the first of its items is asked for. It can be asked by several threads.
/// </summary>
internal sealed class ItemLocator
{
    private static readonly char[] Expressions = ['$', '@', '%', '*'];

    /// <summary>Paths in an item are relative to a folder that says nothing here.</summary>
    private static readonly string Root = Path.GetFullPath("/a/b/c/d", Path.GetTempPath());

    private readonly Dictionary<string, Items> files = new(StringComparer.Ordinal);

    /// <summary>The line of the item, or of its metadata where that is named; the file alone where it cannot be told.</summary>
    public SourceLocation Locate(Origin origin, string? metadata)
    {
        if (origin.Location is { } known)
            return known;
        Items? items;
        lock (files)
        {
            if (!files.TryGetValue(origin.File, out items))
                files[origin.File] = items = Items.Read(origin.File);
        }
        if (items.Find(origin) is not { } element)
            return new SourceLocation(origin.File);
        (int Line, int Column) place = element.Place;
        if (metadata is not null && !element.IsComputed && element.Metadata.TryGetValue(metadata, out (int, int) own))
            place = own;
        return new SourceLocation(origin.File, place.Line, place.Column);
    }

    /// <summary>The element of an item; lines and columns from 1.</summary>
    private sealed record Element(string Type, (int Line, int Column) Place, bool IsComputed)
    {
        public Dictionary<string, (int Line, int Column)> Metadata { get; } = new(StringComparer.OrdinalIgnoreCase);
    }

    private sealed class Items
    {
        // By "type id": one entry for each time that the id stands in the file.
        private readonly Dictionary<string, List<Element>> literal = new(StringComparer.OrdinalIgnoreCase);

        // By type, those whose Include is an expression.
        private readonly Dictionary<string, List<(Element Element, string[] Ids)>> computed = new(StringComparer.OrdinalIgnoreCase);

        public static Items Read(string file)
        {
            var items = new Items();
            try
            {
                using XmlReader reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
                items.Read(reader);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or XmlException)
            {
                // What stands before the place that can not be read is known all the same.
            }
            return items;
        }

        public Element? Find(Origin origin)
        {
            computed.TryGetValue(origin.ItemType, out List<(Element Element, string[] Ids)>? candidates);
            literal.TryGetValue(Key(origin.ItemType, origin.Id), out List<Element>? elements);
            // A file's name can stand in one element, and match the wildcards of another: MSBuild makes the items in the order of these.
            Element[] matching = [.. (candidates ?? []).Where(candidate => candidate.Ids.Any(id => IsMatch(id, origin.Id)))
                .Select(candidate => candidate.Element with { IsComputed = false })];
            if (matching.Length > 0)
                elements = [.. matching.Concat(elements ?? []).OrderBy(element => element.Place)];
            if (elements is not null && origin.Occurrence < elements.Count)
                return elements[origin.Occurrence];
            // An Include that is computed could be the one: the first such is the best guess where no literal one fits.
            return candidates?.Find(candidate => !candidate.Ids.Contains(origin.Id, StringComparer.OrdinalIgnoreCase)).Element;
        }

        private static bool IsMatch(string include, string id) =>
            include.AsSpan().IndexOfAny('*', '?') >= 0 && include.AsSpan().IndexOfAny('$', '@', '%') < 0
            && new PathPattern(include, Root).Includes(Path.GetFullPath(id.Replace('\\', '/'), Root));

        private static string Key(string type, string id) => $"{type} {id}";

        private void Read(XmlReader reader)
        {
            var lines = (IXmlLineInfo)reader;
            (Element Element, int Depth)? item = null;
            while (reader.Read())
            {
                if (reader.NodeType != XmlNodeType.Element)
                    continue;
                // The reader stands on the name; an element begins one character before it.
                (int, int) place = (lines.LineNumber, lines.LinePosition - 1);
                if (item is { } open && reader.Depth > open.Depth)
                    open.Element.Metadata.TryAdd(reader.LocalName, place);
                else if (reader.GetAttribute("Include") is { } include)
                    item = (Add(reader, lines, place, include), reader.Depth);
                else
                    item = null;
            }
        }

        private Element Add(XmlReader reader, IXmlLineInfo lines, (int Line, int Column) place, string include)
        {
            string[] ids = include.Split(';', StringSplitOptions.TrimEntries);
            var element = new Element(reader.LocalName, place, IsComputed: false);
            while (reader.MoveToNextAttribute())
                element.Metadata.TryAdd(reader.LocalName, (lines.LineNumber, lines.LinePosition));
            reader.MoveToElement();
            foreach (string id in ids)
            {
                string key = Key(element.Type, id);
                if (!literal.TryGetValue(key, out List<Element>? elements))
                    literal[key] = elements = [];
                elements.Add(element);
            }
            if (include.IndexOfAny(Expressions) >= 0)
            {
                if (!computed.TryGetValue(element.Type, out List<(Element Element, string[] Ids)>? candidates))
                    computed[element.Type] = candidates = [];
                candidates.Add((element with { IsComputed = true }, ids));
            }
            return element;
        }
    }
}
