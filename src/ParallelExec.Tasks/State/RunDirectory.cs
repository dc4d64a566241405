using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.State;

/// <summary><c>$(ParallelExecDirectory)</c> while a run holds it: nobody else writes there.</summary>
internal sealed class RunDirectory : IDisposable
{
    private readonly LockFile lockFile;
    private readonly string rounds;

    private RunDirectory(LockFile lockFile, string rounds) => (this.lockFile, this.rounds) = (lockFile, rounds);

    /// <summary>Takes the folder for one run; the lock goes with this process, however it ends.</summary>
    /// <returns>Null where it can not be had; then <paramref name="diagnostics"/> say why.</returns>
    public static RunDirectory? TryTake(RunOptions options, List<Diagnostic> diagnostics)
    {
        string directory = options.Directory;
        LockFile? lockFile = null;
        try
        {
            if (StateFolder.Refusal(directory) is { } refusal)
            {
                diagnostics.Add(refusal);
                return null;
            }
            Directory.CreateDirectory(directory);
            lockFile = LockFile.TryTake(StateFolder.LockOf(directory));
            if (lockFile is null)
            {
                diagnostics.Add(InUse(
                    directory,
                    "Wait until it has ended (-p:ParallelExecOnLocked=Wait does), or give this run a folder of its own with "
                    + "-p:ParallelExecDirectory=PATH."));
                return null;
            }
            StateFolder.SetMark(directory);
            StateFolder.Tidy(directory);
            Directory.CreateDirectory(LogFiles.Folder(options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lockFile?.Dispose();
            diagnostics.Add(NotWritable(directory, e));
            return null;
        }
        return new RunDirectory(lockFile, Path.Combine(directory, "rounds"));
    }

    /// <summary>For what writes there without a run: the same answer, and no lock.</summary>
    /// <returns>Null where it can be written to; otherwise why not.</returns>
    public static Diagnostic? TryPrepare(RunOptions options)
    {
        try
        {
            if (StateFolder.Refusal(options.Directory) is { } refusal)
                return refusal;
            Directory.CreateDirectory(options.Directory);
            StateFolder.SetMark(options.Directory);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return NotWritable(options.Directory, e);
        }
    }

    /// <summary>A run is under way there.</summary>
    public static bool IsTaken(RunOptions options) => LockFile.IsTaken(StateFolder.LockOf(options.Directory));

    /// <summary>Removes all that ParallelExec wrote. What others put there stays.</summary>
    /// <returns>Null where nothing of ours is left; otherwise why it is.</returns>
    public static Diagnostic? Clean(string directory)
    {
        try
        {
            // With its separator at the end, what is asked of a link is answered for what it leads to.
            directory = Path.TrimEndingDirectorySeparator(directory);
            if (!Directory.Exists(directory) || !Directory.EnumerateFileSystemEntries(directory).Any())
                return null;
            if (StateFolder.Refusal(directory) is { } refusal)
                return Diagnostic.Warning(Codes.NotOurs, $"Nothing was removed: {refusal.Message}");
            using (LockFile? held = LockFile.TryTake(StateFolder.LockOf(directory), passing: true))
            {
                if (held is null)
                    return InUse(directory, "Nothing was removed. Wait until it has ended.");
                if (StateFolder.RemoveOurs(directory) is { } worktrees)
                {
                    return Diagnostic.Warning(
                        Codes.NotApplied,
                        $"'{worktrees}' stays: in it are git worktrees whose work is not merged. git worktree list names them, git "
                            + "worktree unlock and remove take one away.");
                }
            }
            PlainFolder.RemoveIfEmpty(directory);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Diagnostic.Error(Codes.StateNotWritable, $"'{directory}' can not be removed: {e.Message}");
        }
    }

    public void Dispose()
    {
        try
        {
            // Requests to nodes hold the properties of projects: nothing that has to stay.
            PlainFolder.Remove(rounds);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next run removes it.
        }
        lockFile.Dispose();
    }

    private static Diagnostic InUse(string directory, string cure) =>
        Diagnostic.Error(Codes.Locked, $"{LockFile.Holder(StateFolder.LockOf(directory))} is using '{directory}'. {cure}");

    private static Diagnostic NotWritable(string directory, Exception e) => Diagnostic.Error(
        Codes.StateNotWritable, $"'{directory}' can not be written: {e.Message} Set ParallelExecDirectory to a folder that can.");
}
