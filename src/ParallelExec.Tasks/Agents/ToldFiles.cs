using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Agents;

/// <summary>
/// Agents that may work at the same time and whose texts name one file: both are likely to change it, and nobody has declared that.
/// </summary>
internal sealed class ToldFiles
{
    private readonly ExecutionPlan plan;
    private readonly RunOptions options;
    private readonly PlannedSubtask[] agents;

    /// <summary>Of words that name no file as they stand: who says them.</summary>
    private readonly Dictionary<string, List<PlannedSubtask>> unplaced = new(Comparer);
    private readonly Dictionary<string, SortedSet<int>> tellers = new(Comparer);

    private ToldFiles(ExecutionPlan plan, RunOptions options, PlannedSubtask[] agents) =>
        (this.plan, this.options, this.agents) = (plan, options, agents);

    private static StringComparer Comparer { get; } = StringComparer.FromComparison(PatternSegment.Comparison);

    public static void Check(ExecutionPlan plan, RunOptions options, List<Diagnostic> diagnostics)
    {
        PlannedSubtask[] agents = [.. plan.Subtasks.Where(subtask => subtask.Excluded is null && subtask.Subtask is
            { Work: AgentWork, Parallel: true, TaskFile: null or { Status: not TaskFileStatus.Blocked } })];
        if (agents.Length > 1)
            diagnostics.AddRange(new ToldFiles(plan, options, agents).Conflicts());
    }

    private IEnumerable<Diagnostic> Conflicts()
    {
        foreach (PlannedSubtask agent in agents)
            Read(agent);
        FindUnplaced();
        var told = new Dictionary<string, (int[] Members, List<string> Files)>(StringComparer.Ordinal);
        foreach ((string file, SortedSet<int> members) in tellers.OrderBy(teller => teller.Key, StringComparer.Ordinal))
        {
            foreach (int[] group in Meeting([.. members]).Where(group => !AllDeclare(group, file)))
            {
                string key = string.Join(' ', group);
                if (!told.TryGetValue(key, out (int[] Members, List<string> Files) known))
                    told[key] = known = (group, []);
                known.Files.Add(Path.GetRelativePath(options.ProjectDirectory, file).Replace('\\', '/'));
            }
        }
        return told.Values.OrderBy(group => group.Members[^1]).ThenBy(group => group.Members[0])
            .Select(group => Describe([.. group.Members.Select(index => plan.Subtasks[index].Subtask)], group.Files));
    }

    private void Read(PlannedSubtask agent)
    {
        Subtask subtask = agent.Subtask;
        var words = new HashSet<string>(Comparer);
        foreach (string text in (string[])[subtask.Title, ((AgentWork)subtask.Work).Prompt, .. subtask.AcceptanceCriteria])
            words.UnionWith(NamedPaths.In(text));
        foreach (string word in words)
        {
            if ((Placed(word, subtask.WorkingDirectory) ?? Placed(word, options.ProjectDirectory)) is { } file)
                Add(file, agent);
            else if (unplaced.TryGetValue(word, out List<PlannedSubtask>? others))
                others.Add(agent);
            else
                unplaced[word] = [agent];
        }
        foreach (PathPattern output in subtask.Outputs.Where(output => !output.IsGlob && File.Exists(output.FullPath)))
            Add(output.FullPath, agent);
    }

    private string? Placed(string word, string folder)
    {
        string path = Path.GetFullPath(word, folder);
        return File.Exists(path) && IsInProject(path) ? path : null;
    }

    private bool IsInProject(string path) =>
        path.StartsWith(
            options.ProjectDirectory.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, PatternSegment.Comparison);

    /// <summary>What it is told to read, in so many words, it does not change.</summary>
    private void Add(string file, PlannedSubtask agent)
    {
        if (agent.Subtask.ContextFiles.Contains(file, Comparer) && !agent.Subtask.Outputs.Any(output => output.Includes(file)))
            return;
        if (!tellers.TryGetValue(file, out SortedSet<int>? members))
            tellers[file] = members = [];
        members.Add(agent.Index);
    }

    /// <summary>
    /// The end of a path, or a name alone, means the one file of the project that ends so. The project is walked only for that.
    /// </summary>
    private void FindUnplaced()
    {
        string[] words = [.. unplaced.Where(word => word.Value.Count > 1 && word.Key.Contains('.', StringComparison.Ordinal)
            && Meeting([.. word.Value.Select(agent => agent.Index)]).Any()).Select(word => word.Key)];
        if (words.Length == 0)
            return;
        ILookup<string, string> files = FileWalk.Files(new PathPattern("**", options.ProjectDirectory))
            .ToLookup(file => Path.GetFileName(file), Comparer);
        foreach (string word in words)
        {
            string end = Path.DirectorySeparatorChar + word.Replace('/', Path.DirectorySeparatorChar);
            string[] found = [.. files[Path.GetFileName(word)].Where(file => file.EndsWith(end, PatternSegment.Comparison)).Take(2)];
            if (found.Length == 1)
                unplaced[word].ForEach(agent => Add(found[0], agent));
        }
    }

    /// <summary>What both declare is a write conflict, and told as that.</summary>
    private bool AllDeclare(int[] group, string file) =>
        group.All(index => plan.Subtasks[index].Subtask.Outputs.Any(output => output.Includes(file)));

    /// <summary>Those of them that may work beside another one of them: of each wave, or, without barriers, of the run.</summary>
    private IEnumerable<int[]> Meeting(int[] members)
    {
        if (members.Length < 2)
            return [];
        IEnumerable<int[]> groups = options.Schedule == ScheduleMode.Waves
            ? members.GroupBy(index => plan.Subtasks[index].Wave).Select(wave => wave.ToArray())
            : [[.. members.Where(one => members.Any(other => one != other && !Follows(one, other) && !Follows(other, one)))]];
        return groups.Where(group => group.Length > 1);
    }

    private bool Follows(int later, int earlier)
    {
        var seen = new HashSet<int> { later };
        var open = new Stack<int>([later]);
        while (open.TryPop(out int index))
        {
            foreach (int dependency in plan.Subtasks[index].Dependencies)
            {
                if (dependency == earlier)
                    return true;
                if (seen.Add(dependency))
                    open.Push(dependency);
            }
        }
        return false;
    }

    private static Diagnostic Describe(Subtask[] members, List<string> files)
    {
        string[] ids = [.. members.Select(member => $"'{member.Id}'")];
        string who = members.Length == 2 ? $"{ids[0]} and {ids[1]}" : Wording.Ids(ids);
        string what = Wording.Ids([.. files.Select(file => $"'{file}'")]);
        Subtask before = members[^2], last = members[^1];
        string chain = members.Length == 2 ? "" : ", and so on, each to the one before it";
        string same = files.Count == 1 ? "one file" : "the same files";
        string message = $"{who} may run at the same time, and what they are told names {same}: {what}. What one writes there, the other "
            + $"may overwrite. Let one wait for the other: add DependsOn=\"{before.Id}\" to '{last.Id}'{chain}; or give each a file of its "
            + "own: split it, and name in each prompt the part that is meant. What is only read belongs in ContextFiles.";
        return Diagnostic.Warning(Codes.ToldSameFile, message, last.Origin, "Prompt");
    }
}
