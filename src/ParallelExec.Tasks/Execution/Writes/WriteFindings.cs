using System.Collections.Immutable;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Execution.Writes;

/// <summary>
/// What is wrong with changes of files: nobody has declared it, two have changed one file, somebody else reads it meanwhile. Who it was is
/// told as far as it is known, and not further.
/// </summary>
/// <param name="saysItWrote">Whether an agent's command line tells that it has changed a file.</param>
/// <param name="ignored">Those of some files that git ignores.</param>
internal sealed class WriteFindings(
    ExecutionPlan plan, RunOptions options, Func<int, string, bool> saysItWrote,
    Func<IReadOnlyCollection<string>, IReadOnlySet<string>> ignored)
{
    /// <summary>By file, in this wave: who has changed it, each time.</summary>
    private readonly Dictionary<string, List<ImmutableArray<int>>> writers = new(StringComparer.Ordinal);

    public void BeginWave() => writers.Clear();

    /// <param name="changes">All whose suspects have ended.</param>
    /// <returns>One for each group of subtasks, in order, with those that it is about.</returns>
    public IReadOnlyList<WriteFinding> Of(IReadOnlyList<FileChange> changes)
    {
        var found = new List<(WriteFault Fault, ImmutableArray<int> Writers, int Reader, FileChange Change)>();
        foreach (FileChange change in changes)
        {
            (ImmutableArray<int> by, bool isKnown) = WritersOf(change);
            if (by.IsEmpty)
                continue;
            if (BothChanged(change.File, by, isKnown) is { IsEmpty: false } both)
                found.Add((WriteFault.Both, both, -1, change));
            ImmutableArray<int> undeclared = [.. by.Where(index => !Declares(index, change.File))];
            if (isKnown)
                found.AddRange(undeclared.Select(index => (WriteFault.Undeclared, ImmutableArray.Create(index), -1, change)));
            else if (undeclared.Length == by.Length)
                found.Add((WriteFault.Undeclared, by, -1, change));
            found.AddRange(change.Suspects.Where(index => !by.Contains(index) && Reads(index, change.File))
                .Select(reader => (WriteFault.ReadMeanwhile, by, reader, change)));
        }
        IReadOnlySet<string> notTold = ignored([.. found.Where(each => each.Fault == WriteFault.Undeclared)
            .Select(each => each.Change.File).Distinct(StringComparer.Ordinal)]);
        found.RemoveAll(each => each.Fault == WriteFault.Undeclared && notTold.Contains(each.Change.File));
        return [.. found.GroupBy(each => (each.Fault, Writers: string.Join(' ', each.Writers), each.Reader))
            .OrderBy(group => group.Key.Fault).ThenBy(group => group.First().Writers[0]).ThenBy(group => group.Key.Reader)
            .Select(group => Finding(group.Key.Fault, group.First().Writers, group.Key.Reader, [.. group.Select(each => each.Change)]))];
    }

    /// <returns>Who it was, all of them; where that is not known, all who may have been it.</returns>
    private (ImmutableArray<int> By, bool IsKnown) WritersOf(FileChange change)
    {
        ImmutableArray<int> told = [.. change.Suspects.Where(index => saysItWrote(index, change.File))];
        if (!told.IsEmpty)
            return (told, true);
        ImmutableArray<int> declaring = [.. change.Suspects.Where(index => Declares(index, change.File))];
        if (!declaring.IsEmpty)
            return (declaring, declaring.Length == 1);
        // A command that says of a file that it reads it, and not that it writes it, is believed where there are others.
        ImmutableArray<int> others = change.Suspects.RemoveAll(index =>
            plan.Subtasks[index].Subtask.Work is not AgentWork && Reads(index, change.File));
        ImmutableArray<int> by = others.IsEmpty ? change.Suspects : others;
        return (by, by.Length == 1);
    }

    /// <summary>Two, where it is sure that each of them has: by their word, or because nobody else can have done it each time.</summary>
    private ImmutableArray<int> BothChanged(string file, ImmutableArray<int> by, bool isKnown)
    {
        if (!writers.TryGetValue(file, out List<ImmutableArray<int>>? before))
            writers[file] = before = [];
        ImmutableArray<int> both = isKnown && by.Length > 1 ? by
            : !isKnown ? []
            : before.Find(other => other.Length == 1 && other[0] != by[0]) is { IsDefault: false } other ? [other[0], by[0]] : [];
        before.AddRange(isKnown ? by.Select(index => ImmutableArray.Create(index)) : [by]);
        // Whoever lets both declare it, with ParallelExecWriteConflicts=Warn, knows it.
        return both.All(index => Declares(index, file)) ? [] : both.Sort();
    }

    private bool Declares(int index, string file) => plan.Subtasks[index].Subtask.Outputs.Any(output => output.Includes(file));

    private bool Reads(int index, string file) => plan.Subtasks[index].Subtask.Inputs.Any(input => input.Includes(file));

    private WriteFinding Finding(WriteFault fault, ImmutableArray<int> by, int reader, IReadOnlyList<FileChange> changes)
    {
        Subtask[] members = [.. by.Select(index => plan.Subtasks[index].Subtask)];
        string[] ids = [.. members.Select(member => $"'{member.Id}'")];
        string who = ids.Length == 1 ? ids[0] : $"one of {string.Join(", ", ids)}";
        FileChange[] files = [.. changes.DistinctBy(change => change.File)];
        string what = Wording.Ids([.. files.Select(file => $"'{Shown(file.File)}'{(file.IsRemoved ? " (removed)" : "")}")]);
        string message = fault switch
        {
            WriteFault.Both => $"{string.Join(" and ", ids)} ran at the same time, and each has changed {what}: what one wrote, the other "
                + $"may have overwritten. Look at what is there now; then {Wait(members[0], members[^1])}, or give each a file of its own.",
            WriteFault.ReadMeanwhile => Read(who, members[0], plan.Subtasks[reader].Subtask, what),
            _ when members.Length > 1 => $"{who} has changed what none of them declares, while they ran at the same time, so that it is "
                + $"not known which: {what}. Add it to the {Outputs(members[^1])} of the one that writes it"
                + $"{Typed(members[^1], [], files)}; if they share it, {Wait(members[0], members[^1])}.",
            _ => $"{who} has changed what it does not declare: {what}. "
                + $"Add it to its {Outputs(members[0])}{Typed(members[0], members[0].Outputs, files)}; or keep it from writing there.",
        };
        Subtask about = reader >= 0 ? plan.Subtasks[reader].Subtask : members[^1];
        return new WriteFinding(char.ToUpperInvariant(message[0]) + message[1..], about.Origin, reader < 0 ? by : by.Add(reader));
    }

    private static string Read(string who, Subtask writer, Subtask reader, string what) =>
        $"{who} has changed {what} while '{reader.Id}' ran, which reads it (Inputs): what that has seen is neither surely the old nor the "
            + $"new. {Wait(writer, reader, 'A')}.";

    private static string Outputs(Subtask subtask) => subtask.TaskFile is null ? "Outputs" : "deliverables";

    private static string Wait(Subtask first, Subtask last, char begins = 'a') => last.TaskFile is null
        ? $"{begins}dd DependsOn=\"{first.Id}\" to '{last.Id}'"
        : $"{begins}dd \"{first.TaskFile?.Seq ?? first.Id}\" to the depends_on of '{last.Id}'";

    /// <summary>What there is to type: outputs must be there, so of what has gone only a pattern can be one.</summary>
    /// <param name="declared">What it declares already.</param>
    private string Typed(Subtask subtask, ImmutableArray<PathPattern> declared, IReadOnlyList<FileChange> files)
    {
        string[] there = [.. files.Where(file => !file.IsRemoved).Select(file => Shown(file.File))];
        if (there.Length == 0)
            return " by a pattern that matches what is left beside it";
        string[] added = there.Length <= 5 ? there
            : [.. there.Select(file => file.Contains('/', StringComparison.Ordinal) ? $"{file.Split('/')[0]}/**" : file)
                .Distinct(StringComparer.Ordinal).Take(5)];
        if (subtask.TaskFile is not null)
            return ": " + string.Join(", ", added.Select(file => $"\"{file}\""));
        IEnumerable<string> except = declared.SelectMany(output => output.Except).Select(excluded => "!" + excluded.Declared).Distinct();
        return $": Outputs=\"{string.Join(';', declared.Select(output => output.Declared).Concat(added).Concat(except))}\"";
    }

    private string Shown(string file) => Path.GetRelativePath(options.ProjectDirectory, file).Replace('\\', '/');

    private enum WriteFault
    {
        Both,
        ReadMeanwhile,
        Undeclared,
    }
}

/// <param name="Message">What, who, and what to type.</param>
/// <param name="Who">Those that it names, by index.</param>
internal sealed record WriteFinding(string Message, Origin About, ImmutableArray<int> Who);
