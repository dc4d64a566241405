using System.Collections.Immutable;
using System.Text;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Parsing.Conversions;

/// <summary>
/// <c>ParallelConvert</c> items, one for each file, become a subtask for each file and a milestone for each <c>Id</c>. What is wrong with
/// one file leaves only that name for all: who depends on it is not told that it does not exist.
/// </summary>
internal sealed class ConvertExpansion(
    DeclarationSet declared, ProjectFiles files, RunOptions options, SubtaskParser parser, IReadOnlyList<string> nativePaths,
        List<Diagnostic> diagnostics)
{
    public const string ItemType = "ParallelConvert";

    private const string DefaultId = "convert";

    /// <summary>A slip in a pattern concerns each of its files.</summary>
    private const int MostTold = 10;

    private const int LongestId = 200;

    private static readonly StringComparer Paths = OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    private readonly RealPaths real = new();
    private int told;

    private IEnumerable<RawPattern> OwnPatterns =>
        files.Patterns.Where(pattern => pattern.Origin.ItemType.Equals(ItemType, StringComparison.OrdinalIgnoreCase));

    public IEnumerable<Expanded> Expand()
    {
        // With no such items nothing of this is paid for.
        Declaration[] items = [.. declared.Of(ItemType)];
        if (items.Length == 0 && !OwnPatterns.Any())
            return [];
        List<Expanded> expanded = [];
        HashSet<string> unmatched = Unmatched(items);
        foreach (IGrouping<string, Declaration> set in items.GroupBy(IdOf, StringComparer.OrdinalIgnoreCase))
        {
            unmatched.Remove(set.Key);
            expanded.AddRange(ExpandSet(set.Key, [.. set]));
        }
        // Who depends on one of them must not be told that it does not exist.
        expanded.AddRange(unmatched.Select(id => Nothing(id, new Origin(declared.ProjectFile, ItemType, id))));
        return expanded;
    }

    private static string IdOf(Declaration item) =>
        item.Metadata.TryGetValue("Id", out MetadataValue? id) && !id.IsEmpty ? id.Text.Trim() : DefaultId;

    /// <summary>Patterns that match no file: MSBuild makes no item of them, and says nothing.</summary>
    /// <returns>Their ids.</returns>
    private HashSet<string> Unmatched(Declaration[] items)
    {
        var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (RawPattern pattern in OwnPatterns)
        {
            bool isComputed = pattern.Include.AsSpan().IndexOfAny("$@%") >= 0;
            IEnumerable<Declaration> own = items.Where(item => item.Origin.File == pattern.Origin.File);
            PathPattern[] parts = isComputed ? []
                : [.. Values.List(pattern.Include).Select(part => new PathPattern(part, options.ProjectDirectory))];
            foreach (string part in isComputed ? (own.Any() ? [] : [pattern.Include])
                : parts.Where(part => !own.Any(item => Matches(part, item))).Select(part => part.Declared))
            {
                diagnostics.Add(Diagnostic.Error(
                    Codes.InvalidValue,
                    $"ParallelConvert Include=\"{part}\" matches no file in '{options.ProjectDirectory}', so there is nothing to convert. "
                        + "Correct the path; where there may be none, give the item a Condition.",
                    pattern.Origin));
                ids.Add(pattern.Id ?? DefaultId);
            }
        }
        return ids;
    }

    private bool Matches(PathPattern pattern, Declaration item)
    {
        string path = Path.GetFullPath(item.Id, options.ProjectDirectory);
        if (!pattern.IsGlob)
            return Paths.Equals(pattern.FullPath, path);
        // MSBuild's wildcards enter every folder.
        PatternPlaces places = PatternPlaces.Beginning(pattern);
        PatternSegment[] names = PathPattern.Names(path);
        for (int i = 0; i < names.Length - 1; i++)
            places = places.Enter(names[i].Text, everywhere: true);
        return places.Accepts(names[^1].Text);
    }

    private IEnumerable<Expanded> ExpandSet(string id, Declaration[] items)
    {
        told = 0;
        int before = diagnostics.Count(diagnostic => diagnostic.Severity == Severity.Error);
        Declaration first = items[0] with { Id = id };
        if (!Values.IsId(id))
        {
            diagnostics.Add(Diagnostic.Error(
                Codes.InvalidId,
                    $"'{id}' is not a valid Id of a conversion: allowed are letters, digits and . _ - : /, 200 characters at most.",
                    first.Origin, "Id"));
            return [];
        }
        var set = new SubtaskSet(id, items.Any(RemovesOrphans));
        var conversions = new Dictionary<string, Conversion?>(StringComparer.Ordinal);
        var found = new List<ConvertedItem>(items.Length);
        foreach (Declaration item in items.OrderBy(item => item.Id, StringComparer.Ordinal))
        {
            string key = KeyOf(item);
            if (!conversions.TryGetValue(key, out Conversion? conversion))
                conversions[key] = conversion = Conversion.Read(item.WithNative(nativePaths) with { Id = id }, parser, diagnostics);
            if (conversion is not null && Find(item, conversion) is { } file)
                found.Add(file);
        }
        CheckOutputs(found);
        if (diagnostics.Count(diagnostic => diagnostic.Severity == Severity.Error) > before)
            return [Nothing(id, first.Origin)];

        var ids = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        Subtask[] members =
            [.. found.Where(file => file.Conversion.Batch == 1).Select(file => One(file, UniqueId(id, file.Input, ids), set)),
            .. Batches(id, found, ids, set)];
        Subtask common = found[0].Conversion.Common;
        var all = new Subtask
        {
            Id = id,
            Work = new MilestoneWork(),
            Origin = first.Origin,
            WorkingDirectory = options.ProjectDirectory,
            Group = common.Group,
            Title = common.Title,
            Cores = 0,
            DependsOn = [.. members.Select(member => member.Id)],
        };
        return [.. members.Append(all).Select(subtask => new Expanded(subtask))];
    }

    private Subtask One(ConvertedItem file, string id, SubtaskSet set) =>
        file.Conversion.For(file.File, file.Item, id, PatternOf(file.Input), [.. file.Outputs.Select(PatternOf)], set);

    private IEnumerable<Subtask> Batches(string id, List<ConvertedItem> found, HashSet<string> ids, SubtaskSet set)
    {
        int number = 0;
        foreach (IGrouping<Conversion, ConvertedItem> same in found.Where(file => file.Conversion.Batch > 1)
            .GroupBy(file => file.Conversion))
        {
            foreach (ConvertedItem[] files in same.Chunk(same.Key.Batch))
            {
                string unique = UniqueId(id, Path.Combine(options.ProjectDirectory, Wording.Number(++number)), ids);
                BatchFile[] batch = [.. files.Select(file => new BatchFile(file.File.In, file.Input, [.. file.Outputs.Select(PatternOf)]))];
                yield return same.Key.For(batch, files[0].Item, unique, files.Select(file => PatternOf(file.Input)), set);
            }
        }
    }

    private PathPattern PatternOf(string path) => new(path, options.ProjectDirectory);

    private static bool RemovesOrphans(Declaration item) =>
        item.Metadata.TryGetValue("RemoveOrphans", out MetadataValue? value) && Values.Boolean(value.Text) == true;

    private static string KeyOf(Declaration item)
    {
        var key = new StringBuilder();
        foreach ((string name, MetadataValue value) in item.Metadata)
            key.Append(name).Append('=').Append(value.Text).Append('\0');
        return key.ToString();
    }

    private ConvertedItem? Find(Declaration item, Conversion conversion)
    {
        string path = Path.GetFullPath(Values.NativePath(item.Id), options.ProjectDirectory);
        if (item.Id.AsSpan().IndexOfAny("\n\r\0*?") >= 0)
            return Refuse(item, "has a line's end or a wildcard in its name, which nothing here can have. Rename it");
        bool isThere = File.Exists(path);
        if (!isThere && Directory.Exists(path))
            return Refuse(item, $"is a folder. Name the files in it: {item.Id.TrimEnd('/', '\\')}/**/*");
        if (conversion.Common.DependsOn.IsEmpty && !isThere)
            return Refuse(item, "is not there. Correct the path; where another subtask makes it, add DependsOn");
        string name = Path.GetFileName(path), ext = Path.GetExtension(path);
        var file = new ConvertedFile(
            ConvertedFile.Path(conversion.WorkingDirectory, path),
            "",
            item.RecursiveDirectory.TrimEnd('/', '\\'),
            name[..^ext.Length],
            ext);
        string[] outputs = [.. conversion.OutputsOf(file).Select(output => Path.GetFullPath(output, options.ProjectDirectory))];
        if (outputs.Any(output => Paths.Equals(output, path)))
            return Refuse(item, "would be written over by what comes of it. Give Outputs another folder, or another extension");
        if (Array.Find(outputs, output => !RealPaths.IsInside(options.ProjectDirectory, output) || Leaves(output)) is { } outside)
            return Refuse(item, $"would become '{outside}', which is outside of the project's folder. Name a place in it");
        return new ConvertedItem(
            item, conversion, file with { Out = ConvertedFile.Path(conversion.WorkingDirectory, outputs[0]) }, path, outputs);
    }

    // By a link in it.
    private bool Leaves(string output) =>
        Path.GetDirectoryName(output) is { } folder && !RealPaths.IsInside(real.Of(options.ProjectDirectory), real.Of(folder));

    private void CheckOutputs(List<ConvertedItem> found)
    {
        var byOutput = new Dictionary<string, ConvertedItem>(Paths);
        HashSet<string> inputs = new(found.Select(file => file.Input), Paths);
        foreach ((ConvertedItem file, string output) in found.SelectMany(file => file.Outputs.Select(output => (file, output))))
        {
            string shown = Path.GetRelativePath(options.ProjectDirectory, output);
            if (!byOutput.TryAdd(output, file))
                Refuse(file.Item,
                    $"and '{byOutput[output].Item.Id}' would both become '{shown}'. Use {{dir}}, {{name}} and {{ext}} in Outputs, so that "
                    + $"each has its own");
            else if (inputs.Contains(output))
                Refuse(file.Item,
                    $"would become '{shown}', which is one of the files to be converted. Give Outputs another folder, or Exclude it");
        }
    }

    private ConvertedItem? Refuse(Declaration item, string why)
    {
        if (told++ < MostTold)
            diagnostics.Add(
                Diagnostic.Error(Codes.InvalidValue, $"The file '{item.Id.ReplaceLineEndings("%0A")}' {why}.", item.Origin, "Outputs"));
        return null;
    }

    private Expanded Nothing(string id, Origin origin) =>
        new(new Subtask { Id = id, Work = new MilestoneWork(), Origin = origin, WorkingDirectory = options.ProjectDirectory },
            IsUnderstood: false);

    /// <summary>A file's id is its path; what no id can have in it is <c>_</c> there.</summary>
    private string UniqueId(string set, string path, HashSet<string> taken)
    {
        string relative = Path.GetRelativePath(options.ProjectDirectory, path).Replace('\\', '/');
        IEnumerable<char> allowed = relative.Select(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or ':' or '/' ? c : '_');
        string id = $"{set}:{string.Concat(allowed)}";
        if (id.Length > LongestId)
            id = $"{set}:{id[^(LongestId - set.Length - 1)..]}";
        string unique = id;
        for (int i = 2; !taken.Add(unique); i++)
            unique = $"{id[..Math.Min(id.Length, LongestId - 6)]}-{i}";
        return unique;
    }

    private sealed record ConvertedItem(Declaration Item, Conversion Conversion, ConvertedFile File, string Input, string[] Outputs);
}
