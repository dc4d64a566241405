using System.Globalization;

namespace ParallelExec.Execution.Processes;

/// <summary>What <c>ps -axEww -o pid=,ppid=,stat=,command=</c> says: a process a line, its environment behind its command line.</summary>
internal static class PsOutput
{
    public static readonly string[] Arguments = ["-axEww", "-o", "pid=,ppid=,stat=,command="];

    /// <returns>Those that run, and whether <paramref name="mark"/> stands in their environment.</returns>
    public static List<(RunningProcess Process, bool Marked)> Parse(string text, string mark)
    {
        var all = new List<(RunningProcess, bool)>();
        foreach (string line in text.Split('\n'))
        {
            string[] parts = line.Split((char[]?)null, 4, StringSplitOptions.RemoveEmptyEntries);
            // A command line can hold a line end: what follows is no process.
            if (parts.Length < 4 || parts[2].StartsWith('Z') || Number(parts[0]) is not { } id || Number(parts[1]) is not { } parent)
                continue;
            string name = Path.GetFileName(parts[3].Split(' ')[0]);
            all.Add((new RunningProcess(id, parent, name), parts[3].Contains(mark, StringComparison.Ordinal)));
        }
        return all;
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : null;
}
