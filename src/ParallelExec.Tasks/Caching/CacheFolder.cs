using System.Security.Cryptography;
using ParallelExec.Files;

namespace ParallelExec.Caching;

/// <summary>
/// <c>ParallelExecCacheDirectory</c>: entries in <c>ac/</c>, archives in <c>cas/</c>, each under its digest. Many builds may use it at
/// once: a file is there whole or not at all, and whoever finds one missing has a miss.
/// </summary>
internal sealed class CacheFolder(string directory, long size)
{
    /// <summary>Removed a little more than necessary, so that it is not necessary after each run.</summary>
    private const double Trimmed = 0.9;

    /// <summary>An entry is some hundred bytes.</summary>
    public const int LongestEntry = 64 * 1024;

    private const int DigestLength = 64;
    private static readonly string[] Kinds = ["ac", "cas"];

    /// <summary>In bytes.</summary>
    public long Size => size;

    public bool HasEntry(string fingerprint) => File.Exists(PathOf("ac", fingerprint));

    public byte[]? ReadEntry(string fingerprint) => PlainFile.TryRead(PathOf("ac", fingerprint), LongestEntry);

    /// <returns>An archive whose content is what its digest says; null where there is none, or it is damaged (and then gone).</returns>
    public FileStream? OpenArchive(string digest, out bool damaged)
    {
        damaged = false;
        string path = PathOf("cas", digest);
        var file = new FileInfo(path);
        if (!file.Exists)
            return null;
        // No archive is empty; a pipe is, and would never be opened.
        if (file.LinkTarget is not null || file.Length == 0)
        {
            damaged = true;
            File.Delete(path);
            return null;
        }
        FileStream archive;
        try
        {
            archive = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        if (Convert.ToHexStringLower(SHA256.HashData(archive)) == digest)
        {
            archive.Position = 0;
            Touch(path);
            return archive;
        }
        damaged = true;
        archive.Dispose();
        File.Delete(path);
        return null;
    }

    public void Touch(string fingerprint, string digest)
    {
        Touch(PathOf("ac", fingerprint));
        Touch(PathOf("cas", digest));
    }

    public void RemoveEntry(string fingerprint) => File.Delete(PathOf("ac", fingerprint));

    public void WriteEntry(string fingerprint, byte[] entry) => Write(PathOf("ac", fingerprint), stream => stream.Write(entry));

    /// <summary>A file that is to become an archive, in the same file system.</summary>
    public string NewFile()
    {
        string folder = Path.Combine(directory, "cas");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, $"{Guid.NewGuid():N}.tmp");
    }

    public void TakeArchive(string file, string digest)
    {
        string path = PathOf("cas", digest);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(file, path, overwrite: true);
    }

    /// <summary>Removes what was used least recently, where it has become too large. The folder may hold other things: they stay.</summary>
    public void Trim()
    {
        var files = new List<FileInfo>();
        foreach (DirectoryInfo kind in Kinds.Select(kind => new DirectoryInfo(Path.Combine(directory, kind))).Where(IsFolder))
        {
            RemoveHalves(kind, IsHalfArchive);
            foreach (DirectoryInfo part in kind.EnumerateDirectories().Where(part => part.Name.Length == 2 && IsFolder(part)))
            {
                RemoveHalves(part, IsHalfEntry);
                files.AddRange(part.EnumerateFiles().Where(file => IsOurs(file, part.Name)));
            }
        }
        long total = files.Sum(Length);
        if (total <= size)
            return;
        foreach (FileInfo file in files.OrderBy(file => file.LastWriteTimeUtc))
        {
            if (total <= size * Trimmed)
                return;
            total -= Length(file);
            Remove(file);
        }
    }

    // What is half written belongs to another build, or to one that was killed.
    private static void RemoveHalves(DirectoryInfo folder, Func<string, bool> isHalf)
    {
        DateTime longAgo = DateTime.UtcNow.AddHours(-1);
        foreach (FileInfo half in folder.EnumerateFiles("*.tmp").Where(file => isHalf(file.Name) && file.LastWriteTimeUtc < longAgo))
            Remove(half);
    }

    // Never through a link: what it leads to is not ours.
    private static bool IsFolder(DirectoryInfo folder) => folder is { Exists: true, LinkTarget: null };

    private static bool IsOurs(FileInfo file, string part) =>
        IsDigest(file.Name) && file.Name.StartsWith(part, StringComparison.Ordinal) && file.LinkTarget is null;

    private static bool IsDigest(string name) => name.Length == DigestLength && name.All(char.IsAsciiHexDigitLower);

    private static bool IsHalfArchive(string name) => Guid.TryParseExact(Path.GetFileNameWithoutExtension(name), "N", out _);

    private static bool IsHalfEntry(string name) => WholeFile.FinalName(name) is { } final && IsDigest(final);

    // Another build may have removed it meanwhile.
    private static long Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    private static void Remove(FileInfo file)
    {
        try
        {
            file.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody uses it, or was faster.
        }
    }

    private static void Touch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Of a folder that is only read, or a file that is gone.
        }
    }

    private static void Write(string path, Action<Stream> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        WholeFile.Write(path, write);
    }

    private string PathOf(string kind, string digest) => Path.Combine(directory, kind, digest[..2], digest);
}
