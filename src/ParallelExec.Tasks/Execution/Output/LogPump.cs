using ParallelExec.Model;

namespace ParallelExec.Execution.Output;

/// <summary>Copies a child's output into its log file, in bounded memory, with secrets masked.</summary>
internal sealed class LogPump : IDisposable
{
    private const int BufferSize = 64 * 1024;
    private readonly SecretMasker? masker;
    private readonly FileStream log;
    private readonly byte[] buffer;
    private int held;
    private bool closed;

    private LogPump(string logFile, SecretMasker? masker)
    {
        this.masker = masker;
        buffer = new byte[BufferSize + (masker?.HoldBack ?? 0)];
        // Others read it while it grows.
        log = new FileStream(logFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
    }

    /// <summary>Copies until the outputs end, or for <paramref name="grace"/> after <paramref name="exited"/>: a daemon can hold them open for ever.</summary>
    /// <param name="exited">The child has ended.</param>
    public static async Task CopyAsync(
        IEnumerable<Stream> outputs, string logFile, bool append, SecretMasker? masker, Task exited, TimeSpan grace)
    {
        if (!append)
            File.WriteAllBytes(logFile, []);
        await Task.WhenAll(outputs.Select(async output =>
        {
            using var pump = new LogPump(logFile, masker);
            Task copying = pump.CopyAsync(output);
            await Task.WhenAny(copying, exited).ConfigureAwait(false);
            await Task.WhenAny(copying, Task.Delay(grace)).ConfigureAwait(false);
        })).ConfigureAwait(false);
    }

    private async Task CopyAsync(Stream output)
    {
        var read = new byte[BufferSize];
        int count;
        while ((count = await output.ReadAsync(read).ConfigureAwait(false)) > 0)
        {
            if (!Write(read.AsSpan(0, count)))
                return;
        }
    }

    private bool Write(ReadOnlySpan<byte> text)
    {
        lock (buffer)
        {
            if (closed)
                return false;
            text.CopyTo(buffer.AsSpan(held));
            held += text.Length;
            int used = held;
            if (masker is null)
                log.Write(buffer.AsSpan(0, held));
            else
                used = masker.Write(buffer.AsSpan(0, held), isEnd: false, log);
            log.Flush();
            buffer.AsSpan(used, held - used).CopyTo(buffer);
            held -= used;
            return true;
        }
    }

    /// <summary>Writes what was held back because a secret could have begun in it.</summary>
    public void Dispose()
    {
        lock (buffer)
        {
            closed = true;
            masker?.Write(buffer.AsSpan(0, held), isEnd: true, log);
            log.Dispose();
        }
    }
}
