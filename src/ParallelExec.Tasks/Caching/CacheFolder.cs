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

    public byte[]? ReadEntry(string fingerprint)
    {
        try
        {
            return File.ReadAllBytes(PathOf("ac", fingerprint));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <returns>An archive whose content is what its digest says; null where there is none, or it is damaged (and then gone).</returns>
    public FileStream? OpenArchive(string digest, out bool damaged)
    {
        damaged = false;
        string path = PathOf("cas", digest);
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
        Directory.CreateDirectory(directory);
        return Path.Combine(directory, $"{Guid.NewGuid():N}.tmp");
    }

    public void TakeArchive(string file, string digest)
    {
        string path = PathOf("cas", digest);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(file, path, overwrite: true);
    }

    /// <summary>Removes what was used least recently, where it has become too large.</summary>
    public void Trim()
    {
        if (!Directory.Exists(directory))
            return;
        ILookup<bool, FileInfo> all = new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).ToLookup(file => file.Extension == ".tmp");
        // What is half written belongs to another build, or to one that was killed.
        foreach (FileInfo half in all[true].Where(file => file.LastWriteTimeUtc < DateTime.UtcNow.AddHours(-1)))
            Remove(half);
        FileInfo[] files = [.. all[false]];
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
