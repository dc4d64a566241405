using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Exchange;

/// <summary>
/// The form of the file <c>PARALLELEXEC_OUTPUT</c>: <c>NAME=value</c> lines, or <c>NAME&lt;&lt;END</c> blocks. The last of a name counts.
/// </summary>
internal static class OutputValues
{
    public static bool TryParse(string text, out ImmutableSortedDictionary<string, string> values, out string problem)
    {
        var builder = SubtaskResultValues();
        if (text.Contains('\0', StringComparison.Ordinal))
            return Fail("it has a NUL in it, which no environment variable can hold", out values, out problem);
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            if (string.IsNullOrWhiteSpace(line))
                continue;
            int equals = line.IndexOf('=', StringComparison.Ordinal), block = line.IndexOf("<<", StringComparison.Ordinal);
            if (block > 0 && line[..block].Trim().Length > 0 && (equals < 0 || block < equals))
            {
                string end = line[(block + 2)..].Trim();
                int close = end.Length == 0 ? -1 : Array.IndexOf(lines, end, i + 1);
                if (close < 0)
                    return Fail($"line {i + 1} opens a block that '{Wording.Shorten(end, 60)}' should close, and no line is that",
                        out values, out problem);
                builder[line[..block].Trim()] = string.Join('\n', lines[(i + 1)..close]);
                i = close;
            }
            else if (equals > 0 && line[..equals].Trim().Length > 0)
            {
                builder[line[..equals].Trim()] = line[(equals + 1)..];
            }
            else
            {
                return Fail($"line {i + 1} is neither NAME=value nor NAME<<END: {Wording.Shorten(line, 60)}", out values, out problem);
            }
        }
        values = builder.ToImmutable();
        problem = "";
        return true;
    }

    private static ImmutableSortedDictionary<string, string>.Builder SubtaskResultValues() => Model.SubtaskResult.NoValues.ToBuilder();

    private static bool Fail(string why, out ImmutableSortedDictionary<string, string> values, out string problem)
    {
        values = Model.SubtaskResult.NoValues;
        problem = why;
        return false;
    }
}
