namespace ParallelExec.Caching;

/// <summary>Content that tells how much of it was read or written.</summary>
internal sealed class CountedStream(Stream content, Action<int> moved) : Stream
{
    public override bool CanRead => content.CanRead;
    public override bool CanSeek => false;
    public override bool CanWrite => content.CanWrite;
    public override long Length => content.Length;

    public override long Position
    {
        get => content.Position;
        set => throw new NotSupportedException("it is read or written once");
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        int read = content.Read(buffer, offset, count);
        moved(read);
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        moved(read);
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        // Before it is written: who counts may say that it is too much.
        moved(count);
        content.Write(buffer, offset, count);
    }

    public override void Flush() => content.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("it is read or written once");

    public override void SetLength(long value) => throw new NotSupportedException("it is read or written once");
}
