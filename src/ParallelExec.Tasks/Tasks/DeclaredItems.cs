using System.Collections;
using System.Collections.Immutable;
using Microsoft.Build.Framework;
using ParallelExec.Model;
using ParallelExec.Parsing;
using ParallelExec.Parsing.Conversions;

namespace ParallelExec.Tasks;

/// <summary>Reads what ParallelExec.targets hands over: all declared items in one list, and all properties in one text.</summary>
internal static class DeclaredItems
{
    private const char TypeMark = '>';

    /// <summary>
    /// In the order in which they are handed over: a name that begins with the mark is an item's own at every other place.
    /// </summary>
    private static readonly string[] Types =
    [
        "ParallelTask", "ParallelPool", "ParallelTaskFolder", "ParallelAgent", "ParallelTeam", "ParallelTest", ConvertExpansion.ItemType,
    ];

    /// <summary>Items of several types, each type behind an entry that names it.</summary>
    public static ImmutableArray<Declaration> Read(ITaskItem[] items, string projectFile)
    {
        var declarations = ImmutableArray.CreateBuilder<Declaration>(items.Length);
        var occurrences = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        string type = "";
        int next = 0;
        foreach (ITaskItem2 item in items.OfType<ITaskItem2>())
        {
            string id = item.ItemSpec;
            if (id.StartsWith(TypeMark) && next < Types.Length && id.AsSpan(1).SequenceEqual(Types[next]))
            {
                type = Types[next++];
                continue;
            }
            string key = type + TypeMark + id;
            occurrences[key] = occurrences.GetValueOrDefault(key, -1) + 1;
            var metadata = new Dictionary<string, MetadataValue>(StringComparer.OrdinalIgnoreCase);
            foreach (DictionaryEntry entry in item.CloneCustomMetadataEscaped())
                metadata[(string)entry.Key] = MetadataValue.FromEscaped((string?)entry.Value ?? "");
            string file = item.GetMetadata("DefiningProjectFullPath") is { Length: > 0 } defining ? defining : projectFile;
            declarations.Add(new Declaration(id, metadata, new Origin(file, type, id, occurrences[key]))
            {
                RecursiveDirectory = type == ConvertExpansion.ItemType ? item.GetMetadata("RecursiveDir") : "",
            });
        }
        return declarations.ToImmutable();
    }

    /// <summary>Lines <c>Name=value</c>. A value can have several lines: only a name of ours begins a new one.</summary>
    public static Dictionary<string, string> ReadProperties(string text)
    {
        var properties = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string? name = null;
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            bool isOurs = line.StartsWith(OptionsParser.Prefix, StringComparison.Ordinal) || line.StartsWith('_');
            if (equals > 0 && isOurs && line.AsSpan(0, equals).IndexOfAnyExcept(NameCharacters) < 0)
            {
                name = line[..equals];
                properties[name] = line[(equals + 1)..];
            }
            else if (name is not null && line.Length > 0)
            {
                properties[name] += "\n" + line;
            }
        }
        return properties;
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}
