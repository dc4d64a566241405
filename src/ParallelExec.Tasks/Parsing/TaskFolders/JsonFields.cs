using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ParallelExec.Model;

namespace ParallelExec.Parsing.TaskFolders;

/// <summary>Reads the fields of one JSON file by name and form, and warns at its place of each that is of another form.</summary>
internal sealed partial class JsonFields(JsonFile file, string id, List<Diagnostic> diagnostics)
{
    private const int LongestDuration = 100;

    public string Id => id;

    public string? Text(string name) => file.Root[name] switch
    {
        null => null,
        { Kind: JsonValueKind.String or JsonValueKind.Number } value => value.Text.Length == 0 ? null : value.Text,
        _ => Odd<string>(name, "is not a text"),
    };

    /// <summary>A command: a text, or an object with a member <c>command</c>.</summary>
    public string? Command(string name) => file.Root[name] switch
    {
        { Kind: JsonValueKind.Object } run => run["command"] is { Kind: JsonValueKind.String } command ? command.Text
            : Odd<string>(name, "has no \"command\""),
        _ => Text(name),
    };

    public bool? Boolean(string name) => file.Root[name] switch
    {
        null => null,
        { Kind: JsonValueKind.True } => true,
        { Kind: JsonValueKind.False } => false,
        { Kind: JsonValueKind.String } value when Values.Boolean(value.Text) is { } yes =>
            OddBut(name, "is a text, not true or false", yes),
        _ => OddBut<bool?>(name, "is neither true nor false", null),
    };

    public int? WholeNumber(string name) => file.Root[name] switch
    {
        null => null,
        { Kind: JsonValueKind.Number or JsonValueKind.String } value when Values.WholeNumber(value.Text, least: 0) is { } number => number,
        _ => OddBut<int?>(name, "is not a whole number", null),
    };

    /// <param name="unit">What a plain number counts.</param>
    public TimeSpan? Duration(string name, TimeSpan unit)
    {
        if (file.Root[name] is not { } value)
            return null;
        if (value.Kind is not (JsonValueKind.Number or JsonValueKind.String) || value.Text.Length > LongestDuration)
            return OddBut<TimeSpan?>(name, $"is not {Values.DurationForm}", null);
        if (value.Kind == JsonValueKind.Number
            && double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double count)
            && count is >= 0.001 and < 1e6)
            return unit * count;
        // "30 minutes", "2 hours": people's own form.
        string text = UnitWords().Replace(value.Text, match => match.Groups[1].Value.ToLowerInvariant()[..1])
            .Replace(" ", "", StringComparison.Ordinal);
        return Values.Duration(text) is { } span && span > TimeSpan.Zero ? span
            : OddBut<TimeSpan?>(name, $"is '{value.Text}'; expected {Values.DurationForm}", null);
    }

    /// <summary>
    /// A time as ISO 8601 writes it; of another form it is as if it were not there: nothing depends on it but what is written anew.
    /// </summary>
    public DateTimeOffset? Time(string name) =>
        DateTimeOffset.TryParse(
            file.Root[name]?.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;

    public TaskFileStatus Status()
    {
        string text = Text("status") ?? "pending";
        TaskFileStatus? known = text.Replace('-', '_').ToLowerInvariant() switch
        {
            "pending" or "todo" => TaskFileStatus.Pending,
            "in_progress" => TaskFileStatus.InProgress,
            "completed" or "done" => TaskFileStatus.Completed,
            "blocked" => TaskFileStatus.Blocked,
            "failed" => TaskFileStatus.Failed,
            _ => null,
        };
        return known ?? OddBut(
            "status", $"is '{Wording.Shorten(text, LongestDuration)}'; expected pending, in_progress, completed, blocked or failed. It is "
            + $"taken as pending", TaskFileStatus.Pending);
    }

    public ImmutableArray<string> List(string name) => [.. Placed(name).Select(entry => entry.Text)];

    /// <summary>The texts of a list, each with its place; of an object its <c>path</c>. A single text counts as a list of one.</summary>
    public IEnumerable<(string Text, int At)> Placed(string name)
    {
        if (file.Root[name] is not { } value)
            return [];
        if (value.Kind == JsonValueKind.String)
            return OddBut(
                name, "is a text, not a list", value.Text.Length == 0 ? Array.Empty<(string, int)>() : [(value.Text, value.Start)]);
        if (value.Kind != JsonValueKind.Array)
            return OddBut(name, "is not a list", Array.Empty<(string, int)>());
        var entries = new List<(string, int)>();
        bool odd = false;
        foreach (JsonValue item in value.Items)
        {
            JsonValue? text = item.Kind == JsonValueKind.Object ? item["path"] ?? item["id"] ?? item["seq"] : item;
            if (text is { Kind: JsonValueKind.String or JsonValueKind.Number, Text.Length: > 0 })
                entries.Add((text.Text, item.Start));
            else
                odd = true;
        }
        if (odd)
            Odd(name, "has an entry that is neither a text nor an object with a path");
        return entries;
    }

    /// <summary>
    /// The fields whose names are not among <paramref name="known"/>, and lists of objects, which say more than we read of them; as one
    /// object, empty where there are none.
    /// </summary>
    public string Others(IReadOnlySet<string> known)
    {
        JsonMember[] others = [.. file.Root.Members.Where(member =>
            (!known.Contains(member.Name) && member.Value.Kind != JsonValueKind.Null)
                || member.Value.Items.Exists(item => item.Kind == JsonValueKind.Object))];
        IEnumerable<string> members =
            others.Select(member => $"\"{JsonEncodedText.Encode(member.Name)}\": {file.TextOf(member.Value)}");
        return others.Length == 0 ? "" : $"{{{string.Join(", ", members)}}}";
    }

    public Origin At(int offset) => new(file.Path, "", id) { Location = file.Locate(offset) };

    public void Odd(string name, string what) => Report(Severity.Warning, Codes.Oddity, name, what);

    public void Error(string code, string name, string what) => Report(Severity.Error, code, name, what);

    private T? Odd<T>(string name, string what)
        where T : class =>
        OddBut<T?>(name, what, null);

    private T OddBut<T>(string name, string what, T value)
    {
        Odd(name, what);
        return value;
    }

    private void Report(Severity severity, string code, string name, string what)
    {
        int at = file.Root.Members.FindLast(member => member.Name == name)?.Start ?? file.Root.Start;
        diagnostics.Add(
            new Diagnostic(code, severity, $"'{id}': \"{name}\" {what}.", new Origin(file.Path, "", id) { Location = file.Locate(at) }));
    }

    [GeneratedRegex(@"(?<=\d)\s*(seconds?|secs?|minutes?|mins?|hours?|hrs?|days?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex UnitWords();
}
