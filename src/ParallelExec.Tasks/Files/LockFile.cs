using System.Globalization;
using ParallelExec.Model;

namespace ParallelExec.Files;

/// <summary>A file that one run at a time holds. The lock goes with the process, however that ends; a file beside it says who has it.</summary>
internal sealed class LockFile : IDisposable
{
    private readonly FileStream file;
    private readonly string owner;

    private LockFile(FileStream file, string owner) => (this.file, this.owner) = (file, owner);

    /// <param name="passing">The file itself goes with the lock.</param>
    /// <returns>Null where another run has it.</returns>
    /// <exception cref="IOException">It can not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It can not be written.</exception>
    public static LockFile? TryTake(string path, bool passing = false)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, passing ? FileOptions.DeleteOnClose : FileOptions.None);
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
        var taken = new LockFile(file, OwnerOf(path));
        Quietly(() => File.WriteAllText(taken.owner, string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}, since {Iso8601.Of(DateTimeOffset.UtcNow)}")));
        return taken;
    }

    public static bool IsTaken(string path)
    {
        try
        {
            using var probe = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is IOException io && IsHeld(io);
        }
    }

    /// <summary>Who has it, in words: <c>Another run (process 12, since …)</c>.</summary>
    public static string Holder(string path)
    {
        string who = "";
        Quietly(() => who = $" ({File.ReadAllText(OwnerOf(path))})");
        return $"Another run{who}";
    }

    public void Dispose()
    {
        Quietly(() => File.Delete(owner));
        file.Dispose();
    }

    // Nobody else can read a file that is locked: neither on Windows nor, with this framework, elsewhere.
    private static string OwnerOf(string path) => Path.ChangeExtension(path, ".owner");

    private static bool IsHeld(IOException e)
    {
        const int SharingViolation = 0x20, LockViolation = 0x21, WouldBlockOnLinux = 11, WouldBlockOnMacOS = 35;
        return OperatingSystem.IsWindows() ? (e.HResult & 0xFFFF) is SharingViolation or LockViolation : e.HResult is WouldBlockOnLinux or WouldBlockOnMacOS;
    }

    private static void Quietly(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It only helps to understand a message.
        }
    }
}
