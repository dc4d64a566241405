using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace ParallelExec.Execution.Testing;

/// <summary>
/// The log that a program of Microsoft.Testing.Platform writes of itself when it is asked to: it has each test's beginning and end, which
/// nothing else tells.
/// </summary>
internal static partial class PlatformDiagnostics
{
    private const string Update = "TestNodeUpdateMessage {", Begun = "InProgressTestNodeStateProperty", State = "TestNodeStateProperty";

    /// <param name="folder">Where the program writes it; absolute.</param>
    public static ImmutableArray<string> Arguments(string folder) =>
        ["--diagnostic", "--diagnostic-synchronous-write", "--diagnostic-verbosity", "Trace", "--diagnostic-output-directory", folder];

    /// <summary>Tests that had begun and not ended.</summary>
    public static ImmutableArray<string> Running(string folder)
    {
        var running = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            foreach (string file in Directory.EnumerateFiles(folder, "*.diag").Order(StringComparer.Ordinal))
                Read(file, running);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
        return [.. running.Values.Order(StringComparer.Ordinal)];
    }

    private static void Read(string file, Dictionary<string, string> running)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        string? id = null;
        string name = "";
        while (reader.ReadLine() is { } line)
        {
            if (line.Contains(Update, StringComparison.Ordinal))
                (id, name) = Test(line);
            // A name may have line breaks: then what became of it stands in a later line.
            if (id is null || !line.Contains(State, StringComparison.Ordinal))
                continue;
            if (line.Contains(Begun, StringComparison.Ordinal))
                running[id] = name;
            else
                running.Remove(id);
            id = null;
        }
    }

    private static (string Id, string Name) Test(string line)
    {
        Match node = Node().Match(line), method = Method().Match(line);
        string shown = node.Groups["name"].Value;
        string space = method.Groups["space"].Value, type = method.Groups["type"].Value;
        string className = space.Length > 0 ? $"{space}.{type}" : type;
        return (node.Groups["id"].Value,
            className.Length == 0 || shown.StartsWith(className, StringComparison.Ordinal) ? shown : $"{className}.{shown}");
    }

    [GeneratedRegex(
        @"TestNodeUid \{ Value = (?<id>.*?)( \}, DisplayName = (?<name>.*?)(, Properties = \[|$)|$)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Node();

    [GeneratedRegex(
        @", Namespace = (?<space>[^,]*), TypeName = (?<type>.*?), MethodName = ",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Method();
}
