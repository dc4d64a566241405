using System.Globalization;
using System.Text;
using ParallelExec.Model;

namespace ParallelExec.Execution.Processes;

/// <summary>What a system bounds: the arguments and the environment of a program that starts.</summary>
internal static class StartSize
{
    private const int Named = 3;

    /// <summary>Linux: one variable or argument, with the zero at its end.</summary>
    private const int LongestText = 128 * 1024;

    /// <summary>Why it is too large, and what makes it smaller.</summary>
    public static string Problem(IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        (string Name, int Size)[] all =
        [
            .. environment.Select(
                variable => (variable.Key, Encoding.UTF8.GetByteCount(variable.Key) + Encoding.UTF8.GetByteCount(variable.Value) + 2)),
            .. arguments.Select((argument, index) => ($"argument {index + 1}", Encoding.UTF8.GetByteCount(argument) + 1)),
        ];
        (string Name, int Size)[] largest =
            [.. all.OrderByDescending(text => text.Size).ThenBy(text => text.Name, StringComparer.Ordinal).Take(Named)];
        string why = largest is [{ Size: > LongestText }, ..] ? $"one of its variables or arguments is longer than {LongestText / 1024} KB"
            : "its arguments and environment are larger than the system allows";
        return $"{why}: {Kilobytes(all.Sum(text => (long)text.Size))} in all. The largest: "
            + $"{string.Join(", ", largest.Select(text => $"{Wording.Shorten(text.Name, 100)} ({Kilobytes(text.Size)})"))}. Give it in a "
            + $"file, or unset it where the build starts";
    }

    private static string Kilobytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{(bytes + 1023) / 1024} KB");
}
