using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing.Conversions;

namespace ParallelExec.Parsing;

/// <summary>Reads one item's metadata by name and form, and says what is wrong with each value.</summary>
internal sealed class MetadataReader(Declaration declaration, List<Diagnostic> diagnostics)
{
    /// <summary>What the item is, where messages have to say it: <c>The pool </c>.</summary>
    public string Kind { get; init; } = "";

    public string Id => declaration.Id;

    /// <summary>True once something could not be understood.</summary>
    public bool Failed { get; private set; } = IsBroken(declaration, diagnostics);

    // What has a NUL in it has been told, and counts as not set.
    public bool Has(string name) => declaration.Metadata.TryGetValue(name, out MetadataValue? value) && !value.IsEmpty && !value.HasNul;

    /// <summary>It is there, and says nothing.</summary>
    public bool IsEmpty(string name) => declaration.Metadata.TryGetValue(name, out MetadataValue? value) && value.IsEmpty;

    public string? Text(string name) => Has(name) ? declaration.Metadata[name].Text : null;

    public ImmutableArray<string> List(string name) => Has(name) ? declaration.Metadata[name].List : [];

    public ImmutableArray<string> Ids(string name) => Values.Ids(List(name));

    public bool? Boolean(string name) => Read(name, Values.Boolean, "true or false");

    public TimeSpan? Duration(string name, bool zeroAllowed = false) =>
        Read(name, text => Values.Duration(text) is { } span
            && (zeroAllowed || span > TimeSpan.Zero) ? span : (TimeSpan?)null, Values.DurationForm);

    /// <summary>In bytes; 0 where it is not set.</summary>
    public long Memory(string name) => Read(name, Values.Memory, Values.MemoryForm) ?? 0;

    public int? WholeNumber(string name, int least) =>
        Read(name, text => Values.WholeNumber(text, least), $"a whole number, {least} or more");

    public SpendingLimit Spending() => new(
        Read("MaxCost", Values.Money, Values.MoneyForm), Read("MaxTokens", Values.Tokens, Values.TokensForm));

    public TEnum? OneOf<TEnum>(string name)
        where TEnum : struct, Enum =>
        Read(name, Values.OneOf<TEnum>, Values.NamesOf(typeof(TEnum)));

    /// <summary>MSBuild takes a boolean here too: <c>true</c> is <c>WarnAndContinue</c>, <c>false</c> is <c>ErrorAndStop</c>.</summary>
    public ContinueOnError ContinueOnError(string name) => Read(
        name,
        text => Values.Boolean(text) is { } yes
            ? (yes ? Model.ContinueOnError.WarnAndContinue : Model.ContinueOnError.False)
            : text.Trim().Equals("ErrorAndStop", StringComparison.OrdinalIgnoreCase) ? Model.ContinueOnError.False
                : Values.OneOf<ContinueOnError>(text),
        "false (ErrorAndStop), true (WarnAndContinue) or ErrorAndContinue") ?? Model.ContinueOnError.False;

    public ImmutableArray<KeyValuePair<string, string>> Assignments(string name) =>
        !Has(name) ? [] : ReadEach(name, Values.Assignment, "NAME=value pairs, separated by ';' (a ';' within a value is written %3B)");

    public ImmutableArray<PoolUse> Pools(string name) => ReadEach<PoolUse>(
        name,
        text =>
        {
            string[] parts = text.Split(':', 2, StringSplitOptions.TrimEntries);
            int? units = parts.Length == 1 ? 1 : Values.WholeNumber(parts[1], least: 1);
            return parts[0].Length > 0 && units is { } count ? new PoolUse(parts[0], count) : null;
        },
        "names of pools with the units of each, such as db;gpu:2");

    /// <summary>An absolute path; null when it is not set.</summary>
    public string? FullPath(string name, string baseDirectory) =>
        Text(name) is { } path ? Path.GetFullPath(Values.NativePath(path), baseDirectory) : null;

    /// <summary>Paths and patterns; what is written with <c>!</c> is taken from the others.</summary>
    public ImmutableArray<PathPattern> Paths(string name, string baseDirectory)
    {
        if (!Has(name))
            return [];
        // More stars than two, or two beside other characters, mean nothing to anybody.
        if (List(name).FirstOrDefault(HasLooseStars) is { } odd)
        {
            Invalid(name, odd, "paths in which ** stands alone between slashes, such as out/**/*.dll");
            return [];
        }
        ImmutableArray<PathPattern> paths = PathPattern.List(declaration.Metadata[name].PathList, baseDirectory);
        if (paths.IsEmpty)
            Invalid(name, Text(name)!,
                "a path or pattern that no '!' of the same list takes back (a name that begins with '!' is written ./!name)");
        return paths;
    }

    public ImmutableArray<string> ExistingFiles(string name, string baseDirectory)
    {
        var files = ImmutableArray.CreateBuilder<string>();
        foreach (string path in List(name))
        {
            string full = Path.GetFullPath(Values.NativePath(path), baseDirectory);
            if (!Path.Exists(full))
                Invalid(name, path, "files that are there; this one is not");
            files.Add(full);
        }
        return files.ToImmutable();
    }

