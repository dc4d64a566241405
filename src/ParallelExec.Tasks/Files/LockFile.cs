using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ParallelExec.Model;

namespace ParallelExec.Files;

/// <summary>
/// A file that one run at a time holds. The lock goes with the process, however that ends; a file beside it says who has it.
/// </summary>
internal sealed partial class LockFile : IDisposable
{
    /// <summary>What we write into a file with the owner is shorter; so is what is believed of one.</summary>
    private const int LongestOwner = 200;

    private const int MostAttempts = 100;

    /// <summary>
    /// Whoever looks whether it is taken (<see cref="IsTaken"/>) holds it for a moment: so often and so long it is tried again.
    /// </summary>
    private const int MostLooks = 20;
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(10);

    private readonly FileStream file;
    private readonly string path;
    private readonly bool passing;

    private LockFile(FileStream file, string path, bool passing) => (this.file, this.path, this.passing) = (file, path, passing);

    /// <param name="passing">The file itself goes with the lock.</param>
    /// <returns>Null where another run has it.</returns>
    /// <exception cref="IOException">It can not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It can not be written.</exception>
    public static LockFile? TryTake(string path, bool passing = false)
    {
        FileStream? file = null;
        int looks = 0;
        for (int attempt = 0; file is null; attempt++)
        {
            if (attempt == MostAttempts)
                throw new IOException($"'{path}' is a link, or is removed again and again.");
            try
            {
                file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            }
            catch (IOException e) when (IsHeld(e))
            {
                if (++looks > MostLooks)
                    return null;
                Task.Delay(LookInterval).Wait();
                continue;
            }
            if (IsAt(path, file))
                break;
            // Whoever had it has removed it between our opening and our locking: ours is a lock on a file without a name.
            file.Dispose();
            file = null;
        }
        var taken = new LockFile(file, path, passing);
        string since = Iso8601.Of(DateTimeOffset.UtcNow);
        string who = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}, since {since}");
        Quietly(() => WholeFile.Write(OwnerOf(path), stream => stream.Write(Encoding.UTF8.GetBytes(who))));
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
        string who = PlainFile.TryRead(OwnerOf(path), LongestOwner) is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
        // Anybody may have written there, and it goes to a console.
        return OwnerForm().IsMatch(who) ? $"Another run ({who})" : "Another run";
    }

    public void Dispose()
    {
        Quietly(() => File.Delete(OwnerOf(path)));
        // While it is locked: who opens it from now on makes a new one.
        if (passing && !OperatingSystem.IsWindows())
            Quietly(() => File.Delete(path));
        file.Dispose();
        if (passing && OperatingSystem.IsWindows())
            Quietly(() => File.Delete(path));
    }

    // The system tells a file that is open from one of that name by numbers that the framework does not give; a time can be set on one
    // and read of the other.
    private static bool IsAt(string path, FileStream file)
    {
        if (OperatingSystem.IsWindows())
            return true;
        DateTime before = File.GetLastWriteTimeUtc(file.SafeFileHandle), mark = DateTime.UnixEpoch.AddSeconds(Random.Shared.Next());
        try
        {
            File.SetLastWriteTimeUtc(file.SafeFileHandle, mark);
            bool isAt = File.GetLastWriteTimeUtc(path) == File.GetLastWriteTimeUtc(file.SafeFileHandle);
            File.SetLastWriteTimeUtc(file.SafeFileHandle, before);
            return isAt;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody else's file that we may write but not date; or it is gone, which the next look finds.
            return File.Exists(path);
        }
    }

    // Nobody else can read a file that is locked: neither on Windows nor, with this framework, elsewhere.
    private static string OwnerOf(string path) => Path.ChangeExtension(path, ".owner");

    private static bool IsHeld(IOException e)
    {
        const int SharingViolation = 0x20, LockViolation = 0x21, WouldBlockOnLinux = 11, WouldBlockOnMacOS = 35;
        return OperatingSystem.IsWindows()
            ? (e.HResult & 0xFFFF) is SharingViolation or LockViolation
            : e.HResult is WouldBlockOnLinux or WouldBlockOnMacOS;
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

    [GeneratedRegex("^process [0-9]+, since [0-9TZ:.-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex OwnerForm();
}
