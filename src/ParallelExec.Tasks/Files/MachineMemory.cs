using System.Globalization;

namespace ParallelExec.Files;

/// <summary>How much memory this machine has, or the container that the build runs in, in bytes.</summary>
internal static class MachineMemory
{
    public static long Bytes() => OperatingSystem.IsLinux() ? OnLinux("/") : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>
    /// The least that the machine, this process' control group (version 1 or 2) and any group above that has. Not asked of the runtime: in
    /// a container that tells what its own heap may have.
    /// </summary>
    public static long OnLinux(string root)
    {
        string? total = Lines(root, "proc/meminfo").FirstOrDefault(line => line.StartsWith("MemTotal:", StringComparison.Ordinal));
        long least = Number(total?.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1)) is { } kilobytes
            ? kilobytes * 1024 : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        foreach (string line in Lines(root, "proc/self/cgroup"))
        {
            // "number:controllers:path"; version 2 has the number 0 and no controllers.
            string[] parts = line.Split(':', 3);
            if (parts.Length < 3)
                continue;
            if (parts[0] == "0" && parts[1].Length == 0)
                least = Math.Min(least, InGroups(root, "sys/fs/cgroup", parts[2], "memory.max"));
            else if (parts[1].Split(',').Contains("memory"))
                least = Math.Min(least, InGroups(root, "sys/fs/cgroup/memory", parts[2], "memory.limit_in_bytes"));
        }
        return least;
    }

    /// <summary>A group above may have less. In a container the path can be the host's: then only the top of it is there.</summary>
    private static long InGroups(string root, string mount, string group, string file)
    {
        long least = long.MaxValue;
        for (string? at = group.Trim('/'); at is not null; at = at.Length == 0 ? null : at[..Math.Max(0, at.LastIndexOf('/'))])
        {
            if (Number(Lines(root, Path.Combine(mount, at, file)).FirstOrDefault()) is { } bytes and > 0)
                least = Math.Min(least, bytes);
        }
        return least;
    }

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string[] Lines(string root, string file)
    {
        try
        {
            return File.ReadAllLines(Path.Combine(root, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
