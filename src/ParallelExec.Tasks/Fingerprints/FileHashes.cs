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

    /// <summary>In how many writings of the file nobody has to ask for a digest until it is dropped.</summary>
    private const long KeptUnasked = 20;

    private const int DigestLength = 64;
    private const long LongestFile = 2_000_000_000;

    private readonly string file;
    private readonly ConcurrentDictionary<string, Known> known;
    private bool changed;

    private FileHashes(string file, ConcurrentDictionary<string, Known> known) => (this.file, this.known) = (file, known);

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
    /// Null where there is no such file; <see cref="Fingerprint.Unreadable"/> where nobody can tell what is in it. Pipes and devices are
    /// not opened.
    /// </returns>
    public string? Of(string path)
    {
        if (FileIdentity.Of(path) is not { } identity)
            return null;
        if (known.TryGetValue(path, out Known? before) && before.Identity == identity)
        {
            before.Unasked = 0;
            return before.Digest;
        }
        try
        {
            using FileStream content = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            string digest = Convert.ToHexStringLower(SHA256.HashData(content));
            // A time in the future says nothing about when it was written.
            if (identity.WrittenAt < DateTime.UtcNow - Racy && FileIdentity.Of(path) == identity)
                known[path] = new Known(identity, digest);
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
        // A run of some subtasks does not ask for the files of the others; what nobody asks for any more is not kept for ever.
        foreach ((string path, Known file) in known)
        {
            if (file.Unasked > KeptUnasked || path.Contains('\n', StringComparison.Ordinal))
                continue;
            (long size, DateTime writtenAt, DateTime changedAt, long number) = file.Identity;
            text.Append(CultureInfo.InvariantCulture, $"{file.Digest} {size} {writtenAt.Ticks} {changedAt.Ticks} {number} ");
            text.Append(CultureInfo.InvariantCulture, $"{file.Unasked} {path}\n");
        }
        byte[] content = Encoding.UTF8.GetBytes(text.ToString());
        WholeFile.Write(file, stream =>
        {
            stream.Write(Encoding.UTF8.GetBytes(DigestOf(content) + "\n"));
            stream.Write(content);
        });
    }

    /// <returns>Null where it is not whole: then all is read again.</returns>
    private static ConcurrentDictionary<string, Known>? Read(string file)
    {
        if (PlainFile.TryRead(file, LongestFile) is not { Length: > DigestLength } bytes)
            return null;
        ReadOnlySpan<byte> rest = bytes.AsSpan(DigestLength + 1);
        if (!Encoding.ASCII.GetString(bytes, 0, DigestLength).Equals(DigestOf(rest), StringComparison.Ordinal))
            return null;
        try
        {
            return Parse(rest);
        }
        catch (ArgumentException)
        {
            // Somebody has written something else there, with a digest.
            return null;
        }
    }

    private static ConcurrentDictionary<string, Known> Parse(ReadOnlySpan<byte> rest)
    {
        var known = new ConcurrentDictionary<string, Known>(Environment.ProcessorCount, rest.Count((byte)'\n'), StringComparer.Ordinal);
        while (!rest.IsEmpty)
        {
            int end = rest.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = rest[..end];
            rest = rest[(end + 1)..];
            string digest = Encoding.ASCII.GetString(line[..DigestLength]);
            line = line[(DigestLength + 1)..];
            long size = Number(ref line), written = Number(ref line), changed = Number(ref line);
            long number = Number(ref line), unasked = Number(ref line);
            var identity = new FileIdentity(size, new DateTime(written, DateTimeKind.Utc), new DateTime(changed, DateTimeKind.Utc), number);
            known[Encoding.UTF8.GetString(line)] = new Known(identity, digest) { Unasked = Math.Clamp(unasked, 0, KeptUnasked) + 1 };
        }
        return known;
    }

    // Not that of the content alone: what versions with other lines have written is not taken for ours, nor ours by them.
    private static string DigestOf(ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("2\n"u8);
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static long Number(ref ReadOnlySpan<byte> line)
    {
        // The digest above vouches for the form.
        long number = Utf8Parser.TryParse(line, out long value, out int used) ? value : 0;
        line = line[(used + 1)..];
        return number;
    }

    private sealed record Known(FileIdentity Identity, string Digest)
    {
        /// <summary>How often the file was written since somebody has asked for it, this time included.</summary>
        public long Unasked { get; set; }
    }
}
