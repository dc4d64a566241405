using System.Globalization;
using System.Text;
using ParallelExec.Exchange;

namespace ParallelExec.Execution.Processes;

/// <summary>Which processes run, who started them, and which carry our cookie. Linux: /proc. Others: <c>ps</c>.</summary>
internal static class ProcessTable
{
    /// <summary>
    /// What descends from <paramref name="root"/> or is in its session (also when the root itself has ended), and what carries the cookie
    /// wherever it has gone. Zombies do not count.
    /// </summary>
    public static IReadOnlyList<RunningProcess> Members(int root, string cookie)
    {
        string mark = $"{HandOver.CookieVariable}={cookie}";
        List<(RunningProcess Process, bool Marked)> all = OperatingSystem.IsLinux()
            ? ReadProc(mark, root)
            : PsOutput.Parse(SystemProcess.Capture("/bin/ps", PsOutput.Arguments), mark);
        ILookup<int, RunningProcess> children = all.ToLookup(entry => entry.Process.Parent, entry => entry.Process);
        var members = new Dictionary<int, RunningProcess>();
        var open = new Queue<RunningProcess>(all.Where(entry => entry.Marked || entry.Process.Id == root).Select(entry => entry.Process));
        while (open.TryDequeue(out RunningProcess? process))
        {
            if (!members.TryAdd(process.Id, process))
                continue;
            foreach (RunningProcess child in children[process.Id])
                open.Enqueue(child);
        }
        members.Remove(Environment.ProcessId);
        return [.. members.Values.OrderBy(process => process.Id)];
    }

    private static List<(RunningProcess, bool)> ReadProc(string mark, int session)
    {
        byte[] wanted = Encoding.UTF8.GetBytes(mark);
        var all = new List<(RunningProcess, bool)>();
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
                continue;
            try
            {
                // "pid (name) state parent ..."; the name may hold anything, also a parenthesis.
                string stat = File.ReadAllText(folder + "/stat");
                int open = stat.IndexOf('(', StringComparison.Ordinal), close = stat.LastIndexOf(')');
                string[] rest = stat[(close + 2)..].Split(' ');
                if (rest[0] is "Z" or "X")
                    continue;
                // state, parent, group, session
                bool marked = int.Parse(rest[3], CultureInfo.InvariantCulture) == session
                    || File.ReadAllBytes(folder + "/environ").AsSpan().IndexOf(wanted) >= 0;
                all.Add((new RunningProcess(id, int.Parse(rest[1], CultureInfo.InvariantCulture), stat[(open + 1)..close]), marked));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended in the meantime, or belongs to somebody else: not ours in either case.
            }
        }
        return all;
    }
}
