using System.Security.Cryptography;
using System.Text;
using ParallelExec.Model;

namespace ParallelExec.Files;

/// <summary>Names of files that belong to one subtask: safe on every file system, different for different ids.</summary>
internal static class LogFiles
{
    private const int LongestReadable = 80;

    public static string Folder(RunOptions options) => Path.Combine(options.Directory, "logs");

    public static string PathOf(RunOptions options, Subtask subtask) => Path.Combine(Folder(options), SafeName(subtask.Id) + ".log");

    /// <summary>
    /// Before it is written: what a subtask has put in its place is removed. A pipe would hold up whoever writes there, and nothing is
    /// written through a link.
    /// </summary>
    public static void MakePlain(RunOptions options, Subtask subtask)
    {
        // In our own folder, by its name there: nothing else is ever removed.
        string logFile = PathOf(options, subtask);
        var file = new FileInfo(logFile);
        if (file.LinkTarget is null && (!file.Exists || PlainFile.Exists(logFile)))
            return;
        try
        {
            file.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever writes there says so.
        }
    }

    /// <summary>
    /// The id itself where that is safe; otherwise what is readable of it, and a digest behind <c>~</c>, which no id holds.
    /// </summary>
    public static string SafeName(string id)
    {
        var readable = new StringBuilder(id.Length);
        foreach (char c in id)
            readable.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' ? c : '_');
        string name = readable.ToString();
        if (name == id && id.Length <= LongestReadable && !id.StartsWith('.') && !id.EndsWith('.') && !IsDevice(id))
            return id;
        // Ids ignore case, so the digest does too.
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(id.ToUpperInvariant()));
        return $"{name[..Math.Min(name.Length, LongestReadable)].TrimStart('.')}~{Convert.ToHexStringLower(digest, 0, 8)}";
    }

    // Windows takes CON, CON.txt and the like for devices, in every folder.
    private static bool IsDevice(string id) => id.Split('.')[0].ToUpperInvariant() switch
    {
        "CON" or "PRN" or "AUX" or "NUL" => true,
        { Length: 4 } stem => (stem.StartsWith("COM", StringComparison.Ordinal) || stem.StartsWith("LPT", StringComparison.Ordinal))
            && char.IsAsciiDigit(stem[3]),
        _ => false,
    };
}
