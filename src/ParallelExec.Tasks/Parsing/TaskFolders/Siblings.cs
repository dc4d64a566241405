using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ParallelExec.Model;

namespace ParallelExec.Parsing.TaskFolders;

/// <summary>The subtasks of one feature, found by what <c>depends_on</c> may call them.</summary>
internal sealed partial class Siblings
{
    /// <summary>Of a text in a message, in characters.</summary>
    private const int LongestShown = 200;

    private readonly Dictionary<int, string> bySeq = [];
    private readonly Dictionary<string, string> byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> byFile = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> seqs = [];

    /// <param name="entries">In the order of their sequence numbers; of two with one name the first counts.</param>
    public Siblings(string feature, IEnumerable<(JsonFile File, string Seq)> entries)
    {
        foreach ((JsonFile file, string seq) in entries)
        {
            seqs.Add(seq);
            bySeq.TryAdd(Order(seq), seq);
            byName.TryAdd($"{feature}-{seq}", seq);
            byFile.TryAdd(Path.GetFileNameWithoutExtension(file.Path), seq);
            if (file.Root["id"]?.Text is { Length: > 0 } id)
                byName.TryAdd(id, seq);
        }
    }

    /// <summary>Some of the sequence numbers, for a message.</summary>
    public string Known => Wording.Ids(seqs);

    /// <param name="name">A sequence number, an id or the name of a file.</param>
    /// <returns>Its sequence number; null where the feature has no such subtask.</returns>
    public string? Find(string name)
    {
        if (IsSeq(name))
            return bySeq.GetValueOrDefault(Order(name));
        string stem = Path.GetFileNameWithoutExtension(name);
        if ((byName.GetValueOrDefault(name) ?? byFile.GetValueOrDefault(stem)) is { } named)
            return named;
        return name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && SeqInName(stem) is { } seq
            ? bySeq.GetValueOrDefault(Order(seq)) : null;
    }

    /// <summary>Nine digits at most: more are no number that anybody counts to, nor fit into an id.</summary>
    public static bool IsSeq(string text) => text.Length is > 0 and <= 9 && text.All(char.IsAsciiDigit);

    public static int Order(string seq) => int.Parse(seq, NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The number in <c>subtask_03_create_things</c>.</summary>
    public static string? SeqInName(string stem) =>
        NumberForm().Match(stem) is { Success: true } match && IsSeq(match.Groups[1].Value) ? match.Groups[1].Value : null;

    /// <summary>The field <c>seq</c>, else the number in the file's name; two digits at least.</summary>
    public static string SeqOf(JsonFile file, string feature, List<Diagnostic> diagnostics)
    {
        JsonValue? field = file.Root["seq"];
        string text = field?.Text.Trim() ?? "";
        string? inName = SeqInName(Path.GetFileNameWithoutExtension(file.Path));
        string seq = (IsSeq(text) ? text : inName ?? "0").PadLeft(2, '0');
        string? odd = IsSeq(text) ? null
            : field is not null && text.Length > 0 ? $"\"seq\" is '{Wording.Shorten(text, LongestShown)}', not a whole number"
            : field is not null && field.Kind is not JsonValueKind.String ? "\"seq\" is not a whole number"
            : inName is null ? "There is neither a \"seq\" nor a number in the file's name" : null;
        if (odd is not null)
        {
            var origin = new Origin(file.Path, "", feature) { Location = file.Locate((field ?? file.Root).Start) };
            diagnostics.Add(Diagnostic.Warning(Codes.Oddity, $"{odd}. It is taken as {seq}.", origin));
        }
        return seq;
    }

    [GeneratedRegex("^subtask_([0-9]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NumberForm();
}
