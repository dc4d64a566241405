using System.Text.RegularExpressions;
using ParallelExec.Parsing;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Editors;

/// <summary>The names of this version, each with what the documents say of it.</summary>
internal sealed partial class Reference
{
    private const string Subtask = "ParallelTask";
    private static readonly string[] Hooked = ["RunParallelTasks", "PlanParallelTasks", "ValidateParallelTasks"];
    private const string SharedContext = "The file that the members share, named in `PARALLELEXEC_SHARED_CONTEXT`.";
    private const string Coordination =
        "When notes of members come into the shared context: `Async`, as they are written (the default), or at the end of each `Wave`.";
    private readonly string surface = Read("surface.md");
    private readonly string suites = Read("test-suites.md");

    public IReadOnlyList<Described> Properties =>
    [
        .. Sorted(Names.Properties.Except(["Version"])).Select(Property),
        .. Hooked.Select(target =>
            new Described($"{target}DependsOn", $"Your own targets that come before `{target}`, and may make items.", new(IsList: true))),
        new("CustomBeforeParallelExecTargets", "A file that is imported before the targets of ParallelExec.", new("file")),
        new("CustomAfterParallelExecTargets", "A file that is imported after the targets of ParallelExec.", new("file")),
    ];

    /// <summary>Targets that do something in this version.</summary>
    public IReadOnlyList<Described> Targets => [.. Rows(Section(surface, "## Targets")).SelectMany(row =>
        row.Names.Select(name => new Described(name, Sentence(row.Cells[^1]), new())))];

    public IReadOnlyList<DescribedItem> Items => [.. Sorted(Names.ItemTypes).Select(type =>
        new DescribedItem(type, DescriptionOf(type), MetadataOf(type)))];

    private IReadOnlyList<Described> MetadataOf(string type)
    {
        List<Row> ofTasks = [.. Rows(Section(surface, $"## `{Subtask}` items"))];
        return type switch
        {
            Subtask => Metadata(Names.Metadata, ofTasks),
            "ParallelTest" => Metadata(
                Names.OwnOfTests.Concat(Names.SharedWithTests), [.. Rows(Section(suites, "## Metadata")), .. ofTasks]),
            // MSBuild keeps `Output` for itself.
            "ParallelConvert" => Metadata(
                Names.ConvertMetadata.Except(["Output"]), [.. Rows(Section(surface, "## `ParallelConvert` items")), .. ofTasks]),
            "ParallelAgent" => Metadata(Names.AgentMetadata, [.. Rows(Section(surface, "## Agents"))]),
            "ParallelPool" => [.. Names.PoolMetadata.Select(name =>
                new Described(name, "How many units there are. Default: `1`.", Forms.OfMetadataNamed(name)))],
            "ParallelTeam" => [.. Sorted(Names.TeamMetadata).Select(name => name switch
            {
                "SharedContext" => new Described(name, SharedContext, Forms.OfMetadataNamed(name)),
                "Coordination" => new Described(name, Coordination, Forms.OfMetadataNamed(name)),
                _ => throw new InvalidOperationException($"{name} of a ParallelTeam is new: say here what it is"),
            })],
            _ => [],
        };
    }

    private static string DescriptionOf(string type) => type switch
    {
        Subtask => "A subtask: a command, a tool, a project, targets, or an agent's work. `Include` is its id.",
        "ParallelTest" => "Test projects: each is built, and its tests run as a process of their own.",
        "ParallelConvert" => "Files to be converted, each by a process of its own, or in batches.",
        "ParallelAgent" => "How an agent is started that subtasks name in `Agent`.",
        "ParallelPool" => "A named resource of which there are `Capacity` units; subtasks wait in `Pools` until theirs are free.",
        "ParallelTeam" => "Subtasks with this `Team` share a file.",
        "ParallelTaskFolder" => "A folder with `task.json` and `subtask_NN.json`, or one that holds several such.",
        _ => throw new InvalidOperationException($"{type} is new: say here what it is"),
    };

    private Described Property(string name)
    {
        Row row = RowOf(Section(surface, "## Properties"), $"ParallelExec{name}");
        return new($"ParallelExec{name}", Sentence(row.Cells[2]) + Default(row.Cells[1]), Forms.OfPropertyNamed(name));
    }

    private static IReadOnlyList<Described> Metadata(IEnumerable<string> names, IReadOnlyList<Row> rows) => [.. Sorted(names).Select(name =>
    {
        Row row = rows.FirstOrDefault(row => row.Names.Contains(name))
            ?? throw new InvalidOperationException($"docs: no row of a table begins with `{name}`");
        string text = Sentence(row.Cells[^1]);
        // Of names that stand together the meaning is told of all.
        if (row.Names.Count > 1)
            text = $"{Clean(row.Cells[0])}{(row.Has("form") ? $" ({Clean(row.Cells[1])})" : "")}: {Ended(Clean(row.Cells[^1]))}";
        else if (row.Has("default"))
            text += Default(row.Cells[1]);
        return new Described(name, text, Forms.OfMetadataNamed(name));
    })];

    private static Row RowOf(string section, string name) =>
        Rows(section).FirstOrDefault(row => row.Names.Contains(name))
            ?? throw new InvalidOperationException($"docs: no row of a table begins with `{name}`");

    private static IEnumerable<Row> Rows(string text)
    {
        string[] head = [];
        foreach (string line in text.Split('\n'))
        {
            if (!line.StartsWith('|'))
            {
                head = [];
                continue;
            }
            string[] cells = [.. ColumnEnd().Split(line.Trim().Trim('|')).Select(cell => cell.Trim())];
            if (head.Length == 0)
                head = cells;
            else if (!cells[0].StartsWith("---", StringComparison.Ordinal))
                yield return new Row(head, cells, [.. Code().Matches(cells[0]).Select(match => match.Groups[1].Value)]);
        }
    }

    /// <summary>What stands under a heading of the second level.</summary>
    private static string Section(string page, string heading)
    {
        int start = page.IndexOf($"\n{heading}\n", StringComparison.Ordinal);
        if (start < 0)
            throw new InvalidOperationException($"docs: no heading '{heading}'");
        int end = page.IndexOf("\n## ", start + 4, StringComparison.Ordinal);
        return page[start..(end < 0 ? page.Length : end)];
    }

    private static string Sentence(string cell)
    {
        string text = Ended(Clean(cell));
        return char.ToUpperInvariant(text[0]) + text[1..];
    }

    private static string Ended(string text) => text.EndsWith('.') ? text : $"{text}.";

    /// <summary>Without links, which lead nowhere in an editor.</summary>
    private static string Clean(string cell) =>
        Bold().Replace(Link().Replace(Elsewhere().Replace(cell, ""), "$1"), "$1").Replace("\\|", "|", StringComparison.Ordinal);

    private static string Default(string cell) => cell.Length == 0 || cell is "none" or "needed" ? "" : $" Default: {Clean(cell)}.";

    private static IEnumerable<string> Sorted(IEnumerable<string> names) => names.Distinct().Order(StringComparer.Ordinal);

    private static string Read(string page) =>
        "\n" + File.ReadAllText(Path.Combine(SdkSource.RepositoryRoot, "docs", page)).ReplaceLineEndings("\n");

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex ColumnEnd();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]*\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[.:] [Ss]ee \[[^\]]+\]\([^)]*\)")]
    private static partial Regex Elsewhere();

    [GeneratedRegex(@"\*\*([^*`]+)\*\*")]
    private static partial Regex Bold();

    private sealed record Row(string[] Head, string[] Cells, IReadOnlyList<string> Names)
    {
        public bool Has(string column) => Head.Contains(column);
    }
}
