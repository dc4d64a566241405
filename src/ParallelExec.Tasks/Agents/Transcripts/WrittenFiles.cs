using System.Text.Json;
using ParallelExec.Files;
using ParallelExec.Model;

namespace ParallelExec.Agents.Transcripts;

/// <summary>
/// The files that an agent has changed with a tool of its command line, as that tells. What it did by a command of the shell is not among
/// them, and what was refused to it may be.
/// </summary>
internal static class WrittenFiles
{
    /// <summary>Of opencode, claude, qwen and gemini; each tells others in other forms.</summary>
    private static readonly string[] Tools =
        ["write", "edit", "multiedit", "notebookedit", "write_file", "replace", "patch"];

    /// <returns>Absolute paths, as they are told; none of a command line that is not known.</returns>
    public static HashSet<string> Of(Subtask subtask, string logFile)
    {
        var files = new HashSet<string>(StringComparer.FromComparison(PatternSegment.Comparison));
        if (subtask.Work is not AgentWork { Command.Preset: not null })
            return files;
        foreach (string line in LogLines.Read(logFile, AgentTranscript.LongestRaw))
        {
            int json = line.IndexOf('{', StringComparison.Ordinal);
            if (json < 0)
                continue;
            JsonLine.TryRead(line[json..], read =>
            {
                foreach (string path in In(read))
                {
                    if (path.Length > 0 && !path.Contains('\0', StringComparison.Ordinal))
                        files.Add(Path.GetFullPath(path, subtask.WorkingDirectory));
                }
            });
        }
        return files;
    }

    private static string[] In(JsonElement line) => line.TextAt("type") switch
    {
        "tool_use" when line.At("part") is { } part => ByTool(part.TextAt("tool"), part.At("state", "input")),
        "tool_use" => ByTool(line.TextAt("tool_name"), line.At("parameters")),
        "assistant" => [.. line.ItemsAt("message", "content").Where(part => part.TextAt("type") == "tool_use")
            .SelectMany(part => ByTool(part.TextAt("name"), part.At("input")))],
        "item.completed" when line.TextAt("item", "type") == "file_change" => Paths(line.ItemsAt("item", "changes")),
        "tool.execution_complete" => Paths(line.ItemsAt("data", "fileEdits")),
        _ => [],
    };

    private static string[] ByTool(string? tool, JsonElement? input) =>
        tool is not null && input is { } given && Tools.Contains(tool, StringComparer.OrdinalIgnoreCase)
            && (given.TextAt("filePath") ?? given.TextAt("file_path") ?? given.TextAt("notebook_path")) is { } path ? [path] : [];

    private static string[] Paths(IEnumerable<JsonElement> changes) =>
        [.. changes.Select(change => change.TextAt("path")).OfType<string>()];
}
