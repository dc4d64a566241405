using System.Text.Json;
using System.Text.RegularExpressions;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Parsing.TaskFolders;

/// <summary>Finds the files of features, and loads each: what can not be read is told at its place.</summary>
internal sealed partial class TaskFolderFiles(RunOptions options, List<Diagnostic> diagnostics)
{
    /// <summary>More of one kind in one file are counted.</summary>
    private const int MostDuplicates = 10;

    /// <summary>Of a text in a message, in characters.</summary>
    private const int LongestShown = 200;

    private readonly RealPaths realPaths = new();

    public string[] FeaturesIn(string folder)
    {
        try
        {
            string[] found = [.. FeatureFolders(folder)];
            if (found.Length == 0)
                diagnostics.Add(
                    Diagnostic.Error(
                        Codes.NoTaskFolder, $"'{folder}' holds no task.json and no subtask_NN.json, and neither does a folder in it."));
            return found;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            diagnostics.Add(Diagnostic.Error(Codes.NoTaskFolder, $"The task folder '{folder}' can not be read: {e.Message}"));
            return [];
        }
    }

    /// <summary>
    /// The folder itself, or those in it, also one level deeper (<c>active/</c>); what is in <c>completed/</c> is done with.
    /// </summary>
    private static IEnumerable<string> FeatureFolders(string folder, int depth = 0)
    {
        if (Path.Exists(Path.Combine(folder, "task.json")) || SubtaskFiles(folder).Any())
            return [folder];
        return depth == 2 ? [] : Directory.EnumerateDirectories(folder)
            .Where(inner => Path.GetFileName(inner) is not ("completed" or "archive" or "archived"))
            .Order(StringComparer.Ordinal)
            .SelectMany(inner => FeatureFolders(inner, depth + 1));
    }

    public static IEnumerable<string> SubtaskFiles(string folder) =>
        Directory.EnumerateFileSystemEntries(folder, "subtask_*.json").Order(StringComparer.Ordinal);

    /// <returns>Null where it can not be understood; that has been told.</returns>
    public JsonFile? Load(string path)
    {
        var origin = new Origin(path, "", path) { Location = new SourceLocation(path) };
        if (IsLinkOut(path))
        {
            diagnostics.Add(
                Diagnostic.Error(
                    Codes.OutsideProject,
                    $"It is a link that leads outside of '{options.ProjectDirectory}'. Put the file itself there, or set "
                    + $"ParallelExecAllowOutside to true.", origin));
            return null;
        }
        try
        {
            JsonFile file = JsonFile.Load(path);
            foreach ((string name, int offset) in file.Duplicates.Take(MostDuplicates))
            {
                diagnostics.Add(Diagnostic.Warning(
                    Codes.Oddity,
                    $"\"{Wording.Shorten(name, LongestShown)}\" stands twice; the last counts.",
                    origin with { Location = file.Locate(offset) }));
            }
            if (file.Duplicates.Count > MostDuplicates)
                diagnostics.Add(
                    Diagnostic.Warning(
                        Codes.Oddity, $"{file.Duplicates.Count - MostDuplicates} more keys stand twice; the last counts.", origin));
            return file;
        }
        catch (JsonException e)
        {
            var place = new SourceLocation(path, (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1);
            string why = JsonPlace().Replace(e.Message, "");
            diagnostics.Add(
                Diagnostic.Error(Codes.UnreadableJson, $"It is not JSON that can be read: {why}", origin with { Location = place }));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            diagnostics.Add(Diagnostic.Error(Codes.UnreadableJson, $"'{path}' can not be read: {e.Message}", origin));
        }
        return null;
    }

    /// <summary>The status is written back to where it leads: that has to be the user's own project, or the folder that he named.</summary>
    private bool IsLinkOut(string path)
    {
        string folder = realPaths.Of(Path.GetDirectoryName(path)!), real = realPaths.Of(path);
        return !options.AllowOutside && real != Path.Combine(folder, Path.GetFileName(path))
            && !RealPaths.IsInside(folder, real) && !RealPaths.IsInside(realPaths.Of(options.ProjectDirectory), real);
    }

    // The reader appends "LineNumber: 3 | BytePositionInLine: 4."; the place is told in MSBuild's own form.
    [GeneratedRegex(@"\s*(?:Path: \S+ \| )?LineNumber: \d+ \| BytePositionInLine: \d+\.$")]
    private static partial Regex JsonPlace();
}
