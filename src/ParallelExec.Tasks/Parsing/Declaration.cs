using System.Collections.Immutable;
using System.Text;
using ParallelExec.Model;

namespace ParallelExec.Parsing;

/// <summary>An item as it was declared, before anything in it was checked.</summary>
internal sealed record Declaration(string Id, IReadOnlyDictionary<string, MetadataValue> Metadata, Origin Origin)
{
    /// <summary>
    /// The item's <c>RecursiveDir</c>: its folder below the fixed part of the pattern that it matched; of some item types only.
    /// </summary>
    public string RecursiveDirectory { get; init; } = "";

    /// <summary>With these texts as this system writes them, wherever they stand in what a program is given.</summary>
    public Declaration WithNative(IReadOnlyList<string> paths) => paths.Count == 0 ? this : this with
    {
        Metadata = Metadata.ToDictionary(
            entry => entry.Key,
            entry => Names.ForPrograms.Contains(entry.Key)
                ? paths.Aggregate(entry.Value, (value, path) => value.Replace(path, Values.NativePath(path)))
                : entry.Value,
            StringComparer.OrdinalIgnoreCase),
    };
}

/// <summary>A metadata value: as one text, and as a list. A <c>;</c> written <c>%3B</c> does not separate.</summary>
internal sealed class MetadataValue
{
    private readonly string escaped;

    private MetadataValue(string escaped) => this.escaped = escaped;

    public string Text => Unescape(escaped);

    public ImmutableArray<string> List =>
        [.. escaped.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Unescape)];

    /// <summary>As a list of paths, in which a <c>!</c> takes back what follows it: one written <c>%21</c> is part of a name.</summary>
    public ImmutableArray<string> PathList =>
        [.. escaped.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(text => (text.StartsWith("%21", StringComparison.Ordinal) ? "./" : "") + Unescape(text))];

    public MetadataValue Replace(string old, string by) =>
        escaped.Contains(old, StringComparison.Ordinal) ? new MetadataValue(escaped.Replace(old, by, StringComparison.Ordinal)) : this;

    /// <summary>No text can have one: not a path, not a variable, not an argument.</summary>
    public bool HasNul => escaped.Contains('\0', StringComparison.Ordinal) || escaped.Contains("%00", StringComparison.Ordinal);

    public bool IsEmpty => string.IsNullOrWhiteSpace(escaped);

    /// <summary>A value as MSBuild holds it, with its <c>%XX</c> escapes.</summary>
    public static MetadataValue FromEscaped(string escaped) => new(escaped);

    private static string Unescape(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
            return text;
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                result.Append((char)Convert.ToInt32(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                result.Append(text[i]);
            }
        }
        return result.ToString();
    }
}
