using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ParallelExec.Execution.Processes;

/// <summary>
/// The sessions of the children that run, in memory that another process has open too: it can be read there when this process is gone.
/// Nobody is woken when a child starts or ends. Linux.
/// </summary>
internal sealed partial class WatchedSessions : IDisposable
{
    /// <summary>A place for each child: its number, filled up with spaces, and a line's end.</summary>
    private const int PlaceSize = 11;
    private const uint CloseOnExec = 1;

    private readonly SafeFileHandle memory;
    private readonly Stack<int> free = new();
    private int places;

    private WatchedSessions(SafeFileHandle memory) => this.memory = memory;

    /// <summary>Its number in this process.</summary>
    public int Handle => (int)memory.DangerousGetHandle();

    /// <returns>Null where the system has no such memory; then nobody is found by a session.</returns>
    public static WatchedSessions? TryCreate()
    {
        try
        {
            int handle = Create("parallelexec", CloseOnExec);
            return handle < 0 ? null : new WatchedSessions(new SafeFileHandle(handle, ownsHandle: true));
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    public int Begin(int session)
    {
        int place;
        lock (free)
        {
            if (!free.TryPop(out place))
                place = places++;
        }
        Write(place, session);
        return place;
    }

    public void End(int place)
    {
        Write(place, null);
        lock (free)
            free.Push(place);
    }

    public void Dispose() => memory.Dispose();

    private void Write(int place, int? session)
    {
        Span<byte> line = stackalloc byte[PlaceSize];
        line.Fill((byte)' ');
        line[^1] = (byte)'\n';
        session?.TryFormat(line, out _, provider: System.Globalization.CultureInfo.InvariantCulture);
        try
        {
            RandomAccess.Write(memory, line, (long)place * PlaceSize);
        }
        catch (IOException)
        {
            // Out of memory: it is then looked for by its environment alone.
        }
    }

    [LibraryImport("libc", EntryPoint = "memfd_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Create(string name, uint flags);
}
