using System.Text;
using ParallelExec.Files;

namespace ParallelExec.Reporting.Ci;

/// <summary>The summary of a job on GitHub: what commands of a step append to a file, of which no more than a megabyte is taken.</summary>
internal static class GitHubSummary
{
    public const string Variable = "GITHUB_STEP_SUMMARY";

    /// <summary>The runner refuses what is longer, all of it.</summary>
    private const int Longest = 1024 * 1024;

    private const string Cut = "\n\n(The rest does not fit here: summary.md among the files of the run has all of it.)\n";

    /// <exception cref="IOException">It can not be written, or is no plain file.</exception>
    public static void Append(string file, string markdown)
    {
        if (Path.Exists(file) && !PlainFile.Exists(file))
            throw new IOException($"'{file}' is not a plain file.");
        long before = Path.Exists(file) ? new FileInfo(file).Length : 0;
        byte[] text = Encoding.UTF8.GetBytes((before > 0 ? "\n" : "") + markdown);
        long room = Longest - before;
        if (text.Length > room)
        {
            byte[] note = Encoding.UTF8.GetBytes(Cut);
            // At a line's end: half a row of a table is none, and half a character neither.
            int end = room <= note.Length ? 0 : text.AsSpan(0, (int)(room - note.Length)).LastIndexOf((byte)'\n');
            if (end <= 0)
                return;
            text = [.. text.AsSpan(0, end), .. note];
        }
        using var stream = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        stream.Write(text);
    }
}
