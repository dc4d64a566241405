using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Parsing.TaskFolders;

namespace ParallelExec.Parsing;

/// <summary>From what was declared to what is valid: the one way, for items, properties and task folders. Collects every problem.</summary>
/// <param name="projects">Says what projects are; null where nobody can say it yet.</param>
internal sealed class DeclarationParser(
    DeclarationSet declared, List<Diagnostic> diagnostics, Func<RunOptions, IProjectReader>? projects = null)
{
    public Declared Parse()
    {
        RunOptions options = ParseOptions(out ProjectFiles files);
        var names = new NameCheck(declared, files, diagnostics);
        names.Check();
        names.CheckThatSomethingIsDeclared();
        new ExpansionCheck(declared, files, diagnostics).Check();
        ImmutableArray<Pool> pools = PoolParser.Parse(declared.Of("ParallelPool"), diagnostics);
        Dictionary<string, Team> teams = TeamParser.Parse(declared.Of("ParallelTeam"), options, diagnostics);
        var agents = new AgentResolver([.. declared.Of("ParallelAgent")], options, diagnostics);

        var expansion = new Expansion(declared, files, options, teams, projects, diagnostics);
        ImmutableArray<Expanded> expanded = Unique(expansion.Expand());
        ImmutableArray<Subtask> subtasks = agents.Resolve([.. expanded.Where(each => each.IsUnderstood).Select(each => each.Subtask)]);
        SecretMasker? masker =
            SecretMasker.For(subtasks.SelectMany(subtask => subtask.Secrets.SelectMany(name => SecretValues(subtask, name))));
        if (masker is not null)
            CheckIds(subtasks, masker);
        return new Declared
        {
            Options = options,
            Pools = pools,
            Subtasks = subtasks,
            Unreadable = [.. expanded.Where(each => !each.IsUnderstood).Select(each => each.Subtask)],
            Features = expansion.Features,
            Masker = masker,
        };
    }

    /// <summary>Only the options, and what the task folders hold: for who changes these.</summary>
    public Declared ParseTaskFolders()
    {
        RunOptions options = ParseOptions(out _);
        return new Declared { Options = options, Features = new TaskFolderReader(options, diagnostics).Read() };
    }

    private RunOptions ParseOptions(out ProjectFiles files)
    {
        files = new ProjectFiles(declared);
        return new OptionsParser(declared, files, diagnostics).Parse();
    }

    /// <summary>The only check that ids are unique: whatever a subtask was declared as.</summary>
    private ImmutableArray<Expanded> Unique(IEnumerable<Expanded> all)
    {
        var seen = new Dictionary<string, Subtask>(StringComparer.OrdinalIgnoreCase);
        var unique = ImmutableArray.CreateBuilder<Expanded>();
        foreach (Expanded each in all)
        {
            Subtask subtask = each.Subtask;
            if (seen.TryAdd(subtask.Id, subtask))
            {
                unique.Add(each);
                continue;
            }
            Subtask first = seen[subtask.Id];
            // Files of one feature with one sequence number: that is what the reader has told of them.
            if (subtask.TaskFile is { } file && file.Feature == first.TaskFile?.Feature)
                continue;
            string spelled = first.Id == subtask.Id ? "" : $" (ids ignore case: the other one is '{first.Id}')";
            diagnostics.Add(Diagnostic.Error(
                Codes.DuplicateId,
                $"There are two subtasks '{subtask.Id}'{spelled}. Give one of them another id, or remove it.",
                subtask.Origin));
        }
        return unique.ToImmutable();
    }

    /// <summary>What is found by its id can not be hidden.</summary>
    private void CheckIds(IEnumerable<Subtask> subtasks, SecretMasker masker)
    {
        foreach (Subtask subtask in subtasks)
        {
            if (masker.Apply(subtask.Id) is var masked && masked != subtask.Id)
            {
                diagnostics.Add(Diagnostic.Error(
                    Codes.InvalidId,
                    $"The id '{masked}' holds the value of a secret. "
                    + "An id is a name: files, the journal and -p:ParallelExecOnly have it as it is. Choose another one.",
                    subtask.Origin));
            }
        }
    }

    private IEnumerable<string> SecretValues(Subtask subtask, string name) =>
        subtask.Environment.Where(pair => pair.Key == name).Select(pair => pair.Value)
            .Concat(declared.Environment.TryGetValue(name, out string? value) ? [value] : []);
}
