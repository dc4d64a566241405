using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Fingerprints;

/// <summary>
/// Digests of files' contents. A file is read again only when its size, times or identity have changed: the digests outlive the run in
/// <c>hashes.txt</c>, which anybody may remove.
/// </summary>
internal sealed class FileHashes
{
    /// <summary>With fewer files, handing them to other threads costs more than it brings.</summary>
    private const int WorthThreads = 64;

    /// <summary>A file that was written so shortly before it was read could be written again without its time changing.</summary>
    private static readonly TimeSpan Racy = TimeSpan.FromMilliseconds(100);

    private readonly string file;
    private readonly ConcurrentDictionary<string, (FileIdentity Identity, string Digest)> known;
    private bool changed;

    private FileHashes(string file, ConcurrentDictionary<string, (FileIdentity, string)> known) => (this.file, this.known) = (file, known);

    public static FileHashes Load(string directory)
    {
        string file = Path.Combine(directory, "hashes.txt");
        return new FileHashes(file, Read(file) ?? new(StringComparer.Ordinal));
    }

    /// <returns>One for each, in their order; see <see cref="Of(string)"/>.</returns>
    public string?[] Of(IReadOnlyList<string> paths)
    {
        var digests = new string?[paths.Count];
        if (paths.Count < WorthThreads)
        {
            for (int i = 0; i < digests.Length; i++)
                digests[i] = Of(paths[i]);
        }
        else
        {
            Parallel.For(0, digests.Length, i => digests[i] = Of(paths[i]));
        }
        return digests;
    }

    /// <returns>
    /// Null where there is no such file; <see cref="Fingerprint.Unreadable"/> where nobody can tell what is in it. Pipes and devices are not opened.
    /// </returns>
    public string? Of(string path)
    {
        if (FileIdentity.Of(path) is not { } identity)
            return null;
        if (known.TryGetValue(path, out (FileIdentity Identity, string Digest) before) && before.Identity == identity)
            return before.Digest;
        try
        {
            using FileStream content = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            string digest = Convert.ToHexStringLower(SHA256.HashData(content));
            // A time in the future says nothing about when it was written.
            if (identity.WrittenAt < DateTime.UtcNow - Racy && FileIdentity.Of(path) == identity)
                known[path] = (identity, digest);
            else
                known.TryRemove(path, out _);
            changed = true;
            return digest;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fingerprint.Unreadable;
        }
    }

    /// <summary>Keeps what is known for the next run.</summary>
    public void Save()
    {
        if (!changed)
            return;
        var text = new StringBuilder();
        foreach ((string path, (FileIdentity identity, string digest)) in known.Where(entry => !entry.Key.Contains('\n', StringComparison.Ordinal)))
            text.Append(CultureInfo.InvariantCulture, $"{digest} {identity.Size} {identity.WrittenAt.Ticks} {identity.ChangedAt.Ticks} {identity.Number} {path}\n");
        byte[] content = Encoding.UTF8.GetBytes(text.ToString());
        WholeFile.Write(file, stream =>
        {
            stream.Write(Encoding.UTF8.GetBytes(Convert.ToHexStringLower(SHA256.HashData(content)) + "\n"));
            stream.Write(content);
        });
    }

    /// <returns>Null where it is not whole: then all is read again.</returns>
    private static ConcurrentDictionary<string, (FileIdentity, string)>? Read(string file)
    {
        const int DigestLength = 64;
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        if (bytes.Length <= DigestLength)
            return null;
        ReadOnlySpan<byte> rest = bytes.AsSpan(DigestLength + 1);
        if (!Encoding.ASCII.GetString(bytes, 0, DigestLength).Equals(Convert.ToHexStringLower(SHA256.HashData(rest)), StringComparison.Ordinal))
            return null;
        var known = new ConcurrentDictionary<string, (FileIdentity, string)>(StringComparer.Ordinal);
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = rest[..end];
            rest = rest[(end + 1)..];
            string digest = Encoding.ASCII.GetString(line[..DigestLength]);
            line = line[(DigestLength + 1)..];
            long size = Number(ref line), written = Number(ref line), changed = Number(ref line), number = Number(ref line);
            known[Encoding.UTF8.GetString(line)] = (new FileIdentity(size, new DateTime(written, DateTimeKind.Utc), new DateTime(changed, DateTimeKind.Utc), number), digest);
        }
        return known;
    }

    private static long Number(ref ReadOnlySpan<byte> line)
    {
        // The digest above vouches for the form.
        long number = Utf8Parser.TryParse(line, out long value, out int used) ? value : 0;
        line = line[(used + 1)..];
        return number;
    }
}
