using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.TaskFolders;

/// <summary>Task folders while somebody writes to them; the lock goes with this process, however it ends.</summary>
internal sealed class TaskFolderLock : IDisposable
{
    private const string Name = ".parallelexec.lock";
    private readonly Dictionary<string, LockFile> files = new(StringComparer.Ordinal);

    /// <returns>Null where another run has one of them, or it can not be written; then <paramref name="diagnostics"/> say so.</returns>
    public static TaskFolderLock? TryTake(IEnumerable<string> folders, List<Diagnostic> diagnostics)
    {
        var taken = new TaskFolderLock();
        foreach (string folder in folders.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            string path = Path.Combine(folder, Name);
            try
            {
                if (LockFile.TryTake(path, passing: true) is { } file)
                {
                    taken.files.Add(folder, file);
                    continue;
                }
                diagnostics.Add(
                    Diagnostic.Error(
                        Codes.Locked,
                        $"{LockFile.Holder(path)} is using the task folder '{folder}'. Wait until it has ended "
                        + $"(-p:ParallelExecOnLocked=Wait does)."));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                diagnostics.Add(Diagnostic.Error(Codes.StateNotWritable, $"'{folder}' can not be written: {e.Message}"));
            }
            taken.Dispose();
            return null;
        }
        return taken;
    }

    /// <summary>Gives one folder up, so that it can be moved.</summary>
    public void Release(string folder)
    {
        if (files.Remove(folder, out LockFile? file))
            file.Dispose();
    }

    public void Dispose()
    {
        foreach (LockFile file in files.Values)
            file.Dispose();
    }
}
