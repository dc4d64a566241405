namespace ParallelExec.Execution.Output;

/// <summary>Copies a child's output into its log file, in bounded memory, with secrets masked.</summary>
internal static class LogPump
{
    private const int BufferSize = 64 * 1024;

    public static Task CopyAsync(IEnumerable<Stream> outputs, string logFile, bool append, SecretMasker? masker)
    {
        if (!append)
            File.WriteAllBytes(logFile, []);
        return Task.WhenAll(outputs.Select(output => AppendAsync(output, logFile, masker)));
    }

    private static async Task AppendAsync(Stream output, string logFile, SecretMasker? masker)
    {
        // Others read it while it grows.
        using var log = new FileStream(logFile, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        byte[] buffer = new byte[BufferSize + (masker?.HoldBack ?? 0)];
        int held = 0;
        while (true)
        {
            int read = await output.ReadAsync(buffer.AsMemory(held)).ConfigureAwait(false);
            int filled = held + read;
            int used = filled;
            if (masker is null)
                log.Write(buffer.AsSpan(0, filled));
            else
                used = masker.Write(buffer.AsSpan(0, filled), isEnd: read == 0, log);
            log.Flush();
            if (read == 0)
                return;
            held = filled - used;
            buffer.AsSpan(used, held).CopyTo(buffer);
        }
    }
}
