using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace ParallelExec.State;

/// <summary>Lines at the end of a file. What was handed to the system is there after a kill; what is forced, after a power cut.</summary>
internal sealed class JournalFile(SafeFileHandle file) : IDisposable
{
    private const int MostWaiting = 32 * 1024;

    private readonly Lock gate = new();
    private readonly ArrayBufferWriter<byte> text = new(1024);
    private readonly ArrayBufferWriter<byte> waiting = new(1024);
    private long length = RandomAccess.GetLength(file);
    private long forced;
    private bool torn;

    /// <summary>Hands it to the system, with all that waits.</summary>
    public void Append(Action<ArrayBufferWriter<byte>> write)
    {
        lock (gate)
        {
            write(waiting);
            WriteWaiting();
        }
    }

    /// <summary>It may go with the next line.</summary>
    public void Wait(Action<ArrayBufferWriter<byte>> write)
    {
        lock (gate)
        {
            write(waiting);
            if (waiting.WrittenCount > MostWaiting)
                WriteWaiting();
        }
    }

    public void WriteWaiting()
    {
        lock (gate)
        {
            if (waiting.WrittenCount == 0)
                return;
            text.Clear();
            // After a write that failed half-way, half a line may stand there: it must not spoil this one.
            if (torn)
                text.Write("\n"u8);
            text.Write(waiting.WrittenSpan);
            waiting.Clear();
            torn = true;
            RandomAccess.Write(file, text.WrittenSpan, length);
            torn = false;
            length += text.WrittenCount;
        }
    }

    public void Force()
    {
        try
        {
            long now = Interlocked.Read(ref length);
            if (file.IsClosed || now == Interlocked.Exchange(ref forced, now))
                return;
            RandomAccess.FlushToDisk(file);
        }
        catch (Exception)
        {
            // A power cut would cost more; nothing else depends on it. And what a timer's callback throws ends the process, with the build.
        }
    }

    public void Dispose()
    {
        lock (gate)
            file.Dispose();
    }
}
