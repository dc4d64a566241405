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
        try
        {
            Directory.CreateDirectory(directory);
            File.WriteAllText(Path.Combine(directory, ".gitignore"), "*\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            diagnostics.Add(NotWritable(directory, e));
            return null;
        }
        string rounds = Path.Combine(directory, "rounds");
        LockFile? lockFile = null;
        try
        {
            lockFile = LockFile.TryTake(LockOf(directory));
            if (lockFile is null)
            {
                diagnostics.Add(Diagnostic.Error(
                    Codes.Locked, $"{LockFile.Holder(LockOf(directory))} is using '{directory}'. Wait until it has ended (-p:ParallelExecOnLocked=Wait does), or give this run a folder of its own with -p:ParallelExecDirectory=PATH."));
                return null;
            }
            string handover = Path.Combine(directory, "handover");
            if (Directory.Exists(rounds))
                Directory.Delete(rounds, recursive: true);
            Directory.CreateDirectory(handover);
            // What an earlier run handed on must not be taken for this one's.
            foreach (string file in Directory.EnumerateFiles(handover).Where(file => !file.EndsWith(".context.json", StringComparison.Ordinal)))
                File.Delete(file);
            Directory.CreateDirectory(LogFiles.Folder(options));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lockFile?.Dispose();
            diagnostics.Add(NotWritable(directory, e));
            return null;
        }
        return new RunDirectory(lockFile, rounds);
    }

    /// <summary>A run is under way there.</summary>
    public static bool IsTaken(RunOptions options) => LockFile.IsTaken(LockOf(options.Directory));

    private static string LockOf(string directory) => Path.Combine(directory, "run.lock");

    /// <summary>Removes all that ParallelExec wrote. What others put there stays.</summary>
    public static void Clean(string directory)
    {
        if (!Directory.Exists(directory))
            return;
        foreach (string folder in new[] { "handover", "rounds", "logs", "teams" })
        {
            if (Directory.Exists(Path.Combine(directory, folder)))
                Directory.Delete(Path.Combine(directory, folder), recursive: true);
        }
        foreach (string file in new[] { "run.json", "plan.json", "journal.ndjson", "history.json", "hashes.txt", "summary.md", "run.lock", "run.owner", ".gitignore" })
            File.Delete(Path.Combine(directory, file));
        if (!Directory.EnumerateFileSystemEntries(directory).Any())
            Directory.Delete(directory);
    }

    public void Dispose()
    {
        try
        {
            // Requests to nodes hold the properties of projects: nothing that has to stay.
            if (Directory.Exists(rounds))
                Directory.Delete(rounds, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next run removes it.
        }
        lockFile.Dispose();
    }

    private static Diagnostic NotWritable(string directory, Exception e) => Diagnostic.Error(
        Codes.StateNotWritable, $"'{directory}' can not be written: {e.Message} Set ParallelExecDirectory to a folder that can.");
}
