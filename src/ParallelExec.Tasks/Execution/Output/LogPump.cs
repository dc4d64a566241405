using ParallelExec.Model;

namespace ParallelExec.Execution.Output;

/// <summary>
/// Copies a child's output into its log file, in bounded memory, with secrets masked. Where the file can not be written any more, it goes
/// on reading: a child whose output nobody takes would wait for ever.
/// </summary>
internal sealed class LogPump : IDisposable
{
    private const int BufferSize = 64 * 1024;

    /// <summary>
    /// What the child itself wrote is in the pipe when it ends: that is not much, and does not take longer on a slow machine.
    /// </summary>
    private const int MostGraces = 5;

    private readonly SecretMasker? masker;
    private readonly FileStream log;
    private readonly byte[] buffer;
    private int held;
    private long copied;
    private bool closed;
    private string? problem;
    private Exception? bug;

    private LogPump(FileStream log, SecretMasker? masker)
    {
        (this.log, this.masker) = (log, masker);
        buffer = new byte[BufferSize + (masker?.HoldBack ?? 0)];
    }

    /// <summary>
    /// Opens the log, before the child starts: what the child puts in its place, such as a pipe that nobody reads, could be opened never.
    /// </summary>
    /// <returns>Null where it can not be written.</returns>
    public static FileStream? Open(string logFile, bool append, out string problem)
    {
        try
        {
            problem = "";
            // Others read it while it grows.
            return new FileStream(logFile, append ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
            return null;
        }
    }

    /// <summary>
    /// Copies until the outputs end, or, after <paramref name="exited"/>, until for <paramref name="grace"/> nothing more came: a daemon
    /// can hold them open for ever. One that goes on writing is given up too, a few times later.
    /// </summary>
    /// <param name="exited">The child has ended.</param>
    /// <returns>Why not all of it is in the log; null when it is.</returns>
    public static async Task<string?> CopyAsync(
        IEnumerable<Stream> outputs, FileStream log, SecretMasker? masker, Task exited, TimeSpan grace, TimeProvider? time = null)
    {
        string?[] problems = await Task.WhenAll(outputs.Select(async output =>
        {
            var pump = new LogPump(log, masker);
            Task copying = pump.CopyAsync(output);
            await Task.WhenAny(copying, exited).ConfigureAwait(false);
            long before = -1;
            for (int graces = 0; !copying.IsCompleted && graces < MostGraces && Interlocked.Read(ref pump.copied) != before; graces++)
            {
                before = Interlocked.Read(ref pump.copied);
                await Task.WhenAny(copying, Task.Delay(grace, time ?? TimeProvider.System)).ConfigureAwait(false);
            }
            pump.Dispose();
            return pump.bug is null ? pump.problem
                : throw new InvalidOperationException("the output of a child could not be copied", pump.bug);
        })).ConfigureAwait(false);
        return problems.FirstOrDefault(problem => problem is not null);
    }

    private async Task CopyAsync(Stream output)
    {
        var read = new byte[BufferSize];
        try
        {
            int count;
            while ((count = await output.ReadAsync(read).ConfigureAwait(false)) > 0)
            {
                if (!Write(read.AsSpan(0, count)))
                    return;
                Interlocked.Add(ref copied, count);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The child, and with it the other end, is gone.
        }
    }

    /// <returns>False when nobody waits for it any more.</returns>
    private bool Write(ReadOnlySpan<byte> text)
    {
        lock (buffer)
        {
            if (closed)
                return false;
            // A log with a hole in it would look whole: what follows the first problem is left out.
            if (problem is not null || bug is not null)
                return true;
            text.CopyTo(buffer.AsSpan(held));
            held += text.Length;
            int used = WriteHeld(isEnd: false);
            buffer.AsSpan(used, held - used).CopyTo(buffer);
            held -= used;
            return true;
        }
    }

    private int WriteHeld(bool isEnd)
    {
        int used = held;
        try
        {
            // The child's other output goes there too.
            lock (log)
            {
                if (masker is null)
                    log.Write(buffer.AsSpan(0, held));
                else
                    used = masker.Write(buffer.AsSpan(0, held), isEnd, log);
                log.Flush();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = e.Message;
        }
        catch (Exception e)
        {
            // A bug of ours must not leave the child with a full pipe: told when it has ended.
            bug = e;
        }
        return used;
    }

    /// <summary>Writes what was held back because a secret could have begun in it.</summary>
    public void Dispose()
    {
        lock (buffer)
        {
            closed = true;
            if (problem is null && bug is null && held > 0)
                WriteHeld(isEnd: true);
        }
    }
}
