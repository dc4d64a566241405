using System.Buffers.Text;
using System.Globalization;

namespace ParallelExec.Execution.Processes;

/// <summary>
/// The most memory that the processes of one command had at a time, as far as it was looked (Linux). The system counts the peak of a
/// process, not of a tree. What processes share (libraries, a program that has forked) is counted once: the largest such part of any.
/// </summary>
internal sealed class TreeMemory
{
    private long own;
    private long shared;

    /// <summary>In bytes; 0 where nobody has looked.</summary>
    public long Peak { get; private set; }

    /// <summary>One of its processes, in the look that is under way.</summary>
    public void Add(int process)
    {
        Span<byte> text = stackalloc byte[128];
        text = text[..ProcFile.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/statm"), text)];
        // "size resident shared ...", in pages.
        if (!Utf8Parser.TryParse(text, out long _, out int used) || used >= text.Length
            || !Utf8Parser.TryParse(text[(used + 1)..], out long resident, out int more) || used + more + 2 >= text.Length
            || !Utf8Parser.TryParse(text[(used + more + 2)..], out long common, out _))
            return;
        own += resident - common;
        shared = Math.Max(shared, common);
    }

    public void EndLook()
    {
        Peak = Math.Max(Peak, (own + shared) * Environment.SystemPageSize);
        own = shared = 0;
    }
}
