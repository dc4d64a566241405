using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using ParallelExec.Parsing;

namespace ParallelExec.Planning.Dotnet;

/// <summary>The projects that a solution names: <c>.sln</c>, <c>.slnx</c>, and <c>.slnf</c>, which is a choice from one of these.</summary>
internal static partial class SolutionProjects
{
    public static bool IsSolution(string file) => Path.GetExtension(file).ToUpperInvariant() is ".SLN" or ".SLNX" or ".SLNF";

    /// <returns>Absolute; the file itself where it is a project. None where it can not be read: whoever builds it tells that.</returns>
    public static ImmutableArray<string> Of(string file)
    {
        if (!IsSolution(file))
            return [file];
        try
        {
            string text = File.ReadAllText(file);
            return Path.GetExtension(file).ToUpperInvariant() switch
            {
                ".SLN" => Absolute(file, ProjectLine().Matches(text).Select(match => match.Groups[1].Value)),
                ".SLNX" => Absolute(
                    file,
                    XDocument.Parse(text).Descendants("Project").Select(project => (string?)project.Attribute("Path")).OfType<string>()),
                _ => OfFilter(file, text),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or XmlException or JsonException or KeyNotFoundException
            or InvalidOperationException or ArgumentException)
        {
            return [];
        }
    }

    // Paths in it are relative to the solution that it chooses from.
    private static ImmutableArray<string> OfFilter(string file, string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement solution = document.RootElement.GetProperty("solution");
        string chosenFrom = Path.GetFullPath(Values.NativePath(solution.GetProperty("path").GetString()!), Path.GetDirectoryName(file)!);
        return Absolute(chosenFrom, solution.GetProperty("projects").EnumerateArray().Select(path => path.GetString()!));
    }

    private static ImmutableArray<string> Absolute(string solution, IEnumerable<string> paths) =>
        [.. paths.Where(path => path.EndsWith("proj", StringComparison.OrdinalIgnoreCase))
            .Select(path => Path.GetFullPath(Values.NativePath(path), Path.GetDirectoryName(solution)!)).Where(File.Exists)];

    [GeneratedRegex(
        "^\\s*Project\\(\"[^\"]*\"\\)\\s*=\\s*\"[^\"]*\"\\s*,\\s*\"([^\"]+)\"",
        RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex ProjectLine();
}
