using System.Collections.Immutable;
using ParallelExec.Model;

namespace ParallelExec.Agents;

/// <summary>What the attempts before this one came to, for the agent that tries again.</summary>
/// <param name="Attempt">The number of the attempt that begins, from 2.</param>
/// <param name="Of">How many there will be at most.</param>
/// <param name="Failures">Why each attempt before has failed, in words.</param>
internal sealed record Feedback(int Attempt, int Of, ImmutableArray<string> Failures)
{
    private const int LongestReason = 1000;
    private const int LongestOutput = 8000;

    /// <summary>Of the last attempt: what <c>Verify</c> wrote; empty where it was not run.</summary>
    public string VerifyOutput { get; init; } = "";

    /// <summary>Of the last attempt: the end of what the agent's command line wrote.</summary>
    public string Output { get; init; } = "";

    /// <summary>What nothing proves yet: declared outputs that are not there, criteria.</summary>
    public ImmutableArray<string> NotProven { get; init; } = [];

    /// <summary>The section of a prompt, of bounded length.</summary>
    /// <param name="isContinued">The agent still knows what it was asked for.</param>
    public string Text(bool isContinued = false)
    {
        List<string> parts = [$"## What failed before\n\nThis is attempt {Attempt} of {Of}."];
        parts.Add(string.Join('\n', Failures.Select((failure, index) =>
            $"- Attempt {index + 1}: {Wording.Shorten(failure.ReplaceLineEndings(" "), LongestReason)}")));
        parts.Add("What was written before is still there. Look at it, and mend what is wrong; do not begin anew.");
        if (NotProven.Length > 0)
            parts.Add($"Not proven yet:\n\n{string.Join('\n', NotProven.Select(each => $"- {Wording.Shorten(each, LongestReason)}"))}");
        if (VerifyOutput.Length > 0)
            parts.Add($"The check said:\n\n{Fenced(VerifyOutput)}");
        if (Output.Length > 0 && !isContinued)
            parts.Add($"The attempt before said last:\n\n{Fenced(Output)}");
        return string.Join("\n\n", parts);
    }

    /// <summary>The last lines of them that fit.</summary>
    public static string Tail(IEnumerable<string> lines, int longest = LongestOutput)
    {
        var kept = new LinkedList<string>();
        int length = 0;
        foreach (string line in lines)
        {
            string shown = Wording.Shorten(line.TrimEnd(), longest / 4);
            kept.AddLast(shown);
            length += shown.Length + 1;
            while (length > longest)
            {
                length -= kept.First!.Value.Length + 1;
                kept.RemoveFirst();
            }
        }
        return string.Join('\n', kept).Trim('\n');
    }

    // Output that has a fence in it must not end ours.
    private static string Fenced(string text)
    {
        string fence = "```";
        while (text.Contains(fence, StringComparison.Ordinal))
            fence += "`";
        return $"{fence}\n{text}\n{fence}";
    }
}
