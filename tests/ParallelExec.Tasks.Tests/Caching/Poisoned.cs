using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using ParallelExec.Caching;
using ParallelExec.TestKit;

namespace ParallelExec.Tests.Caching;

/// <summary>An archive that somebody has made, in the place of the one that a cache has.</summary>
internal static class Poisoned
{
    /// <param name="length">What its entry says of its length; null = the truth.</param>
    public static void Put(TestFolder cache, Action<TarWriter> write, long? length = null)
    {
        var plain = new MemoryStream();
        using (var tar = new TarWriter(plain, TarEntryFormat.Pax, leaveOpen: true))
            write(tar);
        Put(cache, plain.ToArray(), length);
    }

    public static void Put(TestFolder cache, byte[] plain, long? length = null)
    {
        var archive = new MemoryStream();
        using (var compressed = new BrotliStream(archive, CompressionLevel.Fastest, leaveOpen: true))
            compressed.Write(plain);
        string digest = Convert.ToHexStringLower(SHA256.HashData(archive.ToArray()));
        cache.Write($"cas/{digest[..2]}/{digest}", "");
        File.WriteAllBytes(cache.Combine($"cas/{digest[..2]}/{digest}"), archive.ToArray());
        string entry = Entry(cache);
        File.WriteAllBytes(entry, new CacheEntry(Path.GetFileName(entry), digest, length ?? plain.Length).ToBytes());
    }

    /// <summary>The only one there is.</summary>
    public static string Entry(TestFolder cache) => Directory.EnumerateFiles(Path.Combine(cache.Path, "ac"), "*", SearchOption.AllDirectories).Single();

    public static void AddFile(TarWriter tar, string name, Stream content) => tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content });
}
