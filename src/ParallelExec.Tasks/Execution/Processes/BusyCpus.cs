using System.Buffers.Text;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace ParallelExec.Execution.Processes;

/// <summary>How much the processors that this process may use have worked, for whomever: <c>/proc/stat</c>.</summary>
internal sealed class BusyCpus
{
    /// <summary>The C library's <c>sysconf(_SC_CLK_TCK)</c>, which is the same on all of them.</summary>
    private const int TicksPerSecond = 100;

    private readonly HashSet<int> allowed = Allowed(File.ReadLines("/proc/self/status"));
    private byte[] text = new byte[16 * 1024];

    /// <summary>Since the machine was started; zero where it does not tell.</summary>
    public TimeSpan Read()
    {
        using SafeFileHandle file = File.OpenHandle("/proc/stat");
        int length = RandomAccess.Read(file, text, 0);
        while (length == text.Length)
        {
            Array.Resize(ref text, 2 * text.Length);
            length = RandomAccess.Read(file, text, 0);
        }
        return Parse(text.AsSpan(0, length), allowed);
    }

    /// <param name="stat">"cpu1 user nice system idle iowait irq softirq ...", a line for each processor.</param>
    internal static TimeSpan Parse(ReadOnlySpan<byte> stat, HashSet<int> allowed)
    {
        long busy = 0;
        foreach (Range range in stat.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = stat[range];
            if (!line.StartsWith("cpu"u8) || !Utf8Parser.TryParse(line[3..], out int number, out int used) || !allowed.Contains(number))
                continue;
            line = line[(3 + used)..];
            for (int column = 0; column < 7 && line.Length > 1 && Utf8Parser.TryParse(line[1..], out long ticks, out used); column++)
            {
                line = line[(1 + used)..];
                // idle, and idle while a disk works
                if (column is not (3 or 4))
                    busy += ticks;
            }
        }
        return TimeSpan.FromTicks(busy * (TimeSpan.TicksPerSecond / TicksPerSecond));
    }

    /// <param name="status">Has a line "Cpus_allowed_list: 0-3,8".</param>
    internal static HashSet<int> Allowed(IEnumerable<string> status)
    {
        const string Name = "Cpus_allowed_list:";
        var allowed = new HashSet<int>();
        string list = status.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal))?[Name.Length..].Trim() ?? "";
        foreach (string part in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] ends = part.Split('-');
            if (int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
                && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last))
                allowed.UnionWith(Enumerable.Range(first, Math.Max(0, last - first + 1)));
        }
        return allowed;
    }
}