    /// <summary>Warns of names that look mistyped, refuses names that this version does not have.</summary>
    /// <returns>The known names for which unknown ones seem to be meant.</returns>
    public IReadOnlyList<(string Written, string Meant)> CheckNames(IReadOnlySet<string> known, IReadOnlyDictionary<string, string[]> later)
    {
        List<(string, string)> slips = [];
        foreach ((string name, MetadataValue value) in declaration.Metadata)
        {
            if (known.Contains(name))
                continue;
            if (later.ContainsKey(name))
            {
                if (!value.IsEmpty && !LaterNames.AsksForNothing(later, name, value.Text))
                {
                    Error(
                        Codes.NotInThisVersion,
                        $"{Named} has {name}, which this version of ParallelExec does not have yet. Remove it, or use a later version.",
                        name);
                }
            }
            else if (Suggestion.Nearest(name, known.Concat(later.Keys)) is { } meant)
            {
                slips.Add((name, meant));
                diagnostics.Add(Diagnostic.Warning(
                    Codes.UnknownName,
                    $"{Named} has unknown metadata {name}, which does nothing. Did you mean '{meant}'?",
                    declaration.Origin,
                    name));
            }
        }
        return slips;
    }

    /// <param name="what">For whom they do nothing.</param>
    public void WarnIfPresent(IEnumerable<string> names, string what, string why)
    {
        foreach (string name in names.Where(Has).Order(StringComparer.Ordinal))
        {
            diagnostics.Add(Diagnostic.Warning(
                Codes.DoesNotApply, $"'{declaration.Id}' has {name}, which does nothing for {what}: {why}. Remove it.", declaration.Origin,
                    name));
        }
    }

    public Work? WrongKind(string problem)
    {
        Error(Codes.KindOfWork, $"'{declaration.Id}' {problem}", metadata: null);
        return null;
    }

    public void NoTestProject(string problem) => Error(Codes.TestProject, $"{Named}: {problem}", metadata: null);

    public void UnknownPlaceholder(string name, string placeholder) => Error(
        Codes.InvalidValue,
        $"{Named} has {{{placeholder}}} in its {name}, which is no placeholder.{Suggestion.DidYouMean(placeholder, ConvertedFile.Names)} "
            + $"There are {{in}}, {{out}}, {{dir}}, {{name}} and {{ext}}; the text itself is written {{{{{placeholder}}}}}.",
        name);

    public void UnknownTeam(string name, string didYouMean) => Error(
        Codes.TeamUnknown,
            $"'{declaration.Id}' is on the team '{name}', which is not declared.{didYouMean} Add <ParallelTeam Include=\"{name}\" />.",
            "Team");

    public Work? Invalid(string name, string value, string expected)
    {
        Error(Codes.InvalidValue, $"{Named} has {name}=\"{value}\"; expected {expected}.", name);
        return null;
    }

    /// <summary>It would do nothing at all, because of a slip in the name of its only work: the warning becomes an error.</summary>
    public Work? NothingButASlip(string written, string meant)
    {
        diagnostics.RemoveAll(diagnostic =>
            diagnostic.Code == Codes.UnknownName && diagnostic.Origin == declaration.Origin && diagnostic.Metadata == written);
        Error(Codes.UnknownName, $"{Named} has unknown metadata {written}, and nothing else to run. Did you mean '{meant}'?", written);
        return null;
    }

    private string Named => $"{Kind}'{declaration.Id}'";

    private T? Read<T>(string name, Func<string, T?> parse, string expected)
        where T : struct
    {
        if (Text(name) is not { } text)
            return null;
        T? value = parse(text);
        if (value is null)
            Invalid(name, text, expected);
        return value;
    }

    private ImmutableArray<T> ReadEach<T>(string name, Func<string, T?> parse, string expected)
        where T : struct =>
        ReadEach(name, text => parse(text) is { } value ? (true, value) : (false, default), expected);

    private ImmutableArray<T> ReadEach<T>(string name, Func<string, T?> parse, string expected)
        where T : class =>
        ReadEach(name, text => parse(text) is { } value ? (true, value) : (false, null!), expected);

    private ImmutableArray<T> ReadEach<T>(string name, Func<string, (bool Ok, T Value)> parse, string expected)
    {
        var values = ImmutableArray.CreateBuilder<T>();
        foreach (string text in List(name))
        {
            (bool ok, T value) = parse(text);
            if (ok)
                values.Add(value);
            else
                Invalid(name, text, expected);
        }
        return values.ToImmutable();
    }

    private void Error(string code, string message, string? metadata)
    {
        Failed = true;
        diagnostics.Add(Diagnostic.Error(code, message, declaration.Origin, metadata));
    }

    private static bool HasLooseStars(string path) =>
        path.TrimStart('!', ' ').Split('/', '\\').Any(segment => segment != "**" && segment.Contains("**", StringComparison.Ordinal));

    private static bool IsBroken(Declaration declaration, List<Diagnostic> diagnostics)
    {
        bool isBroken = declaration.Id.Contains('\0', StringComparison.Ordinal);
        if (!isBroken && !declaration.Metadata.Values.Any(value => value.HasNul))
            return false;
        string id = declaration.Id.Replace("\0", "%00", StringComparison.Ordinal);
        if (isBroken)
            diagnostics.Add(Diagnostic.Error(Codes.InvalidId, $"'{id}' has a NUL character (%00) in it. Remove it.", declaration.Origin));
        foreach (string name in declaration.Metadata.Where(entry => entry.Value.HasNul).Select(entry => entry.Key)
            .Order(StringComparer.Ordinal))
        {
            isBroken = true;
            diagnostics.Add(Diagnostic.Error(
                Codes.InvalidValue,
                $"'{id}' has a NUL character (%00) in its {name}, which no text here can have. Remove it.",
                declaration.Origin,
                name));
        }
        return isBroken;
    }
}
