using System.Xml;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.Parsing.Conversions;

namespace ParallelExec.Parsing;

/// <summary>
/// The XML of a project, of the files beside it, and of what they import by a path that can be read off: names that the engine does not
/// tell, each with its place. Reading is forgiving: what can not be read was the engine's to complain about.
/// </summary>
internal sealed class ProjectFiles
{
    private readonly Dictionary<string, NamedPlace> itemTypes = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<NamedPlace> properties = [];
    private readonly List<RawText> commands = [];
    private readonly List<RawPattern> patterns = [];
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly Queue<string> open = new();
    private readonly string projectDirectory;

    public ProjectFiles(DeclarationSet declared)
    {
        projectDirectory = Path.GetDirectoryName(declared.ProjectFile) ?? "";
        Add(declared.ProjectFile);
        foreach (string file in declared.Files.Concat(declared.Items.Select(item => item.Origin.File)))
            Add(file);
        while (open.TryDequeue(out string? file))
        {
            // Ours are known.
            if (!file.StartsWith(declared.SdkDirectory, StringComparison.Ordinal) || declared.SdkDirectory.Length == 0)
                Read(file);
        }
    }

    /// <summary>Where properties are set, in the order of the files.</summary>
    public IReadOnlyList<NamedPlace> Properties => properties;

    /// <summary>The types of items, each with the first of them.</summary>
    public IEnumerable<NamedPlace> ItemTypes => itemTypes.Values;

    /// <summary>Commands of <c>ParallelTask</c> items in which something is expanded.</summary>
    public IReadOnlyList<RawText> Commands => commands;

    /// <summary>Items that stand for files by wildcards, whatever the build is like; the type of each stands in its origin.</summary>
    public IReadOnlyList<RawPattern> Patterns => patterns;

    /// <summary>The last place that sets a property: that one counts.</summary>
    public Origin? PlaceOf(string property) =>
        properties.FindLast(place => place.Name.Equals(property, StringComparison.OrdinalIgnoreCase))?.Origin;

    private void Add(string file)
    {
        if (file.Length > 0 && seen.Add(file))
            open.Enqueue(file);
    }

    private void Read(string file)
    {
        try
        {
            if (RegularFile.Exists(file))
                Scan(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or XmlException)
        {
        }
    }

    private void Scan(string file)
    {
        using XmlReader reader = XmlReader.Create(file, new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        var path = new List<string>();
        string include = "", part = "";
        bool mayBeLeftOut = false;
        while (reader.Read())
        {
            if (reader.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && IsTask(path, reader.Depth - 2))
                AddCommand(reader, file, include, part, reader.Value);
            if (reader.NodeType != XmlNodeType.Element)
                continue;
            path.RemoveRange(Math.Min(reader.Depth, path.Count), path.Count - Math.Min(reader.Depth, path.Count));
            string name = reader.LocalName, parent = path.Count == 0 ? "" : path[^1];
            path.Add(name);
            if (parent == "PropertyGroup")
                properties.Add(new NamedPlace(name, Here(reader, file, name)));
            else if (parent == "ItemGroup" && !itemTypes.ContainsKey(name))
                itemTypes.Add(name, new NamedPlace(name, Here(reader, file, name)));
            part = name;
            // What is in a target, or under a condition, may rightly be nothing.
            if (name == "ItemGroup")
                mayBeLeftOut = path.Count != 2 || reader.GetAttribute("Condition") is not null;
            else if (parent == "ItemGroup" && !mayBeLeftOut)
                AddPattern(reader, file, name);
            if (IsTask(path, reader.Depth))
            {
                include = reader.GetAttribute("Include") ?? "";
                while (reader.MoveToNextAttribute())
                    AddCommand(reader, file, include, reader.LocalName, reader.Value);
            }
            else if (name == "Import" && reader.GetAttribute("Sdk") is null)
            {
                AddImport(file, reader.GetAttribute("Project") ?? "");
            }
        }
    }

    private static bool IsTask(List<string> path, int depth) =>
        depth > 0 && depth < path.Count && path[depth - 1] == "ItemGroup"
        && path[depth].Equals("ParallelTask", StringComparison.OrdinalIgnoreCase);

    private void AddCommand(XmlReader reader, string file, string include, string metadata, string text)
    {
        if (text.Contains("$(", StringComparison.Ordinal) && Names.ForPrograms.Contains(metadata))
            commands.Add(new RawText(include, metadata, text, Here(reader, file, include)));
    }

    private void AddPattern(XmlReader reader, string file, string type)
    {
        if (Names.OfFiles.Contains(type)
            && reader.GetAttribute("Include") is { } include && include.AsSpan().IndexOfAny("*?") >= 0
                && reader.GetAttribute("Condition") is null)
            patterns.Add(new RawPattern(include, reader.GetAttribute("Id"), Here(reader, file, include) with { ItemType = type }));
    }

    private void AddImport(string file, string project)
    {
        string here = Path.GetDirectoryName(file)!;
        string path = project
            .Replace("$(MSBuildThisFileDirectory)", here + "/", StringComparison.OrdinalIgnoreCase)
            .Replace("$(MSBuildProjectDirectory)", projectDirectory, StringComparison.OrdinalIgnoreCase)
            .Replace('\\', '/');
        if (path.Length > 0 && path.AsSpan().IndexOfAny("$@%*?") < 0)
            Add(Path.GetFullPath(path, here));
    }

    private static Origin Here(XmlReader reader, string file, string id)
    {
        var lines = (IXmlLineInfo)reader;
        // An element begins one character before its name, on which the reader stands.
        int before = reader.NodeType == XmlNodeType.Element ? 1 : 0;
        return new Origin(file, "", id) { Location = new SourceLocation(file, lines.LineNumber, lines.LinePosition - before) };
    }
}

/// <summary>A name in a project file, and where it stands.</summary>
internal sealed record NamedPlace(string Name, Origin Origin);

/// <summary>A metadata value as it stands in the XML, before MSBuild has expanded it.</summary>
/// <param name="Include">As it stands there too.</param>
internal sealed record RawText(string Include, string Metadata, string Text, Origin Origin);

/// <summary>An <c>Include</c> with wildcards, as it stands in the XML.</summary>
/// <param name="Id">Its metadata of that name, where it is an attribute.</param>
internal sealed record RawPattern(string Include, string? Id, Origin Origin);
