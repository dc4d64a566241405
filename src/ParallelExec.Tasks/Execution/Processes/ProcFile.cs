namespace ParallelExec.Execution.Processes;

/// <summary>Small files of <c>/proc</c>, many of which are read while a run goes on.</summary>
internal static class ProcFile
{
    /// <returns>How much of <paramref name="text"/> was filled; 0 where the process has ended, or is somebody else's.</returns>
    public static int Read(string path, Span<byte> text)
    {
        try
        {
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
            return RandomAccess.Read(file, text, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
