using System.Text;
using ParallelExec.Events;
using ParallelExec.Files;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.State;

/// <summary>
/// <c>RemoveOrphans</c>: what a conversion has written in earlier runs, and none of its files becomes any more, is removed when a run
/// begins. Which files these are is kept in <c>converted.txt</c>, each with its size and time: one that somebody has changed since is not
/// ours any more, and stays.
/// </summary>
internal sealed class ConvertedOutputs(ExecutionPlan plan, RunOptions options, IRunLog log) : IRunObserver
{
    public const string FileName = "converted.txt";

    private const long LongestFile = 1_000_000_000;

    // By path from the project's folder on, with "/".
    private readonly SortedDictionary<string, (string Set, string State)> written = new(StringComparer.Ordinal);

    private string File => Path.Combine(options.Directory, FileName);

    public static bool IsNeeded(ExecutionPlan plan) => plan.Subtasks.Any(subtask => subtask.Subtask.Set is { RemoveOrphans: true });

    public void On(RunEvent happened)
    {
        switch (happened)
        {
            case RunStarted:
                Read();
                RemoveOrphans();
                break;
            case SubtaskEnded({ Subtask.Set: { RemoveOrphans: true } set } subtask, { IsSuccess: true }):
                foreach (PathPattern output in subtask.Subtask.Outputs)
                {
                    if (DeclaredFiles.SizeAndTime(output.FullPath) is { } state)
                        written[Relative(output.FullPath)] = (set.Id, state);
                }
                break;
            case RunEnded:
                Write();
                break;
            case SubtaskStarted or SubtaskEnded or SubtasksSkipped or RunStopping or ServiceReady or Tick:
                break;
            default:
                throw happened.NotKnownTo(this);
        }
    }

    private void RemoveOrphans()
    {
        var sets = plan.Subtasks.Where(subtask => subtask is { Excluded: null, Subtask.Set.RemoveOrphans: true })
            .Select(subtask => subtask.Subtask.Set!.Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var expected = plan.Subtasks.SelectMany(subtask => subtask.Subtask.Outputs).Select(output => Relative(output.FullPath))
            .ToHashSet(OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        var real = new RealPaths();
        List<string> removed = [], kept = [];
        foreach ((string path, (string set, string state)) in written.ToArray())
        {
            if (!sets.Contains(set) || expected.Contains(path))
                continue;
            string full = Path.GetFullPath(path, options.ProjectDirectory);
            // A link, or a folder that has become one, leads to what is not ours.
            bool isOurs = RealPaths.IsInside(real.Of(options.ProjectDirectory), real.Of(full)) && new FileInfo(full).LinkTarget is null
                && DeclaredFiles.SizeAndTime(full) == state;
            if (isOurs ? TryRemove(full) : Path.Exists(full))
                (isOurs ? removed : kept).Add(path);
            written.Remove(path);
        }
        if (removed.Count > 0)
            log.Message($"Removed {Wording.Count(removed.Count, "output")} that no file becomes any more (RemoveOrphans): "
                + $"{Wording.Ids(removed)}");
        if (kept.Count > 0)
            log.Message($"No file becomes these any more, but they were changed since, so they stay: {Wording.Ids(kept)}");
    }

    private bool TryRemove(string path)
    {
        try
        {
            System.IO.File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Report(Diagnostic.Warning(
                Codes.StateNotWritable, $"'{path}', which no file becomes any more, could not be removed: {e.Message}"));
            return false;
        }
    }

    private void Read()
    {
        if (PlainFile.TryRead(File, LongestFile) is not { } bytes)
            return;
        foreach (string line in Encoding.UTF8.GetString(bytes).Split('\n'))
        {
            if (line.Split('\t') is [var set, var state, var path])
                written[path] = (set, state);
        }
    }

    private void Write()
    {
        try
        {
            byte[] text = Encoding.UTF8.GetBytes(string.Concat(written
                .Where(entry => entry.Key.AsSpan().IndexOfAny('\t', '\n') < 0)
                .Select(entry => $"{entry.Value.Set}\t{entry.Value.State}\t{entry.Key}\n")));
            WholeFile.Write(File, stream => stream.Write(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Report(Diagnostic.Warning(
                Codes.StateNotWritable, $"{FileName} in '{options.Directory}' could not be written: {e.Message}"));
        }
    }

    private string Relative(string path) => Path.GetRelativePath(options.ProjectDirectory, path).Replace('\\', '/');
}
