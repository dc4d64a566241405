using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ParallelExec.Caching;

/// <summary>
/// A tar as we write it: plain files, each with a PAX header before it. The framework's reader takes memory for what a header promises
/// before anything of it has come, and follows forms that we never write; what comes from a cache may have been made to harm.
/// </summary>
/// <param name="longest">More bytes than these are not read.</param>
internal sealed class TarContent(Stream stream, long longest)
{
    private const int Block = 512, LongestPaxHeader = 64 * 1024;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] buffer = new byte[80 * 1024];
    private long left;
    private long padding;

    /// <summary>How many bytes there were, as far as it was read.</summary>
    public long BytesRead { get; private set; }

    /// <returns>The next file; null after the last. Its content is what <see cref="CopyTo"/> reads next.</returns>
    /// <exception cref="InvalidDataException">It is none of ours, or too long.</exception>
    public Entry? Next()
    {
        CopyTo(Stream.Null);
        string? path = null;
        while (true)
        {
            byte[] header = ReadBlock();
            if (header.AsSpan().IndexOfAnyExcept((byte)0) < 0)
                return ReadToEnd();
            char type = (char)header[156];
            string name = path ?? Text(header.AsSpan(0, 100));
            long size = Number(header.AsSpan(124, 12), name);
            if (type == 'x' && path is null)
            {
                path = PathOf(ReadPax(size, name));
                continue;
            }
            if (type is not ('0' or '\0'))
                throw new InvalidDataException($"'{name}' is no plain file");
            (left, padding) = (size, Padding(size));
            return new Entry(name, (UnixFileMode)Number(header.AsSpan(100, 8), name), size);
        }
    }

    /// <summary>Reads the content of the present file, what of it was not read yet.</summary>
    public void CopyTo(Stream to)
    {
        while (left > 0)
        {
            int part = (int)Math.Min(left, buffer.Length);
            ReadExactly(buffer.AsSpan(0, part));
            to.Write(buffer, 0, part);
            left -= part;
        }
        ReadExactly(buffer.AsSpan(0, (int)padding));
        padding = 0;
    }

    // What stands behind the end would be counted, and is nobody's.
    private Entry? ReadToEnd()
    {
        int read;
        while ((read = stream.Read(buffer, 0, Block)) > 0)
        {
            Count(read);
            if (buffer.AsSpan(0, read).IndexOfAnyExcept((byte)0) >= 0)
                throw new InvalidDataException("there is something behind its end");
        }
        return null;
    }

    private byte[] ReadBlock()
    {
        byte[] block = new byte[Block];
        ReadExactly(block);
        return block;
    }

    private void ReadExactly(Span<byte> to)
    {
        Count(to.Length);
        stream.ReadExactly(to);
    }

    private void Count(int bytes)
    {
        if ((BytesRead += bytes) <= longest)
            return;
        string why = string.Create(CultureInfo.InvariantCulture, $"it is longer than {longest} bytes when it is unpacked");
        throw new InvalidDataException(why);
    }

    private byte[] ReadPax(long size, string name)
    {
        if (size > LongestPaxHeader)
            throw new InvalidDataException($"the header of '{name}' is too long");
        byte[] records = new byte[size];
        ReadExactly(records);
        ReadExactly(buffer.AsSpan(0, (int)Padding(size)));
        return records;
    }

    // Records are "LENGTH key=value\n", LENGTH being that of all of it.
    private static string? PathOf(ReadOnlySpan<byte> records)
    {
        string? path = null;
        while (!records.IsEmpty)
        {
            int space = records.IndexOf((byte)' ');
            if (space < 0
                || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= space + 1
                || length > records.Length)
                throw new InvalidDataException("a header in it is damaged");
            ReadOnlySpan<byte> record = records[(space + 1)..(length - 1)];
            records = records[length..];
            if (record.StartsWith("path="u8))
                path = Text(record["path=".Length..]);
            else if (record.StartsWith("size="u8))
                throw new InvalidDataException("a file in it is too long");
        }
        return path;
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        try
        {
            return Strict.GetString(end < 0 ? field : field[..end]);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException("a name in it is no text");
        }
    }

    private static long Number(ReadOnlySpan<byte> field, string name)
    {
        // Longer than what octal digits can say: binary.
        if ((field[0] & 0x80) != 0)
        {
            return field.Length == 12 && BinaryPrimitives.ReadInt64BigEndian(field[4..]) is >= 0 and long binary
                ? binary
                : throw new InvalidDataException($"a number of '{name}' is none");
        }
        long number = 0;
        foreach (byte digit in field.Trim("\0 "u8))
        {
            if (digit is < (byte)'0' or > (byte)'7')
                throw new InvalidDataException($"a number of '{name}' is none");
            number = (number << 3) + (digit - '0');
        }
        return number;
    }

    private static long Padding(long size) => (Block - (size % Block)) % Block;

    internal sealed record Entry(string Name, UnixFileMode Mode, long Size);
}
