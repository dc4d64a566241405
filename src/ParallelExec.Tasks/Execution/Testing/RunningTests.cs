using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace ParallelExec.Execution.Testing;

/// <summary>Which tests had begun and not ended when their host did.</summary>
internal static partial class RunningTests
{
    private static readonly string[] Ends = ["Process terminated.", "Unhandled exception", "Stack overflow", "Fatal error"];

    /// <summary>Of a host that writes a line of JSON for each.</summary>
    /// <param name="from">Where in the file this host began to write.</param>
    public static ImmutableArray<string> InLog(string logFile, long from)
    {
        var running = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in Lines(logFile, from))
        {
            if (line.StartsWith("{\"$type\":\"test-starting\"", StringComparison.Ordinal))
                Read(line, (id, name) => running[id] = name);
            else if (line.StartsWith("{\"$type\":\"test-finished\"", StringComparison.Ordinal))
                Read(line, (id, _) => running.Remove(id));
        }
        return [.. running.Values.Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// The runtime tells where a process died: in the nearest class with tests the outermost method is the test, those that it called in
    /// the same class stand before it.
    /// </summary>
    /// <param name="from">Where in the file this host began to write.</param>
    public static ImmutableArray<string> InStackTrace(string logFile, long from, string assembly)
    {
        HashSet<string>? classes = null;
        string? nearest = null, test = null;
        bool died = false;
        foreach (string line in Lines(logFile, from))
        {
            // Failed tests have stack traces too: only what comes behind the end counts.
            died |= Ends.Any(end => line.Contains(end, StringComparison.Ordinal));
            if (!died)
                continue;
            if (Frame().Match(line) is not { Success: true } frame)
            {
                // The trace has ended; what follows is of something else. A part that repeats stands between lines of its own.
                if (nearest is not null && !line.StartsWith("---", StringComparison.Ordinal)
                    && !line.TrimStart().StartsWith("at ", StringComparison.Ordinal))
                    break;
                continue;
            }
            classes ??= [.. TestClasses.In(assembly, out _).Select(one => one.Name)];
            string name = frame.Groups["class"].Value;
            if (name != (nearest ?? name) || !classes.Contains(name))
                continue;
            nearest = name;
            test = $"{name}.{frame.Groups["method"].Value}";
        }
        return test is null ? [] : [test];
    }

    /// <summary>The test platform ended its host, because no test ended for too long; it says so in its log only.</summary>
    public static bool HasHung(string logFile, long from) =>
        Lines(logFile, from).Any(line => line.Contains("'Blame'", StringComparison.Ordinal)
            && line.Contains("inactivity time", StringComparison.OrdinalIgnoreCase));

    /// <summary>Of the test platform, which writes a file of its own when it was told to look.</summary>
    public static ImmutableArray<string> InSequence(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "Sequence_*.xml", SearchOption.AllDirectories).Take(1)
                .SelectMany(file => Load(file).Descendants("Test"))
                .Where(test => (string?)test.Attribute("Completed") == "False")
                .Select(test => (string?)test.Attribute("DisplayName") ?? (string?)test.Attribute("Name") ?? "")];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or XmlException)
        {
            return [];
        }
    }

    // Names of tests can have characters that XML can not.
    private static XDocument Load(string file)
    {
        using XmlReader xml = XmlReader.Create(file, new XmlReaderSettings { CheckCharacters = false });
        return XDocument.Load(xml);
    }

    private static IEnumerable<string> Lines(string logFile, long from)
    {
        if (!File.Exists(logFile))
            yield break;
        using var stream = new FileStream(logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = Math.Min(from, stream.Length);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            yield return line;
    }

    private static void Read(string line, Action<string, string> found)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            if (json.RootElement.TryGetProperty("TestUniqueID", out JsonElement id) && id.GetString() is { } unique)
                found(unique, json.RootElement.TryGetProperty("TestDisplayName", out JsonElement name) ? name.GetString() ?? unique
                    : unique);
        }
        catch (JsonException)
        {
            // The last line of a process that was ended.
        }
    }

    // "at N.C.M(Int32)", and of an async method "at N.C+<M>d__1.MoveNext()".
    [GeneratedRegex(
        @"^\s*at (?<class>[^<(\[]+?)(\+<(?<method>[^>]+)>[^(]*|\.(?<method>[^.(\[]+)(\[[^(]*)?)\(",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Frame();
}
