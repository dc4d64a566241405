using System.Text;
using ParallelExec.Exchange;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.State;

/// <summary>
/// What in <c>$(ParallelExecDirectory)</c> is ours. A folder that somebody names may be in use for something else: we write only where it
/// was empty, and say so in it with a mark. In the mark stand the files whose names come from subtasks, so that they are known again.
/// </summary>
internal static class StateFolder
{
    public const string Mark = ".parallelexec";

    private const string Ignore = ".gitignore", IgnoreAll = "*\n", Lock = "run.lock", Plan = "plan.json", JournalName = "journal.ndjson";
    private const string Heading = "ParallelExec writes here, and -t:CleanParallelTasks removes what it wrote. Of subtasks and teams:";

    /// <summary>A mark is some dozen bytes for each subtask.</summary>
    private const int LongestMark = 100_000_000;

    /// <summary>Whose branches and worktrees there are; not a name of <c>Execution</c>, which is above us.</summary>
    private const string Isolated = "isolation.json";

    private static readonly string[] Folders = ["handover", "rounds", "logs", "teams", "tests", Questions.FolderName];
    private static readonly string[] OurFiles =
        [RunFile.Name, RunFile.PreviousName, Plan, JournalName, "history.json", "hashes.txt", "projects.json", ConvertedOutputs.FileName,
            "summary.md", "report.html", "graph.mmd", "junit.xml", "trace.json", "github-matcher.json", Isolated, Lock, "run.owner", Ignore,
            Mark];

    /// <summary>Of the system, in a folder that nobody uses yet.</summary>
    private static readonly string[] Nothing = ["lost+found", ".DS_Store"];

    /// <summary>
    /// What a subtask's files in <c>handover</c> end with; the first is written over by the next run, the others must not be read by it.
    /// </summary>
    private static readonly string[] HandedOver =
        [".context.json", ".output", ".question", ".notes.md", ".prompt.md", ".version", ".restored"];

    public static string LockOf(string directory) => Path.Combine(directory, Lock);

    /// <summary>Whether we may write there: it is ours, or empty, or not there.</summary>
    /// <returns>Null where we may; otherwise why not.</returns>
    /// <exception cref="IOException">It can not be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It can not be read.</exception>
    public static Diagnostic? Refusal(string directory)
    {
        const string Cure = "Set ParallelExecDirectory to a folder of its own, one that is empty or not there yet.";
        if (Enclosing(directory) is { } outer)
            return NotOurs($"'{directory}' lies in '{outer}', where runs remove what they wrote, so nothing is written there. {Cure}");
        if (!Directory.Exists(directory))
            return null;
        if (Array.Find(Folders, folder => PlainFolder.IsLink(Path.Combine(directory, folder))) is { } link)
        {
            string path = Path.Combine(directory, link);
            return NotOurs($"'{path}' is a link, which is not followed. Remove it, or set ParallelExecDirectory to another folder.");
        }
        return IsOurs(directory, out string[] others)
            ? null
            : NotOurs($"'{directory}' is in use for something else ({Wording.Ids(others)}), so nothing is written there. {Cure}");
    }

    /// <summary>Makes it ours where it is not yet; <see cref="Refusal"/> has looked at it.</summary>
    public static void SetMark(string directory)
    {
        string mark = Path.Combine(directory, Mark), ignore = Path.Combine(directory, Ignore);
        if (!File.Exists(mark))
            File.WriteAllText(mark, $"{Heading}\n{string.Concat(NamesOfBefore(directory).Select(name => name + "\n"))}");
        if (!File.Exists(ignore))
            File.WriteAllText(ignore, IgnoreAll);
    }

