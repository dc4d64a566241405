using ParallelExec.Model;

namespace ParallelExec.TaskFolders;

/// <summary>Task folders while somebody writes to them; the lock goes with this process, however it ends.</summary>
internal sealed class TaskFolderLock : IDisposable
{
    private const string Name = ".parallelexec.lock";
    private readonly Dictionary<string, FileStream> files = new(StringComparer.Ordinal);

    /// <returns>Null where another run has one of them, or it can not be written; then <paramref name="diagnostics"/> say so.</returns>
    public static TaskFolderLock? TryTake(IEnumerable<string> folders, List<Diagnostic> diagnostics)
    {
        var taken = new TaskFolderLock();
        foreach (string folder in folders.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            try
            {
                taken.files.Add(folder, new FileStream(
                    Path.Combine(folder, Name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                diagnostics.Add(e is UnauthorizedAccessException
                    ? Diagnostic.Error(Codes.StateNotWritable, $"'{folder}' can not be written: {e.Message}")
                    : Diagnostic.Error(Codes.Locked, $"Another run is using the task folder '{folder}'. Wait until it has ended (-p:ParallelExecOnLocked=Wait does)."));
                taken.Dispose();
                return null;
            }
        }
        return taken;
    }

    /// <summary>Gives one folder up, so that it can be moved.</summary>
    public void Release(string folder)
    {
        if (files.Remove(folder, out FileStream? file))
            file.Dispose();
    }

    public void Dispose()
    {
        foreach (FileStream file in files.Values)
            file.Dispose();
    }
}
