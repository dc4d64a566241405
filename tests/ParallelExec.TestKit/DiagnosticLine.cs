using System.Globalization;
using System.Text.RegularExpressions;

namespace ParallelExec.TestKit;

/// <summary>One canonical line: <c>file(line,column): error CODE: text [project]</c>.</summary>
/// <param name="File">As printed; empty when the message has no origin.</param>
/// <param name="Line">From 1; 0 when not given.</param>
/// <param name="Column">From 1; 0 when not given.</param>
/// <param name="Category"><c>error</c> or <c>warning</c>.</param>
/// <param name="Code">Empty when the message has none.</param>
/// <param name="Text">Without the project that the logger appends.</param>
public sealed partial record DiagnosticLine(string File, int Line, int Column, string Category, string Code, string Text)
{
    public override string ToString() => $"{File}({Line},{Column}): {Category} {Code}: {Text}";

    internal static IReadOnlyList<DiagnosticLine> Parse(string output, string category)
    {
        string[] lines = output.Split('\n');
        // The logger's summary, from its verdict on, tells everything a second time.
        int end = Array.FindLastIndex(lines, line => line is "Build FAILED." or "Build succeeded.");
        return [.. lines.Take(end < 0 ? lines.Length : end)
            .Select(line => Canonical().Match(line))
            .Where(match => match.Success && match.Groups["category"].Value == category)
            .Select(Read)];
    }

    private static DiagnosticLine Read(Match match) => new(
        match.Groups["file"].Value.Trim(), Number(match.Groups["line"]), Number(match.Groups["column"]),
        match.Groups["category"].Value, match.Groups["code"].Value, match.Groups["text"].Value);

    private static int Number(Group group) => group.Success ? int.Parse(group.Value, CultureInfo.InvariantCulture) : 0;

    // The node number (`1>`) is there with several nodes and in detailed logs.
    [GeneratedRegex(@"^\s*(\d+(:\d+)?>)?(?<file>.*?)(\((?<line>\d+)(,(?<column>\d+))?[^)]*\))?\s*:\s*(?<category>error|warning)\s+(?<code>[A-Za-z]+\d+)?\s*:\s(?<text>.*?)(\s\[[^\]]+proj(::[^\]]*)?\])?$")]
    private static partial Regex Canonical();
}