    /// <summary>Keeps the names of files that subtasks and teams will have there.</summary>
    /// <param name="names">Relative, with <c>/</c>.</param>
    public static void Record(string directory, IEnumerable<string> names)
    {
        HashSet<string> known = Recorded(directory);
        int before = known.Count;
        known.UnionWith(names);
        if (known.Count == before)
            return;
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(known.Prepend(Heading).Select(line => line + "\n")));
        WholeFile.Write(Path.Combine(directory, Mark), stream => stream.Write(text));
    }

    /// <summary>Removes what an earlier run handed on, and what it could not finish: nothing of it must be taken for this one's.</summary>
    public static void Tidy(string directory)
    {
        string handover = Path.Combine(directory, "handover");
        PlainFolder.Remove(Path.Combine(directory, "rounds"));
        Directory.CreateDirectory(handover);
        RemoveHandedOver(handover, HandedOver.AsSpan(1));
        foreach (string half in Directory.EnumerateFiles(directory, "*.tmp").Where(IsHalf))
            File.Delete(half);
    }

    /// <summary>Removes what we wrote, by name; what others put there stays.</summary>
    /// <returns>What of ours stays, because work is in it; null where nothing does.</returns>
    public static string? RemoveOurs(string directory)
    {
        foreach (string name in Recorded(directory).Concat(NamesOfBefore(directory)))
            File.Delete(Path.Combine(directory, name));
        string handover = Path.Combine(directory, "handover");
        RemoveHandedOver(handover, HandedOver);
        PlainFolder.Remove(Path.Combine(directory, "rounds"));
        // All of it is written by us or by hosts of tests, under names that they choose.
        PlainFolder.Remove(Path.Combine(directory, "tests"));
        PlainFolder.Remove(Path.Combine(directory, Questions.FolderName));
        foreach (string folder in Folders)
            PlainFolder.RemoveIfEmpty(Path.Combine(directory, folder));
        foreach (string half in Directory.EnumerateFiles(directory, "*.tmp").Where(IsHalf))
            File.Delete(half);
        if (RemoveEmptyWorktrees(directory) is { } kept)
        {
            // It is still ours, git still ignores it, and the next run knows whose they are.
            foreach (string file in OurFiles.Where(file => file is not (Lock or Ignore or Mark or Isolated)))
                File.Delete(Path.Combine(directory, file));
            return kept;
        }
        // The mark last: until then it is known what the rest is. The lock is its holder's.
        foreach (string file in OurFiles.Where(file => file is not Lock and not Ignore).Select(file => Path.Combine(directory, file)))
            File.Delete(file);
        string ignore = Path.Combine(directory, Ignore);
        if (PlainFile.TryRead(ignore, IgnoreAll.Length) is { } text && text.AsSpan().SequenceEqual("*\n"u8))
            File.Delete(ignore);
        return null;
    }

    /// <summary>Worktrees of what is merged are removed by the run that merged it: in those that are left may be work.</summary>
    private static string? RemoveEmptyWorktrees(string directory)
    {
        string worktrees = Path.Combine(directory, "worktrees");
        if (!Directory.Exists(worktrees) || PlainFolder.IsLink(worktrees))
            return null;
        foreach (string run in Directory.EnumerateDirectories(worktrees))
            PlainFolder.RemoveIfEmpty(run);
        PlainFolder.RemoveIfEmpty(worktrees);
        return Directory.Exists(worktrees) ? worktrees : null;
    }

    /// <param name="others">What else is there, some of it.</param>
    public static bool IsOurs(string directory, out string[] others)
    {
        others = [];
        if (File.Exists(Path.Combine(directory, Mark)))
            return true;
        string[] all =
        [
            .. Directory.EnumerateFileSystemEntries(directory)
                .Select(entry => Path.GetFileName(entry)).Except(Nothing).Order(StringComparer.Ordinal),
        ];
        others = [.. all.Where(name => !OurFiles.Contains(name) && !Folders.Contains(name) && !IsHalf(name))];
        // Versions before this one had no mark. A journal is nobody else's; a lock or a plan is ours where nothing else is there.
        if (all.All(name => name == "teams") || IsOfBefore(directory, JournalName, "{\"event\":\"run\","u8))
            return true;
        bool isLocked = new FileInfo(LockOf(directory)) is { Exists: true, Length: 0 };
        if (others.Length == 0 && (isLocked || IsDefault(directory) || IsOfBefore(directory, Plan, "{\n  \"schemaVersion\":"u8)))
            return true;
        others = others.Length > 0 ? others : all;
        return false;
    }

    // Of the intermediate files of a project, in a folder with our name, nothing is anybody else's.
    private static bool IsDefault(string directory)
    {
        string path = Path.TrimEndingDirectorySeparator(directory);
        return Path.GetFileName(path) == "parallelexec" && Path.GetFileName(Path.GetDirectoryName(path)) == "obj";
    }

    private static bool IsOfBefore(string directory, string name, ReadOnlySpan<byte> beginning) =>
        PlainFile.TryRead(Path.Combine(directory, name), LongestMark) is { } text && text.AsSpan().StartsWith(beginning);

    private static Diagnostic NotOurs(string message) => Diagnostic.Error(Codes.NotOurs, message);

    private static bool IsHalf(string path) => WholeFile.FinalName(Path.GetFileName(path)) is { } name && OurFiles.Contains(name);

    // A run of the folder around it would remove what is written there.
    private static string? Enclosing(string directory)
    {
        string inner = Path.TrimEndingDirectorySeparator(directory);
        for (string? outer = Path.GetDirectoryName(inner); outer is not null; (inner, outer) = (outer, Path.GetDirectoryName(outer)))
        {
            if (Folders.Contains(Path.GetFileName(inner)) && File.Exists(Path.Combine(outer, Mark)))
                return outer;
        }
        return null;
    }

    private static void RemoveHandedOver(string handover, ReadOnlySpan<string> endings)
    {
        if (!Directory.Exists(handover) || PlainFolder.IsLink(handover))
            return;
        foreach (string file in Directory.EnumerateFiles(handover))
        {
            foreach (string ending in endings)
            {
                if (file.EndsWith(ending, StringComparison.Ordinal))
                    File.Delete(file);
            }
        }
        // What came from a cache and was not put in its place.
        foreach (string folder in Directory.EnumerateDirectories(handover, "*.restored"))
            PlainFolder.Remove(folder);
    }

    private static HashSet<string> Recorded(string directory)
    {
        byte[]? mark = PlainFile.TryRead(Path.Combine(directory, Mark), LongestMark);
        return mark is null ? [] : [.. Encoding.UTF8.GetString(mark).Split('\n').Where(IsName)];
    }

    // Whatever has become of the mark, nothing outside of our folders is named by it.
    private static bool IsName(string line) =>
        line.Split('/') is ["logs" or "teams", { Length: > 0 } name]
        && name.AsSpan().IndexOfAny('\\', '\0') < 0
        && name is not ("." or "..");

    // Versions before this one did not keep them; their plan has the ids.
    private static IEnumerable<string> NamesOfBefore(string directory) =>
        File.Exists(Path.Combine(directory, Mark)) ? [] : PlanFile.ReadIds(directory).Select(id => $"logs/{LogFiles.SafeName(id)}.log");
}
