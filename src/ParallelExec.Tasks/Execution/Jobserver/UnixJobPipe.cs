using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ParallelExec.Execution.Jobserver;

/// <summary>
/// A pipe. On Linux it has no name in any folder, so that a kill leaves nothing behind: children open it through <c>/proc</c>, each for
/// itself, so that what one does to its end (make makes it non-blocking) is not seen by others, and no other child inherits it. Elsewhere
/// it is a named pipe in the folder for temporary files.
/// </summary>
internal sealed unsafe partial class UnixJobPipe : JobPipe
{
    private const int LinuxCloseOnExec = 0x80000, LinuxNonBlocking = 0x800, MacNonBlocking = 0x4, MacCloseOnExec = 0x1000000;
    private const int ReadWrite = 2;
    private const uint OwnerOnly = 0b110_000_000;
    private static readonly nuint BytesReady = OperatingSystem.IsLinux() ? 0x541Bu : 0x4004667Fu;

    /// <summary>What GNU make itself writes.</summary>
    private const byte Job = (byte)'+';

    /// <summary>Less than any pipe holds: who writes back can not be made to wait.</summary>
    private const int Most = 4096;

    private readonly SafeFileHandle reader;
    private readonly SafeFileHandle writer;
    private readonly string? name;

    public UnixJobPipe(bool named)
    {
        if (named)
        {
            name = Path.Combine(Path.GetTempPath(), $"parallelexec-{Guid.NewGuid():N}");
            if (MakeFifo(name, OwnerOnly) != 0)
                throw Failed();
            int both = Open(
                name, ReadWrite | (OperatingSystem.IsLinux() ? LinuxCloseOnExec | LinuxNonBlocking : MacCloseOnExec | MacNonBlocking));
            if (both < 0)
                throw Failed();
            reader = writer = new SafeFileHandle(both, ownsHandle: true);
            Auth = $"fifo:{name}";
            return;
        }
        int* ends = stackalloc int[2];
        if (Pipe(ends, LinuxCloseOnExec | LinuxNonBlocking) != 0)
            throw Failed();
        reader = new SafeFileHandle(ends[0], ownsHandle: true);
        writer = new SafeFileHandle(ends[1], ownsHandle: true);
        File = string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{ends[0]}");
        Auth = $"fifo:{File}";
    }

    public override string Auth { get; }

    public override string? File { get; }

    public override int Count() => Control(reader, BytesReady, out int count) == 0 ? count : 0;

    public override void Put(int jobs)
    {
        Span<byte> bytes = stackalloc byte[Most];
        bytes = bytes[..Math.Min(jobs, Most)];
        bytes.Fill(Job);
        fixed (byte* first = bytes)
            _ = Write(writer, first, (nuint)bytes.Length);
    }

    public override int Take(int most)
    {
        byte* bytes = stackalloc byte[Most];
        return most <= 0 ? 0 : (int)Math.Max(0, Read(reader, bytes, (nuint)Math.Min(most, Most)));
    }

    public override void Dispose()
    {
        reader.Dispose();
        writer.Dispose();
        if (name is not null)
            System.IO.File.Delete(name);
    }

    private static IOException Failed() => new(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(SafeFileHandle file, byte* bytes, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(SafeFileHandle file, byte* bytes, nuint length);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(SafeFileHandle file, nuint what, out int count);
}
