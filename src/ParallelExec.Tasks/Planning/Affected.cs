using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Planning.Dotnet;

namespace ParallelExec.Planning;

/// <summary>
/// <c>ParallelExecAffectedSince</c>: which subtasks a change can reach, by what they declare, by the projects that they build, and by what
/// they depend on. Of what declares nothing nobody knows it: it is in.
/// </summary>
/// <param name="closure">Null where projects can not be asked: then what builds them is in.</param>
internal sealed class Affected(
    IReadOnlyList<Subtask> subtasks, Graph graph, ChangedFiles changes, RunOptions options, ProjectClosure? closure)
{
    private readonly ChangeSearch search = new(changes, options);
    private string? ofAll;

    /// <param name="excluded">Why each is left out; here more are.</param>
    /// <returns>Of the others why they are in.</returns>
    public string?[] Apply(string?[] excluded)
    {
        var kept = new string?[subtasks.Count];
        // What it imports may be what their commands are made of.
        if (closure?.Alone(options.ProjectFile)?.Imports.FirstOrDefault(search.IsChanged) is { } import)
            ofAll = $"{search.Shown(import)} changed, which {Path.GetFileName(options.ProjectFile)} imports";
        List<int> order = graph.TopologicalOrder();
        foreach (int index in order.Where(index => excluded[index] is null))
        {
            kept[index] = Own(subtasks[index], graph.Dependencies[index]);
            if (kept[index] is not null)
                continue;
            if (graph.Dependencies[index].FirstOrDefault(dependency => kept[dependency] is not null, -1) is >= 0 and int on)
                kept[index] = $"depends on '{subtasks[on].Id}'";
        }
        Need(order, excluded, kept);
        foreach (int index in order.Where(index => kept[index] is null))
            excluded[index] ??= $"no change since {changes.Since} reaches it";
        return kept;
    }

    /// <summary>
    /// What runs needs what it depends on, though no change has reached that: here it may never have run. A milestone and cleanup need
    /// nothing for themselves, or one of them that waits for all would bring all.
    /// </summary>
    private void Need(List<int> order, string?[] excluded, string?[] kept)
    {
        var needed = new bool[subtasks.Count];
        for (int place = order.Count - 1; place >= 0; place--)
        {
            int index = order[place];
            Subtask subtask = subtasks[index];
            if (kept[index] is null || (subtask.Work is MilestoneWork && !needed[index]))
                continue;
            foreach (int dependency in graph.Dependencies[index].Where(dependency => excluded[dependency] is null))
            {
                if (subtask.Always && !needed[index] && subtasks[dependency].Service is null)
                    continue;
                needed[dependency] = true;
                kept[dependency] ??= $"needed by '{subtask.Id}'";
            }
        }
    }

    private string? Own(Subtask subtask, ImmutableArray<int> dependencies)
    {
        if (search.IsChanged(subtask.Origin.File))
            return $"{search.Shown(subtask.Origin.File)} changed, which declares it";
        // Those do nothing for themselves: cleanup and services are there for others.
        if (subtask.Work is MilestoneWork || subtask.Service is not null || (subtask.Always && !dependencies.IsEmpty))
            return null;
        if (ofAll is not null)
            return ofAll;
        string? project = subtask.Work switch
        {
            ProjectWork built => built.ProjectFile,
            TestWork test => test.ProjectFile,
            _ => null,
        };
        if (subtask.Inputs.IsEmpty && project is null)
            return "declares no Inputs";
        foreach (PathPattern input in subtask.Inputs)
        {
            if (search.First(input) is { } file)
                return $"{search.Shown(file)} changed";
        }
        if (project is null)
            return null;
        ImmutableArray<ProjectFacts> all = closure?.Of(
            project, (subtask.Work as ProjectWork)?.Properties.ToImmutableSortedDictionary(StringComparer.OrdinalIgnoreCase)
                ?? ImmutableSortedDictionary<string, string>.Empty) ?? [];
        if (all.IsEmpty)
            return $"{Path.GetFileName(project)} does not say what it is made of";
        if (search.IsChanged(project))
            return $"{search.Shown(project)} changed";
        return all.Select(search.First).FirstOrDefault(file => file is not null) is { } changed ? $"{search.Shown(changed)} changed" : null;
    }
}
