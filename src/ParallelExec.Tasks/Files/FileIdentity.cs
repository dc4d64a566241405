using System.Runtime.InteropServices;

namespace ParallelExec.Files;

/// <summary>What tells that a file is the one that it was, without reading it.</summary>
/// <param name="ChangedAt">When its content, name or rights changed last, which nobody can set; the same as <paramref name="WrittenAt"/>
/// where the system does not tell.</param>
/// <param name="Number">The inode; 0 where the system does not tell.</param>
internal readonly partial record struct FileIdentity(long Size, DateTime WrittenAt, DateTime ChangedAt, long Number)
{
    private const int CurrentDirectory = -100;
    private const uint BasicFields = 0x7FF;
    private const int TypeOfRegularFile = 0x8000, TypeMask = 0xF000;

    /// <returns>Null where there is no such file; a folder is none.</returns>
    public static FileIdentity? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            var info = new FileInfo(path);
            return info.Exists ? new FileIdentity(info.Length, info.LastWriteTimeUtc, info.LastWriteTimeUtc, 0) : null;
        }
        if (Status(CurrentDirectory, path, 0, BasicFields, out StatusFields status) != 0 || (status.Mode & TypeMask) != TypeOfRegularFile)
            return null;
        return new FileIdentity((long)status.Size, status.Written.ToDateTime(), status.Changed.ToDateTime(), (long)status.Inode);
    }

    // The framework tells neither the inode nor the time of change. Unlike `stat`, this structure is the same on every processor.
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int directory, string path, int flags, uint mask, out StatusFields status);

    [StructLayout(LayoutKind.Sequential, Size = 256)]
    private struct StatusFields
    {
        public uint Mask, BlockSize;
        public ulong Attributes;
        public uint Links, User, Group;
        public ushort Mode, Spare;
        public ulong Inode, Size, Blocks, AttributesMask;
        public Time Accessed, Born, Changed, Written;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public uint Nanoseconds;
        public int Spare;

        public readonly DateTime ToDateTime() => DateTime.UnixEpoch.AddTicks((Seconds * TimeSpan.TicksPerSecond) + (Nanoseconds / 100));
    }
}
