using System.Text;

namespace ParallelExec.TestKit;

/// <summary>Collects both streams of a process, line by line: apart, and in the order in which the lines came.</summary>
internal sealed class OutputCapture
{
    private readonly Lock gate = new();
    private readonly StringBuilder all = new();
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> awaited = [];

    internal string All => Locked(all);

    internal string Output => Locked(output);

    internal string Error => Locked(error);

    internal Task ReadAsync(StreamReader standardOutput, StreamReader standardError) =>
        Task.WhenAll(ReadAsync(standardOutput, output), ReadAsync(standardError, error));

    /// <summary>Ends when a line with this text has come, also when it came before the call.</summary>
    internal Task ForTextAsync(string text)
    {
        lock (gate)
        {
            if (all.ToString().Contains(text, StringComparison.Ordinal))
                return Task.CompletedTask;
            TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
            awaited.Add((text, seen));
            return seen.Task;
        }
    }

    private async Task ReadAsync(StreamReader reader, StringBuilder own)
    {
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            lock (gate)
            {
                all.Append(line).Append('\n');
                own.Append(line).Append('\n');
                foreach ((string text, TaskCompletionSource seen) in awaited)
                    if (line.Contains(text, StringComparison.Ordinal))
                        seen.TrySetResult();
            }
    }

    private string Locked(StringBuilder text)
    {
        lock (gate)
            return text.ToString();
    }
}
