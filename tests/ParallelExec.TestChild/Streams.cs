using System.Text;

namespace ParallelExec.TestChild;

/// <summary>Standard streams as UTF-8 without a mark and with `\n`, the same on every platform. <c>Console</c>'s own writers would flush each line.</summary>
internal static class Streams
{
    internal static readonly StreamWriter Out = Open(Console.OpenStandardOutput());
    internal static readonly StreamWriter Error = Open(Console.OpenStandardError());

    private static StreamWriter Open(Stream stream) => new(stream, new UTF8Encoding(false), 16 * 1024) { NewLine = "\n" };
}
