using System.Text;

namespace ParallelExec.Files;

/// <summary>Reads files that others name or write: a pipe must not hold the run up, nor a file without end fill the memory.</summary>
internal static class PlainFile
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>False for what is not there, a folder, a pipe, a device.</summary>
    // Elsewhere than on Linux the framework does not tell a pipe from a file.
    public static bool Exists(string path) =>
        OperatingSystem.IsLinux() ? FileIdentity.Of(path) is not null : File.Exists(path);

    /// <exception cref="IOException">It is no file, is not there, is longer than <paramref name="most"/> bytes, or can not be
    /// read.</exception>
    /// <exception cref="UnauthorizedAccessException">It can not be read.</exception>
    public static byte[] Read(string path, int most)
    {
        byte[] bytes = ReadStart(path, most, out bool isCut);
        return isCut ? throw new IOException($"It has more than {most / 1_000_000} MB.") : bytes;
    }

    /// <summary>Its first bytes, at most <paramref name="most"/>.</summary>
    /// <exception cref="IOException">It is no file, is not there, or can not be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It can not be read.</exception>
    public static byte[] ReadStart(string path, int most, out bool isCut)
    {
        if (!Exists(path))
            throw Path.Exists(path) ? new IOException("It is not a plain file.") : new FileNotFoundException("It is not there.");
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        // What the system says of its length is a hint only: it may grow, and some files have none.
        byte[] bytes = new byte[Math.Min(most, stream.Length) + 1];
        int length = 0;
        while (true)
        {
            length += stream.ReadAtLeast(bytes.AsSpan(length), bytes.Length - length, throwOnEndOfStream: false);
            if (length < bytes.Length || length > most)
                break;
            Array.Resize(ref bytes, (int)Math.Min((long)most + 1, (bytes.Length * 2L) + 4096));
        }
        isCut = length > most;
        return bytes[..Math.Min(length, most)];
    }

    /// <summary>Of files of ours that others can reach: what can not be read is as good as not there.</summary>
    /// <returns>Null where there is no file, where it is longer than <paramref name="longest"/>, or where it can not be read.</returns>
    public static byte[]? TryRead(string path, long longest)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.LinkTarget is not null)
                file = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            if (!file.Exists || file.Length > longest)
                return null;
            // Pipes and devices have no length: to open one could wait for ever, to read one could never end.
            return file.Length == 0 ? [] : File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Null where these bytes are no text: not UTF-8, or with a NUL among them.</summary>
    public static string? Text(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        if (bytes.Contains((byte)0))
            return null;
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
