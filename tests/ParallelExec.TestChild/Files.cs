using System.Diagnostics;
using System.Text;

namespace ParallelExec.TestChild;

/// <summary>The few file operations by which children and tests tell each other what happened.</summary>
internal static class Files
{
    /// <summary>A failing test's child ends after it; one that passes ends when what it waits for is there.</summary>
    internal static readonly TimeSpan DefaultPatience = TimeSpan.FromMinutes(5);
    private static readonly UTF8Encoding Utf8 = new(false);

    /// <summary>Polls every 2 ms: children wait for milliseconds, and a poll has no event to miss.</summary>
    internal static bool WaitUntil(Func<bool> condition, TimeSpan patience)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!condition())
        {
            if (waited.Elapsed > patience)
                return false;
            Thread.Sleep(2);
        }
        return true;
    }

    /// <summary>Whole or not at all, so that whoever waits for the file never reads half of it.</summary>
    internal static void Publish(string path, string text)
    {
        CreateParent(path);
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        File.WriteAllText(temporary, text, Utf8);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>One writer at a time: <see cref="FileShare.None"/> is a lock on every platform, an append is not atomic on all.</summary>
    internal static void AppendAtomically(string path, string text)
    {
        CreateParent(path);
        byte[] bytes = Utf8.GetBytes(text);
        FileStream? stream = null;
        if (!WaitUntil(() => TryOpen(path, out stream), DefaultPatience))
            throw new TimeoutException($"{path} stayed locked");
        using (stream)
            stream!.Write(bytes);
    }

    internal static TimeSpan Seconds(string text) =>
        TimeSpan.FromSeconds(double.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    private static bool TryOpen(string path, out FileStream? stream)
    {
        try
        {
            stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            stream = null;
            return false;
        }
    }

    private static void CreateParent(string path)
    {
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            Directory.CreateDirectory(parent);
    }
}
