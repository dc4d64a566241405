using System.Globalization;

namespace ParallelExec.TestKit;

/// <summary>Waits for files by which children say how far they are: woken by the file system, bounded by a timeout.</summary>
public static class FileWait
{
    /// <summary>Returns when the file exists. <paramref name="abandon"/> ends the wait early, for example with the process that should write it.</summary>
    public static async Task ForAsync(string path, TimeSpan? timeout = null, CancellationToken abandon = default)
    {
        string folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        using SemaphoreSlim changed = new(0);
        using FileSystemWatcher watcher = new(folder, Path.GetFileName(path));
        watcher.Created += (_, _) => changed.Release();
        watcher.Renamed += (_, _) => changed.Release();
        watcher.EnableRaisingEvents = true;

        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(abandon);
        patience.CancelAfter(timeout ?? Patience.ForAnEvent);
        try
        {
            // The second look each 250 ms is for file systems that raise no events.
            while (!File.Exists(path))
                await changed.WaitAsync(TimeSpan.FromMilliseconds(250), patience.Token);
        }
        catch (OperationCanceledException) when (File.Exists(path))
        {
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(abandon.IsCancellationRequested
                ? $"{path} can no longer appear: the process that should write it has ended"
                : $"{path} did not appear in time");
        }
    }

    /// <summary>Returns when the condition holds, which is asked again and again: for what is in files that others change.</summary>
    public static async Task UntilAsync(Func<bool> condition, TimeSpan? timeout = null)
    {
        using CancellationTokenSource patience = new(timeout ?? Patience.ForAnEvent);
        using PeriodicTimer look = new(TimeSpan.FromMilliseconds(10));
        while (!condition())
            await look.WaitForNextTickAsync(patience.Token);
    }

    /// <summary>The same for a condition that takes a while to be asked.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan? timeout = null)
    {
        using CancellationTokenSource patience = new(timeout ?? Patience.ForAnEvent);
        using PeriodicTimer look = new(TimeSpan.FromMilliseconds(20));
        while (!await condition())
            await look.WaitForNextTickAsync(patience.Token);
    }

    /// <summary>Waits for a file written by `hang` or `ignore-signals` and returns the process id in it.</summary>
    public static async Task<int> ForPidAsync(string path, TimeSpan? timeout = null, CancellationToken abandon = default)
    {
        await ForAsync(path, timeout, abandon);
        return int.Parse(await File.ReadAllTextAsync(path, CancellationToken.None), CultureInfo.InvariantCulture);
    }
}
