using System.Globalization;
using System.Text;
using ParallelExec.Files;
using ParallelExec.Model;
using ParallelExec.State;

namespace ParallelExec.Reporting.Reports;

/// <summary><c>graph.mmd</c>: who depends on whom, as Mermaid draws it. A large graph is drawn in parts that stand for many.</summary>
internal static class MermaidReport
{
    public const string Name = "graph.mmd";

    /// <summary>More than these nobody can read; GitHub draws no more than 500 edges.</summary>
    private const int MostNodes = 80, MostEdges = 300;
    private const int LongestLabel = 60;

    public static void Write(string directory, RecordedRun run) => WholeFile.Write(
        Path.Combine(directory, Name), stream => stream.Write(Encoding.UTF8.GetBytes(For(run))));

    public static string For(RecordedRun run)
    {
        RecordedSubtask[] subtasks = [.. run.Subtasks.Where(subtask => subtask.Wave > 0)];
        (List<Node> nodes, List<(int From, int To)> edges) = Draw(subtasks);
        var text = new StringBuilder("flowchart LR\n");
        foreach (IGrouping<string, Node> group in nodes.GroupBy(node => node.Group))
        {
            string indent = "  ";
            if (group.Key.Length > 0)
            {
                text.Append("  subgraph g").Append(group.First().Number).Append("[\"").Append(Label(group.Key)).Append("\"]\n");
                indent = "    ";
            }
            foreach (Node node in group)
                text.Append(indent).Append('n').Append(node.Number).Append("[\"").Append(Label(node.Name)).Append("\"]:::")
                    .Append(node.Class).Append('\n');
            if (group.Key.Length > 0)
                text.Append("  end\n");
        }
        foreach ((int from, int to) in edges)
            text.Append("  n").Append(from).Append(" --> n").Append(to).Append('\n');
        text.Append("  classDef succeeded fill:#dafbe1,stroke:#1a7f37,color:#0b3d1a\n")
            .Append("  classDef failed fill:#ffd8d3,stroke:#cf222e,color:#67060c\n")
            .Append("  classDef reused fill:#ddf4ff,stroke:#0969da,color:#0a3069\n")
            .Append("  classDef skipped fill:#eaeef2,stroke:#6e7781,color:#424a53\n")
            .Append("  classDef critical fill:#dafbe1,stroke:#bf8700,stroke-width:3px,color:#0b3d1a\n");
        string[] critical = [.. nodes.Where(node => node.Class == "succeeded" && run.CriticalPath.Contains(node.Name))
            .Select(node => $"n{node.Number}")];
        if (critical.Length > 0)
            text.Append("  class ").AppendJoin(',', critical).Append(" critical\n");
        return text.ToString();
    }

    /// <summary>
    /// The first of these that is not too large: each by itself; sets as one; of each wave its groups; waves; some waves as one.
    /// </summary>
    private static (List<Node> Nodes, List<(int From, int To)> Edges) Draw(RecordedSubtask[] subtasks)
    {
        int waves = subtasks.Select(subtask => subtask.Wave).Append(1).Max();
        int some = (waves + MostNodes - 1) / MostNodes;
        Func<RecordedSubtask, string>[] ways =
        [
            subtask => subtask.Id,
            subtask => subtask.Set.Length > 0 ? subtask.Set : subtask.Id,
            subtask => subtask.Set.Length > 0 ? subtask.Set : $"{subtask.Group} in wave {subtask.Wave}".TrimStart(),
            subtask => $"wave {subtask.Wave}",
            subtask => $"waves {((subtask.Wave - 1) / some * some) + 1} to {((subtask.Wave - 1) / some * some) + some}",
        ];
        (List<Node> Nodes, List<(int From, int To)> Edges) drawn = ([], []);
        foreach (Func<RecordedSubtask, string> way in ways)
        {
            drawn = Draw(subtasks, way);
            if (drawn.Nodes.Count <= MostNodes && drawn.Edges.Count <= MostEdges)
                break;
        }
        // Whatever is asked of it, it can be drawn.
        return (drawn.Nodes, [.. drawn.Edges.Take(MostEdges)]);
    }

    private static (List<Node> Nodes, List<(int From, int To)> Edges) Draw(RecordedSubtask[] subtasks, Func<RecordedSubtask, string> way)
    {
        var nodes = new List<Node>();
        var numbers = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (IGrouping<string, RecordedSubtask> those in subtasks.GroupBy(way, StringComparer.OrdinalIgnoreCase))
        {
            RecordedSubtask[] members = [.. those];
            foreach (RecordedSubtask member in members)
                numbers[member.Id] = nodes.Count;
            bool single = members.Length == 1 && members[0].Id == those.Key;
            nodes.Add(new Node(
                nodes.Count,
                single ? those.Key : $"{those.Key}: {LargeSets.Counts(members.Select(member => member.Status))}",
                members.All(member => member.Group == members[0].Group) && members[0].Group != those.Key ? members[0].Group : "",
                ClassOf(members)));
        }
        var edges = new List<(int From, int To)>();
        var seen = new HashSet<(int From, int To)>();
        foreach (RecordedSubtask subtask in subtasks)
        {
            foreach (string dependency in subtask.DependsOn)
            {
                if (numbers.TryGetValue(dependency, out int from) && from != numbers[subtask.Id] && seen.Add((from, numbers[subtask.Id])))
                    edges.Add((from, numbers[subtask.Id]));
            }
        }
        return (nodes, edges);
    }

    private static string ClassOf(RecordedSubtask[] members) =>
        members.Any(member => member.IsFailure) ? "failed"
        : members.Any(member => member.Status is SubtaskStatus.Skipped or SubtaskStatus.Cancelled) ? "skipped"
        : members.Any(member => member.Status is SubtaskStatus.Succeeded) ? "succeeded"
        : "reused";

    /// <summary>All that could mean something to Mermaid, or to a browser, is written as a number.</summary>
    private static string Label(string text)
    {
        var label = new StringBuilder();
        foreach (Rune rune in Wording.Shorten(PlainText.Of(text, ci: false).ReplaceLineEndings(" "), LongestLabel).EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || rune.Value is ' ' or '.' or '_' or '-' or '/' or ':' or ',')
                label.Append(rune.ToString());
            else
                label.Append(CultureInfo.InvariantCulture, $"#{rune.Value};");
        }
        return label.ToString();
    }

    private sealed record Node(int Number, string Name, string Group, string Class);
}
