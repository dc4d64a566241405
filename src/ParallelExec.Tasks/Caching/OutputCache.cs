using System.Security.Cryptography;
using System.Text.Json;
using ParallelExec.Events;
using ParallelExec.Exchange;
using ParallelExec.Files;
using ParallelExec.Fingerprints;
using ParallelExec.Model;
using ParallelExec.Planning;

namespace ParallelExec.Caching;

/// <summary>
/// Keeps what subtasks wrote under their fingerprints, and brings it back. Whatever is wrong with a cache is a miss: it never fails a
/// subtask.
/// </summary>
/// <param name="remote">Asked where the folder has nothing, and given what is new; null = none.</param>
/// <param name="stop">Ends uploads.</param>
internal sealed class OutputCache(RunOptions options, CacheFolder folder, RemoteCache? remote, IRunLog log, CancellationToken stop)
{
    private readonly Lock gate = new();
    private readonly List<Task> uploads = [];
    private bool stored;
    private bool told;

    /// <summary>Looks for what a subtask would write, whole and in a folder of ours.</summary>
    /// <returns>Null where there is nothing that can be used.</returns>
    public Found? Find(PlannedSubtask planned, Fingerprint fingerprint, CancellationToken cancel)
    {
        try
        {
            return FindIn(planned, fingerprint.Digest, cancel);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or InvalidOperationException or JsonException
            or FormatException or KeyNotFoundException or ArgumentException or OverflowException or NotSupportedException)
        {
            Damaged(planned, fingerprint.Digest, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk, say: what the cache has may be good.
            Tell(Codes.CacheDamaged, $"What the cache has of '{planned.Id}' can not be used: {e.Message}");
        }
        return null;
    }

    /// <summary>Keeps what a subtask has written.</summary>
    /// <param name="fingerprint">As it was before the work: who asks has not done it either.</param>
    public void Store(PlannedSubtask planned, Fingerprint fingerprint, SuccessRecord record, string logFile)
    {
        // Files come back, folders without any would not.
        if (planned.Subtask.Outputs.Any(output => !output.IsGlob && !record.Outputs.Any(file => output.Includes(file.Path))))
            return;
        string? file = null;
        try
        {
            file = folder.NewFile();
            long? length;
            using (FileStream archive = File.Create(file))
                length = CacheArchive.TryPack(archive, record, logFile, options.ProjectDirectory, folder.Size);
            if (length is null)
                return;
            string digest;
            using (FileStream archive = File.OpenRead(file))
                digest = Convert.ToHexStringLower(SHA256.HashData(archive));
            folder.TakeArchive(file, digest);
            byte[] entry = new CacheEntry(fingerprint.Digest, digest, length.Value).ToBytes();
            // Last: who finds the entry finds the archive.
            folder.WriteEntry(fingerprint.Digest, entry);
            lock (gate)
            {
                stored = true;
                if (remote is { CanWrite: true })
                    uploads.Add(Task.Run(() => Upload(fingerprint.Digest, entry, digest)));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Tell(Codes.CacheDamaged, $"What '{planned.Id}' wrote could not be kept in the cache: {e.Message}");
        }
        finally
        {
            RemoveHalf(file);
        }
    }

    /// <summary>Keeps what a subtask wrote in an earlier run, and which is still there, where the cache does not have it.</summary>
    public void Keep(PlannedSubtask planned, Fingerprint fingerprint, SuccessRecord record, string logFile)
    {
        if (!folder.HasEntry(fingerprint.Digest))
            Store(planned, fingerprint, record, logFile);
    }

    /// <summary>The run has ended: uploads are awaited, and what is too much is removed.</summary>
    public void End()
    {
        Task[] open;
        lock (gate)
            open = [.. uploads];
        Task.WaitAll(open);
        try
        {
            if (stored)
                folder.Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Tell(Codes.CacheDamaged, $"The cache could not be tidied: {e.Message}");
        }
    }

    private Found? FindIn(PlannedSubtask planned, string fingerprint, CancellationToken cancel)
    {
        bool isRemote = false;
        byte[]? bytes = folder.ReadEntry(fingerprint);
        if (bytes is null && remote?.ReadEntry(fingerprint, cancel) is { } fetched)
            (bytes, isRemote) = (fetched, true);
        if (bytes is null)
            return null;
        if (CacheEntry.Read(bytes, fingerprint, out bool isOther) is not { } entry)
        {
            if (isOther)
                return null;
            if (isRemote)
                remote!.Lies($"what it has for '{planned.Id}' is no entry of this fingerprint");
            else
                Damaged(planned, fingerprint, "its entry is not one of this fingerprint");
            return null;
        }
        // One that would not have been kept here; it is somebody else's, and stays.
        if (entry.Length > folder.Size)
            return null;
        FileStream? archive = folder.OpenArchive(entry.Archive, out bool damaged);
        if (damaged)
            Tell(Codes.CacheDamaged, $"The archive of '{planned.Id}' in the cache was damaged, and is removed.");
        if (archive is null && remote is not null && Download(entry, cancel))
        {
            archive = folder.OpenArchive(entry.Archive, out _);
            folder.WriteEntry(fingerprint, bytes);
        }
        if (archive is null)
        {
            if (!isRemote)
                folder.RemoveEntry(fingerprint);
            return null;
        }
        using (archive)
        {
            string temporary = HandOverFiles.Stem(options, planned.Subtask) + ".restored";
            bool whole = false;
            try
            {
                PlainFolder.Remove(temporary);
                Directory.CreateDirectory(temporary);
                CacheArchive.Unpacked unpacked = CacheArchive.Unpack(
                    archive, temporary, planned.Subtask.Outputs, options.ProjectDirectory, entry.Length);
                whole = true;
                folder.Touch(fingerprint, entry.Archive);
                return new Found(temporary, unpacked);
            }
            finally
            {
                if (!whole)
                    PlainFolder.Remove(temporary);
            }
        }
    }

    private bool Download(CacheEntry entry, CancellationToken cancel)
    {
        string file = folder.NewFile();
        try
        {
            if (!remote!.TryDownload(entry.Archive, file, entry.LongestArchive, cancel))
                return false;
            folder.TakeArchive(file, entry.Archive);
            return true;
        }
        finally
        {
            RemoveHalf(file);
        }
    }

    private static void RemoveHalf(string? file)
    {
        try
        {
            if (file is not null)
                File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Trimming removes it later.
        }
    }

    private void Upload(string fingerprint, byte[] entry, string digest)
    {
        try
        {
            using FileStream? archive = folder.OpenArchive(digest, out _);
            if (archive is not null && remote!.TryUpload($"cas/{digest}", archive, stop))
                remote.TryUpload($"ac/{fingerprint}", new MemoryStream(entry), stop);
        }
        catch (Exception e)
        {
            // Nobody is there to hear of anything else: the run has gone on.
            Tell(Codes.CacheDamaged, $"An archive could not be read for the remote cache: {e.Message}");
        }
    }

    private void Damaged(PlannedSubtask planned, string fingerprint, string why)
    {
        try
        {
            folder.RemoveEntry(fingerprint);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It will be found damaged again.
        }
        Tell(Codes.CacheDamaged, $"What the cache has of '{planned.Id}' can not be used, and is removed: {why}.");
    }

    // Once: a cache on a broken disk would tell it for each subtask.
    private void Tell(string code, string message)
    {
        lock (gate)
        {
            if (told)
                return;
            told = true;
        }
        log.Report(Diagnostic.Warning(code, message));
    }

    /// <summary>What a subtask would write, ready to be put in its place.</summary>
    internal sealed class Found(string folder, CacheArchive.Unpacked unpacked)
    {
        public CacheArchive.Unpacked Unpacked => unpacked;

        /// <summary>Puts the files where they belong; what else was among the outputs goes, as it would not have been written.</summary>
        public void Restore(Subtask subtask, string logFile)
        {
            try
            {
                HashSet<string> kept = unpacked.Outputs.Select(file => file.To).ToHashSet(StringComparer.Ordinal);
                foreach (string old in DeclaredFiles.Existing(subtask.Outputs).Where(old => !kept.Contains(old)))
                    File.Delete(old);
                foreach ((string from, string to) in unpacked.Outputs)
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                    File.Move(from, to, overwrite: true);
                }
                if (unpacked.Log is { } log)
                    File.Move(log, logFile, overwrite: true);
            }
            finally
            {
                PlainFolder.Remove(folder);
            }
        }
    }
}
