using System.Collections;

namespace Orders;

/// <summary>The whole of what a subtask has to know of ParallelExec: a file to write values to, variables to read them from.</summary>
internal static class HandOver
{
    private const string Prefix = "PARALLELEXEC_OUTPUT_";

    public static int Attempt => int.TryParse(Environment.GetEnvironmentVariable("PARALLELEXEC_ATTEMPT"), out int attempt) ? attempt : 1;

    public static void Give(string name, string value)
    {
        // Started by hand there is no such file, and nobody to hand on to.
        if (Environment.GetEnvironmentVariable("PARALLELEXEC_OUTPUT") is { Length: > 0 } file)
        {
            File.AppendAllText(file, $"{name}={value}\n");
        }
    }

    public static string Get(string name) =>
        Environment.GetEnvironmentVariable(Prefix + name) ?? throw new InvalidOperationException($"nobody handed on {name}; is the dependency declared?");

    /// <summary>The values whose names begin and end like this, in the order of their names.</summary>
    public static IEnumerable<(string Name, string Value)> All(string start, string end) => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Select(entry => (Name: (string)entry.Key, Value: (string)entry.Value!))
        .Where(entry => entry.Name.StartsWith(Prefix + start, StringComparison.Ordinal) && entry.Name.EndsWith(end, StringComparison.Ordinal))
        .Select(entry => (entry.Name[(Prefix.Length + start.Length)..^end.Length], entry.Value))
        .OrderBy(entry => entry.Item1, StringComparer.Ordinal);
}
